"""What beat asks for and how often; the one table of repeated work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from xobito_app.core.events import Lane
from xobito_app.jobs.heartbeats import HEARTBEAT_SECONDS
from xobito_app.jobs.names import HEARTBEAT_BULK, HEARTBEAT_LIVE


@dataclass(frozen=True, slots=True)
class Repeated:
    """A job that beat sends again and again."""

    job: str
    lane: Lane
    every: timedelta


SCHEDULE: tuple[Repeated, ...] = (
    Repeated(HEARTBEAT_LIVE, Lane.LIVE, timedelta(seconds=HEARTBEAT_SECONDS)),
    Repeated(HEARTBEAT_BULK, Lane.BULK, timedelta(seconds=HEARTBEAT_SECONDS)),
)
