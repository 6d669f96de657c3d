"""Background jobs of outbound webhooks."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

WEBHOOKS_DELIVER = JobType("webhooks.deliver", Lane.BULK)
