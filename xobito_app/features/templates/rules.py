"""What may be done with a template, and what Meta's words about it mean.

Meta's guide "Message Templates": edits, deletion, pauses, statuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from xobito_app.models.templates import DRAFT, Pause, Submission
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.meta_shape import components_of

EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
_UNDECIDED = frozenset({"PENDING", "IN_APPEAL"})
GENERATED = "AUTO_GENERATED"
GONE = "GONE"
"""The status in `TemplateChanged` of a template Meta no longer has."""
EDIT_SPANS = (
    (timedelta(hours=24), limits.TEMPLATE_EDITS_IN_24_HOURS),
    (timedelta(days=30), limits.TEMPLATE_EDITS_IN_30_DAYS),
)
CLAIM_LASTS = timedelta(minutes=5)
"""A submission that said nothing for so long was cut off."""
MAY_STILL_APPEAR = timedelta(minutes=1)
"""For so long after a lost answer a template may still come up at Meta."""

_STATUS_OF = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": "APPROVED"}
_PAUSE_OF = {
    "FIRST_PAUSE": Pause.QUALITY,
    "SECOND_PAUSE": Pause.QUALITY,
    "RATE_LIMITING_PAUSE": Pause.PACING,
}


def status_of(event: str) -> str:
    """Return the status a status update leads to."""
    return _STATUS_OF.get(event, event)


def pause_of(status: str, title: str) -> Pause:
    """Return why a template is paused, by the title of `other_info`; low quality when it is none.

    Meta lifts a pause for quality itself, so that is what an untold one is taken for.
    """
    if status != "PAUSED":
        return Pause.NONE
    return _PAUSE_OF.get(title, Pause.QUALITY)


def why_not_edit(status: str, source: str, edits: Sequence[datetime], now: datetime) -> str:
    """Return why Meta would not take another version of a template; nothing when it would.

    Args:
        status: Of the template.
        source: Where it comes from.
        edits: When it was submitted anew while it was approved.
        now: The current moment.
    """
    if status == DRAFT:
        return ""
    if source == GENERATED:
        return "Meta made this template of a message: it cannot be changed. Duplicate it instead."
    if status in _UNDECIDED:
        return "Meta is deciding about this template: it can be changed once that is done."
    if status not in EDITABLE:
        word = status.replace("_", " ").lower()
        return f"Meta takes no new version of a template that is {word}. Duplicate it instead."
    if status != "APPROVED":
        return ""
    for span, most in EDIT_SPANS:
        recent = sorted(at for at in edits if at > now - span)
        if len(recent) >= most:
            free = recent[-most] + span
            return (
                f"Meta takes {_count(most)} of an approved template in {_span(span)}. "
                f"Try again after {free:%d %B %Y, %H:%M} UTC."
            )
    return ""


def _count(most: int) -> str:
    return "one edit" if most == 1 else f"{most} edits"


def _span(span: timedelta) -> str:
    return f"{span.days} days" if span.days > 1 else "24 hours"


def why_not_delete(status: str, source: str, submission: Submission) -> str:
    """Return why a template cannot be deleted; nothing when it can."""
    if submission != Submission.NONE:
        return "This template is on its way to Meta. Wait until that is settled."
    if source == GENERATED:
        return "Meta made this template of a message: it cannot be deleted."
    if status == "PENDING_DELETION":
        return "Meta is deleting this template already."
    return ""


def is_cut_off(submission: Submission, submitted_at: datetime | None, now: datetime) -> bool:
    """Tell whether nobody works on a submission any more, though its outcome is not known."""
    if submission == Submission.UNKNOWN:
        return True
    is_claimed = submission == Submission.SENDING
    return is_claimed and (submitted_at is None or submitted_at <= now - CLAIM_LASTS)


def says_the_same(one: Draft, other: Draft) -> bool:
    """Tell whether two versions of a template are the same to the person who reads them.

    Samples do not count: Meta gives links instead of what it was given.
    """

    def bare(draft: Draft) -> object:
        return components_of(draft.without_samples())

    return bare(one) == bare(other)
