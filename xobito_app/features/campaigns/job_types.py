"""Names of the background jobs of campaigns."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

CAMPAIGNS_DISPATCH = JobType("campaigns.dispatch", Lane.BULK)
CAMPAIGNS_SCHEDULE = JobType("campaigns.schedule", Lane.BULK)
CAMPAIGNS_GUARD = JobType("campaigns.guard", Lane.BULK)
