"""Meta's words about templates, as people read them, and their colours."""

from __future__ import annotations

TONES = {
    "APPROVED": "success",
    "PENDING": "info",
    "REJECTED": "danger",
    "PAUSED": "warning",
    "DISABLED": "danger",
    "IN_APPEAL": "info",
    "GONE": "danger",
}
QUALITY_TONES = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}


def words(constant: str) -> str:
    """Return Meta's upper-case word as people read it."""
    return constant.replace("_", " ").capitalize()


def tone_of(status: str) -> str:
    """Return the colour of a status."""
    return TONES.get(status, "neutral")
