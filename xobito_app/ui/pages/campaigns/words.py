"""How campaigns and what came of them are called on every screen."""

from __future__ import annotations

STATUSES = (
    ("draft", "Draft"),
    ("scheduled", "Scheduled"),
    ("sending", "Sending"),
    ("paused", "Paused"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("failed", "Failed"),
)
STATUS_WORDS = dict(STATUSES)
STATUS_TONES = {
    "scheduled": "info",
    "sending": "accent",
    "paused": "warning",
    "completed": "success",
    "failed": "danger",
}

STATE_WORDS = {
    "excluded": "Left out",
    "queued": "Waiting",
    "claimed": "Waiting",
    "dispatching": "On the way to Meta",
    "accepted": "Taken by Meta",
    "held": "Held by Meta",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Failed",
    "expired": "No news from Meta",
    "unresolved": "Not known",
    "cancelled": "Cancelled",
}
STATE_TONES = {
    "excluded": "neutral",
    "accepted": "info",
    "held": "warning",
    "sent": "info",
    "delivered": "success",
    "read": "accent",
    "failed": "danger",
    "expired": "warning",
    "unresolved": "warning",
}

UNNAMED = "Without a name"

EXCLUSION_WORDS = {
    "no_number": "No phone number",
    "invalid": "Not a valid phone number",
    "duplicate": "Named twice; they get it once",
    "opted_out": "Opted out of marketing",
    "recently_contacted": "Got a campaign lately",
    "missing_variable": "A variable has no value for them",
    "over_limit": "Over what Meta lets you send in 24 hours",
}


def share(part: int, whole: int) -> str:
    """Return a share as a list shows it: 42 %, below one per cent with one place; – of nothing."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 1:
        return f"{percent:.1f} %"
    # All but a few is not all of them.
    return f"{min(round(percent), 99 if part < whole else 100)} %"


def percent(part: int, whole: int) -> float:
    """Return how wide a part is drawn, from 0 to 100."""
    return round(100 * part / whole, 2) if whole else 0.0


def people(count: int) -> str:
    """Return a number of people."""
    return "1 person" if count == 1 else f"{count:,} people"
