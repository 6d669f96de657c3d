"""Names of the jobs; what is sent and what is registered meet here."""

from __future__ import annotations

from xobito_app.core.events import Lane

HEARTBEAT_LIVE = "heartbeat.live"
HEARTBEAT_BULK = "heartbeat.bulk"

LANES: tuple[str, ...] = tuple(lane.value for lane in Lane)
"""live: inbound events, replies, flows, what a person waits for. bulk: all the rest."""
