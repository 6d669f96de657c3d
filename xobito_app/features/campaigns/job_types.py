"""Names of the background jobs of campaigns."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

CAMPAIGNS_DISPATCH = JobType("campaigns.dispatch", Lane.BULK)
