"""How many recipients are how far: sums of the states that every screen of campaigns needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a campaign; everybody is in exactly one state."""

    counts: Mapping[str, int]

    def of(self, *states: str) -> int:
        """Return how many are in one of these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def audience(self) -> int:
        """Everybody who was meant."""
        return self.of("audience")

    @property
    def addressed(self) -> int:
        """Everybody who is to get it."""
        return self.audience - self.of("excluded")

    @property
    def waiting(self) -> int:
        """Whose turn has not come, or who is in hand."""
        return self.of("queued", "claimed", "dispatching")

    @property
    def done(self) -> int:
        """Who is through, whatever came of it."""
        return self.addressed - self.waiting

    @property
    def sent(self) -> int:
        """Whose message Meta took."""
        return self.of("accepted", "held", "sent", "delivered", "read")

    @property
    def delivered(self) -> int:
        """Whose phone has it."""
        return self.of("delivered", "read")

    @property
    def read(self) -> int:
        """Who opened it, of those who let that be known."""
        return self.of("read")

    @property
    def failed(self) -> int:
        """Who did not get it, or of whom that is not known."""
        return self.of("failed", "expired", "unresolved", "cancelled")
