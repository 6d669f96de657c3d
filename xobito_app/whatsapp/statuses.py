"""How far a message has come: statuses arrive late, twice and in any order, yet only advance.

Meta's webhook field `messages`, `statuses[]` (`StatusMessageValue` in its OpenAPI file), and
`message_status` in the answer to a send. Meta promises no order, and may skip `delivered`.
"""

from __future__ import annotations

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Meta's states of an outgoing message."""

    ACCEPTED = "accepted"
    HELD = "held_for_quality_assessment"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"


# `failed` stands between sent and delivered: it ends a message that nobody received, and a
# delivery proves a failure wrong, in whichever order the two arrive.
_RANKS: dict[str, int] = {
    DeliveryStatus.ACCEPTED: 10,
    DeliveryStatus.HELD: 20,
    DeliveryStatus.SENT: 30,
    DeliveryStatus.FAILED: 35,
    DeliveryStatus.DELIVERED: 40,
    DeliveryStatus.READ: 50,
    DeliveryStatus.PLAYED: 60,
}
# Words of the message history and of send answers for the same states.
_ALIASES = {"pending": "accepted", "paused": "held_for_quality_assessment", "error": "failed"}


def normalise(status: str) -> str:
    """Return Meta's usual word for a status; an unknown one is kept, in lower case."""
    word = status.strip().lower()
    return _ALIASES.get(word, word)


def rank(status: str | None) -> int:
    """Return how far a status is; 0 for none and for words we do not know."""
    return _RANKS.get(normalise(status), 0) if status else 0


def furthest(current: str | None, incoming: str) -> str:
    """Return the status a message has after `incoming` arrived; the order does not matter."""
    if current is None or rank(incoming) > rank(current):
        return normalise(incoming)
    return normalise(current)
