"""Magic recipients: numbers that give one well-known outcome each, for trying failures on purpose.

| number | outcome |
|---|---|
| +1 555 010 0001 | refused at once: not on WhatsApp (131026) |
| +1 555 010 0002 | accepted, marketing templates then fail: per-user marketing cap (131049) |
| +1 555 010 0003 | refused at once: pair rate limit (131056) |
| +1 555 010 0004 | every first try refused: throughput (130429, HTTP 429); the next is accepted |
| +1 555 010 0005 | every first try answers HTTP 500 (131000); the next is accepted |
| +1 555 010 0006 | accepted, then fails by webhook (131000) |
| +1 555 010 0007 | delivered, never read |
| +1 555 010 0008 | accepted, the answer comes only after 65 seconds; statuses come meanwhile |
| +1 555 010 0009 | marketing templates refused: opted out of marketing (131050) |
| +1 555 010 0010 | templates answer `held_for_quality_assessment`, and are released later |
| +1 555 010 0011 | templates are held for quality, then dropped (132015) |
| +1 555 010 0012 | accepted, then fails by webhook: undeliverable (131026) |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What happens to a message sent to a magic recipient."""

    NOT_ON_WHATSAPP = "not_on_whatsapp"
    MARKETING_CAP = "marketing_cap"
    PAIR_LIMIT = "pair_limit"
    THROUGHPUT_ONCE = "throughput_once"
    SERVER_ERROR_ONCE = "server_error_once"
    FAILS_LATER = "fails_later"
    NEVER_READ = "never_read"
    TIMES_OUT = "times_out"
    OPTED_OUT = "opted_out"
    HELD = "held_for_quality"
    HELD_THEN_DROPPED = "held_then_dropped"
    UNDELIVERABLE_LATER = "undeliverable_later"


@dataclass(frozen=True, slots=True)
class MagicRecipient:
    """One magic number; `phone` is in digits as in Meta's `wa_id`."""

    phone: str
    outcome: Outcome
    label: str

    @property
    def display(self) -> str:
        """The number as people read it."""
        return f"+1 555 010 {self.phone[-4:]}"


ANSWER_AFTER = 65.0
"""Seconds until the answer of the recipient that times out."""

_LABELS = {
    Outcome.NOT_ON_WHATSAPP: "Not on WhatsApp: refused at once (131026)",
    Outcome.MARKETING_CAP: "Marketing cap: marketing templates fail later (131049)",
    Outcome.PAIR_LIMIT: "Pair rate limit: refused at once (131056)",
    Outcome.THROUGHPUT_ONCE: "Throughput limit on every first try (130429)",
    Outcome.SERVER_ERROR_ONCE: "Server error on every first try (HTTP 500)",
    Outcome.FAILS_LATER: "Accepted, then fails by webhook (131000)",
    Outcome.NEVER_READ: "Delivered, never read",
    Outcome.TIMES_OUT: "Accepted, but the answer takes 65 seconds",
    Outcome.OPTED_OUT: "Opted out of marketing (131050)",
    Outcome.HELD: "Templates held for quality, then released",
    Outcome.HELD_THEN_DROPPED: "Templates held for quality, then dropped (132015)",
    Outcome.UNDELIVERABLE_LATER: "Accepted, then undeliverable by webhook (131026)",
}

RECIPIENTS: dict[str, MagicRecipient] = {
    recipient.phone: recipient
    for recipient in (
        MagicRecipient(f"1555010{place:04d}", outcome, _LABELS[outcome])
        for place, outcome in enumerate(Outcome, start=1)
    )
}
"""Magic recipients by phone digits."""


def outcome_of(phone: str) -> Outcome | None:
    """Return the outcome a phone (digits) stands for, or None for an ordinary one."""
    recipient = RECIPIENTS.get(phone)
    return recipient.outcome if recipient else None
