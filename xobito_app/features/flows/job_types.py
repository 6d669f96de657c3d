"""The background jobs of flows."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

FLOWS_RUN = JobType("flows.run", Lane.LIVE)
FLOWS_REQUEST = JobType("flows.request", Lane.LIVE)
