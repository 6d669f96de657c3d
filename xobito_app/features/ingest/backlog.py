"""Whether what came in is read in time: one rule for the journal, the doctor, health and shell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.features.ingest.repository import DeliveryRepository

LATE_AFTER = timedelta(seconds=30)
"""A delivery that has waited longer is worth telling everybody."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How long the oldest delivery nobody has read yet has been waiting.

    Attributes:
        waited: Nothing when none waits.
    """

    waited: timedelta = timedelta()

    @classmethod
    def of(cls, since: datetime | None, now: datetime) -> Backlog:
        """Measure from when it came in."""
        return cls(max(now - since, timedelta()) if since else timedelta())

    @property
    def is_late(self) -> bool:
        """Tell whether it has waited too long."""
        return self.waited > LATE_AFTER

    @property
    def sentence(self) -> str:
        """Say so in one sentence; empty when nothing is late."""
        if not self.is_late:
            return ""
        seconds = int(self.waited.total_seconds())
        length = f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
        return f"Incoming messages are late: the oldest has waited {length} to be read."


async def read_backlog(session: AsyncSession) -> Backlog:
    """Return how far reading is behind, over all workspaces: they share the workers."""
    return Backlog.of(await DeliveryRepository(session).oldest_pending(), clock.now())
