"""What beat asks for and how often; the one table of repeated work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from xobito_app.core import job_names
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
    Repeated(job_names.CONNECTION_SYNC, Lane.BULK, timedelta(hours=1)),
    Repeated(job_names.TEMPLATES_SYNC, Lane.BULK, timedelta(hours=1)),
    # What a lost nudge left lying is taken up within a second.
    Repeated(job_names.INBOUND_DRAIN, Lane.LIVE, timedelta(seconds=1)),
    Repeated(job_names.OUTBOUND_SWEEP, Lane.LIVE, timedelta(seconds=5)),
    Repeated(job_names.CONVERSATIONS_WAKE, Lane.LIVE, timedelta(seconds=30)),
    Repeated(job_names.MEDIA_FETCH, Lane.BULK, timedelta(seconds=30)),
    Repeated(job_names.MAIL_SEND, Lane.BULK, timedelta(seconds=30)),
    Repeated(job_names.WEBHOOKS_SWEEP, Lane.BULK, timedelta(seconds=10)),
    Repeated(job_names.CONTACTS_SWEEP, Lane.BULK, timedelta(seconds=15)),
    Repeated(job_names.HISTORY_CLEAR, Lane.BULK, timedelta(hours=6)),
    Repeated(job_names.RETENTION_SWEEP, Lane.BULK, timedelta(hours=6)),
)
