"""What beat asks for and how often; the one table of repeated work."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.jobs.heartbeats import HEARTBEAT_SECONDS
from xobito_app.jobs.names import HEARTBEAT_BULK, HEARTBEAT_LIVE

SCHEDULE: dict[str, timedelta] = {
    HEARTBEAT_LIVE: timedelta(seconds=HEARTBEAT_SECONDS),
    HEARTBEAT_BULK: timedelta(seconds=HEARTBEAT_SECONDS),
}
"""Job name to interval."""
