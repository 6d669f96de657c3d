"""Background jobs of reading what Meta delivers."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

INBOUND_DRAIN = JobType("inbound.drain", Lane.LIVE)
