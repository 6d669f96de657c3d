"""What may become of a recipient, and what an error means: pure rules, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from xobito_app.features.throughput import service as throughput
from xobito_app.models.campaigns import CampaignStatus, RecipientState
from xobito_app.persistence.leased_work import doubling
from xobito_app.whatsapp import statuses
from xobito_app.whatsapp.errors import THROUGHPUT, GraphError, RetryPolicy

OPEN = frozenset({RecipientState.QUEUED, RecipientState.CLAIMED, RecipientState.DISPATCHING})
"""While one recipient is in one of these, the campaign is not finished."""

REPEATABLE = frozenset({RecipientState.FAILED, RecipientState.EXPIRED, RecipientState.CANCELLED})
"""A person may have these tried again; of `unresolved` nobody knows whether it arrived."""

REACHED = {
    "sent": (
        RecipientState.ACCEPTED,
        RecipientState.HELD,
        RecipientState.SENT,
        RecipientState.DELIVERED,
        RecipientState.READ,
    ),
    "delivered": (RecipientState.DELIVERED, RecipientState.READ),
    "read": (RecipientState.READ,),
    "failed": (RecipientState.FAILED, RecipientState.EXPIRED),
}
"""The steps of a report: each counts who came so far and further."""

AT_WORK = frozenset({CampaignStatus.SENDING})
"""In these, requests leave."""

CHANGEABLE = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED})
"""What has not begun may be changed and deleted."""

MARKETING_CAP = 131049
"""Meta: the per-user marketing cap, or held back for the health of the ecosystem."""
NOT_BEFORE = timedelta(hours=24)
"""Meta: whoever tries again sooner after 131049 is held back for longer."""
NEVER_AFTER = timedelta(days=7)
"""Meta: no more tries for somebody after this time."""
LONGEST_PAUSE = 300.0
LATE = timedelta(seconds=60)
"""A scheduled campaign that has not begun after this is an alarm."""
NEAR_SECONDS = 3600.0
"""A wake-up may wait so long; for what is further off beat comes by."""

_STATES = {
    "accepted": RecipientState.ACCEPTED,
    "held_for_quality_assessment": RecipientState.HELD,
    "sent": RecipientState.SENT,
    "delivered": RecipientState.DELIVERED,
    "read": RecipientState.READ,
    "played": RecipientState.READ,
    "failed": RecipientState.FAILED,
}
_WORDS = {
    RecipientState.ACCEPTED: "accepted",
    RecipientState.HELD: "held_for_quality_assessment",
    RecipientState.SENT: "sent",
    RecipientState.DELIVERED: "delivered",
    RecipientState.READ: "read",
    RecipientState.FAILED: "failed",
    # Given up after Meta said nothing for long: whatever Meta says after all is true.
    RecipientState.EXPIRED: "accepted",
}


def after_status(state: RecipientState, word: str) -> RecipientState:
    """Return the state a recipient has once Meta has said this; the order does not matter.

    What Meta says of a request whose outcome was not known ends the doubt.
    """
    if state is RecipientState.EXCLUDED:
        return state
    current = _WORDS.get(state)
    return _STATES.get(statuses.furthest(current, word), state)


def begun(counts: Mapping[str, int]) -> int:
    """Return to how many sending has begun or was tried."""
    waiting = (RecipientState.EXCLUDED, RecipientState.QUEUED, RecipientState.CANCELLED)
    return sum(counts.values()) - sum(counts.get(str(state), 0) for state in waiting)


def template_stopped(status: str) -> str:
    """Say why nothing may be sent with a template any more; an empty status: it is gone."""
    if not status:
        return "The template no longer exists at Meta. Make a new campaign with another one."
    return f"Meta has the template as {status.lower()}. Resume when it is approved again."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refused or failed request means.

    Attributes:
        state: Where the recipient stands now; `queued` is to be tried again.
        reason: Why, in plain words.
        seconds: Until the next try.
        is_try: Whether this attempt counts.
        pauses: The campaign rests until a person has acted: the next would fail like this one.
        rests_number: Seconds for which nothing leaves the number; Meta was asked too often.
        opts_out: The person takes no more marketing.
    """

    state: RecipientState
    reason: str
    seconds: float = 0.0
    is_try: bool = True
    pauses: bool = False
    rests_number: float = 0.0
    opts_out: bool = False


def after_error(error: GraphError, attempts: int) -> Verdict:
    """Say what Meta's refusal of a send means for its recipient and campaign.

    Args:
        attempts: How many were made, this one included.
    """
    advice = error.advice
    if error.code == THROUGHPUT:
        return Verdict(
            RecipientState.QUEUED, advice.explanation, throughput.REFUSED_PAUSE, is_try=False
        )
    if error.policy is RetryPolicy.WAIT:
        wait = advice.wait_seconds
        return Verdict(
            RecipientState.QUEUED, advice.explanation, wait, is_try=False, rests_number=wait
        )
    if error.policy is RetryPolicy.STOP_ACCOUNT or advice.stops_template:
        return Verdict(RecipientState.QUEUED, advice.explanation, is_try=False, pauses=True)
    if error.policy is RetryPolicy.RETRY and attempts < advice.attempts:
        return Verdict(RecipientState.QUEUED, advice.explanation, advice.pause(attempts))
    return Verdict(RecipientState.FAILED, advice.explanation, opts_out=advice.opts_out)


def after_no_connection(attempts: int, sentence: str) -> Verdict:
    """Say what it means that a request did not leave this machine: nothing but a pause."""
    pause = doubling(attempts, first=1.0, longest=LONGEST_PAUSE)
    return Verdict(RecipientState.QUEUED, sentence, pause, is_try=False)
