"""Names of the jobs and lanes; what is sent and what is registered meet here."""

from __future__ import annotations

LIVE = "live"
"""Inbound events, replies, flows: what a person waits for."""

BULK = "bulk"
"""Campaigns, imports, exports, media, webhooks: what must not slow the live lane."""

LANES = (LIVE, BULK)

HEARTBEAT_LIVE = "heartbeat.live"
HEARTBEAT_BULK = "heartbeat.bulk"

LANE_OF: dict[str, str] = {
    HEARTBEAT_LIVE: LIVE,
    HEARTBEAT_BULK: BULK,
}
"""The lane each job runs in. A job that is not here cannot be sent."""
