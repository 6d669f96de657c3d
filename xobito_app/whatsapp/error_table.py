"""What each of Meta's error codes means for the message, the queue and the person reading it.

The codes are those of Meta's page "Error codes", where `errors[].href` of a webhook leads; the
2388xxx ones are subcodes of template creation. 131056 is the pair rate limit (Meta: wait 4^n
seconds), 130429 the throughput of a number, 131047 the customer service window, 131049 the per-user
marketing cap. Other pauses and the numbers of tries are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RetryPolicy(StrEnum):
    """What to do with a message after an error."""

    RETRY = "retry"  # again, with growing pauses
    WAIT = "wait"  # the whole queue of this number or account slows down
    PERMANENT = "permanent"  # never again for this message
    STOP_ACCOUNT = "stop_account"  # nothing more goes out until a person has acted


@dataclass(frozen=True, slots=True)
class Advice:
    """What an error code asks for.

    Attributes:
        policy: What the outbox does.
        explanation: One or two sentences for the staff member.
        can_resend: Whether "send again" may help once the cause is gone.
        opts_out: The contact no longer takes marketing messages from this business.
        attempts: Most tries for RETRY, the first included.
        wait_seconds: First pause for RETRY and WAIT.
        growth: By what each further pause is multiplied.
        stops_template: Further sends of the same template fail too: stop its campaign.
    """

    policy: RetryPolicy
    explanation: str
    can_resend: bool = False
    opts_out: bool = False
    attempts: int = 6
    wait_seconds: float = 2
    growth: float = 2
    stops_template: bool = False

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after the given failed try, counted from 1; a day at most."""
        return min(self.wait_seconds * self.growth ** min(max(attempt - 1, 0), 40), 86_400)


def _retry(explanation: str, *, attempts: int = 6, wait: float = 2, growth: float = 2) -> Advice:
    return Advice(
        RetryPolicy.RETRY,
        explanation,
        can_resend=True,
        attempts=attempts,
        wait_seconds=wait,
        growth=growth,
    )


def _wait(explanation: str, seconds: float) -> Advice:
    return Advice(RetryPolicy.WAIT, explanation, can_resend=True, wait_seconds=seconds)


def _stop(explanation: str) -> Advice:
    return Advice(RetryPolicy.STOP_ACCOUNT, explanation, can_resend=True)


def _final(explanation: str, *, resend: bool = False, opts_out: bool = False) -> Advice:
    return Advice(RetryPolicy.PERMANENT, explanation, can_resend=resend, opts_out=opts_out)


def _template(explanation: str, *, resend: bool = False) -> Advice:
    return Advice(RetryPolicy.PERMANENT, explanation, can_resend=resend, stops_template=True)


_TOKEN = _stop("WhatsApp no longer accepts our access token. Connect the account again.")
_PERMISSION = _stop(
    "Our access token lacks a permission. Grant it in Meta's business settings and connect again."
)
_GARBLED = _final("WhatsApp did not understand this message.")
_PARAMETERS = _final("The values do not fit the template. Check its variables and send again.")
_REGISTRATION = _final("The PIN was not accepted. Check it in WhatsApp Manager.", resend=True)
_LEFTOVER = _retry("WhatsApp is still working on this number.", attempts=3, wait=300)
_MARKETING_API = _final("WhatsApp's marketing service refused this message.")
_CALL = _final("WhatsApp refused this call or its settings.")
_GROUP = _final("WhatsApp refused this group message.")
_USERNAME = _final("WhatsApp did not accept this business username.")
_INSIGHTS = _final("Template statistics are not switched on for this account.")
_TEMPLATE_TEXT = _final("The template's text breaks one of WhatsApp's rules. Change it.")
_SYNC = _final("The phone app's history can no longer be fetched, or its owner declined.")

TABLE: dict[int, Advice] = {
    0: _TOKEN,
    1: _retry("WhatsApp had an unknown problem.", attempts=3),
    2: _retry("WhatsApp is briefly down."),
    3: _PERMISSION,
    4: _wait("We asked WhatsApp too often. Sending goes on by itself.", 60),
    10: _PERMISSION,
    33: _stop("This phone number was deleted at WhatsApp. Connect another."),
    100: _final("WhatsApp refused a value in this message, or the thing it names is gone."),
    102: _TOKEN,
    104: _TOKEN,
    190: _TOKEN,
    368: _stop("WhatsApp restricted this account for a policy violation. See WhatsApp Manager."),
    613: _wait("We asked WhatsApp too often. Sending goes on by itself.", 60),
    80007: _wait("The account reached its rate limit. Sending goes on by itself.", 60),
    130403: _final("This contact is blocked by your business. Unblock them first.", resend=True),
    130429: _wait("The number is sending at full speed. Sending goes on by itself.", 1),
    130472: _final("WhatsApp held this back: the person is in one of its experiments."),
    130497: _final("This account may not message people in that country."),
    131000: _retry("WhatsApp had an unknown problem.", attempts=3),
    131005: _PERMISSION,
    131008: _final("A required part of this message is missing."),
    131009: _final("A value in this message is not valid."),
    131016: _retry("WhatsApp is briefly unavailable."),
    131021: _final("A number cannot message itself."),
    131026: _final(
        "It could not be delivered: the person may not use WhatsApp, or has an old version.",
        resend=True,
    ),
    131030: _final("A test number only reaches numbers on its allowed list.", resend=True),
    131031: _stop("WhatsApp locked this account. See WhatsApp Manager."),
    131037: _stop("The number's display name is not approved yet."),
    131042: _stop("WhatsApp cannot charge this account. Check the payment method at Meta."),
    131045: _stop("The number is not registered properly. Register it again."),
    131047: _final("Their last message is more than 24 hours old. Send a template instead."),
    131048: _stop("WhatsApp limits this number because people reported or blocked it."),
    # Not before a day has passed, then with growing gaps, and only by a person's decision.
    131049: _final("WhatsApp held this back to spare the person. Try again tomorrow.", resend=True),
    131050: _final("This person stopped marketing messages from you.", opts_out=True),
    131051: _final("WhatsApp does not support this type of message."),
    131052: _final("The file could not be fetched. Ask for it again, under 100 MB."),
    131053: _retry("WhatsApp could not take the file.", attempts=2),
    131055: _MARKETING_API,
    131056: _retry(
        "Too many messages to this person in a short time. It goes out by itself.",
        wait=4,
        growth=4,
    ),
    131057: _retry("WhatsApp is upgrading this number for a minute.", wait=20),
    131059: _retry("WhatsApp's list changed while it was read.", attempts=5, wait=0.5),
    131060: _final("WhatsApp did not hand over this message. Read it on the phone."),
    131062: _final("This message needs the person's phone number. Ask them for it."),
    131063: _stop("Marketing templates are switched off for this account."),
    131064: _stop("WhatsApp limits this account because of wrongly classed templates."),
    132000: _PARAMETERS,
    132001: _template("This template does not exist in that language or is not approved."),
    132005: _final("With these values the template's text is too long."),
    132007: _final("The template's text breaks a WhatsApp policy."),
    132012: _PARAMETERS,
    132015: _template("WhatsApp paused this template for low quality.", resend=True),
    132016: _template("WhatsApp disabled this template for low quality."),
    132018: _PARAMETERS,
    132068: _final("The form in this message is blocked."),
    132069: _wait("The form in this message is limited to 10 an hour.", 600),
    133000: _LEFTOVER,
    133004: _LEFTOVER,
    133005: _REGISTRATION,
    133006: _final("The number must be verified first.", resend=True),
    133008: _final("Too many wrong PINs. Wait as long as WhatsApp Manager says.", resend=True),
    133009: _final("The PIN was entered too quickly. Wait a little.", resend=True),
    133010: _stop("This number is not registered for the Cloud API. Register it."),
    133015: _LEFTOVER,
    133016: _wait("The number was registered too often. Try again in 72 hours.", 72 * 3600),
    134011: _stop("The terms for payments are not accepted yet."),
    135000: _retry("WhatsApp refused the message without saying why.", attempts=2),
    137000: _final("The person's identity changed. Confirm it before sending.", resend=True),
    1752041: _MARKETING_API,
    2388019: _final("The account has reached its number of templates. Delete one first."),
    2388023: _final("Meta keeps the name of a deleted template for 30 days. Choose another."),
    2388024: _final("There is a template of this name in this language. Choose another name."),
    2388039: _final("This template cannot be changed now.", resend=True),
    2388040: _TEMPLATE_TEXT,
    2388047: _TEMPLATE_TEXT,
    2388043: _final("An example is missing. Give one for each variable."),
    2388072: _TEMPLATE_TEXT,
    2388073: _TEMPLATE_TEXT,
    2388273: _final("The example of the header is missing or not valid. Attach it again."),
    2388293: _TEMPLATE_TEXT,
    2388299: _TEMPLATE_TEXT,
    2388318: _final("Meta made this template itself: it cannot be changed."),
    2388330: _final("Meta made this template itself: it cannot be deleted."),
}

# First and last code, both included; single codes in TABLE win.
RANGES: tuple[tuple[int, int, Advice], ...] = (
    (200, 299, _PERMISSION),
    (131020, 131020, _GROUP),
    (131200, 131299, _GROUP),
    (134100, 134102, _MARKETING_API),
    (138000, 138999, _CALL),
    (139000, 139999, _final("WhatsApp refused this request.")),
    (147001, 147005, _USERNAME),
    (200005, 200007, _INSIGHTS),
    (2388000, 2388999, _TEMPLATE_TEXT),
    (2593107, 2593109, _SYNC),
)

_BUSY = _retry("WhatsApp did not answer properly.")
_UNKNOWN = _GARBLED
_UNKNOWN_TRANSIENT = _retry("WhatsApp had a passing problem.", attempts=3)


def advice_for(
    code: int | None, *, http_status: int | None = None, is_transient: bool = False
) -> Advice:
    """Return what to do about an error.

    Unknown codes are retried when Meta calls them transient or the HTTP status says so, and are
    permanent otherwise: repeating what was refused risks the number's quality.
    """
    if code is not None:
        if code in TABLE:
            return TABLE[code]
        for first, last, advice in RANGES:
            if first <= code <= last:
                return advice
    if http_status == 429 or (http_status or 0) >= 500:
        return _BUSY
    if http_status == 401 and code is None:
        return _TOKEN
    return _UNKNOWN_TRANSIENT if is_transient else _UNKNOWN
