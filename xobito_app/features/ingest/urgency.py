"""What of all that waits is read first: what somebody waits for, then what stops others."""

from __future__ import annotations

from xobito_app.whatsapp.errors import PORTFOLIO_PACING, RetryPolicy, advice_for
from xobito_app.whatsapp.inbound import Part
from xobito_app.whatsapp.inbound_events import AccountEvent, PreferenceChange, TemplateEvent
from xobito_app.whatsapp.inbound_model import Fault, Message, Origin, Status


def is_waited_for(part: Part) -> bool:
    """Tell whether somebody may be waiting for an answer to it."""
    return isinstance(part, Message) and part.origin is not Origin.HISTORY


def stops_sending(part: Part) -> bool:
    """Tell whether more goes out than may, or to somebody who may not get it, until it is read."""
    match part:
        case PreferenceChange() | TemplateEvent() | AccountEvent():
            return True
        case Status(errors=errors):
            return any(map(_stops, errors))
    return False


def _stops(fault: Fault) -> bool:
    advice = advice_for(fault.code)
    stops_all = advice.stops_template or advice.policy is RetryPolicy.STOP_ACCOUNT
    return stops_all or advice.opts_out or fault.code == PORTFOLIO_PACING
