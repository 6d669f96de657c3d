"""Background jobs of message templates."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

TEMPLATES_SYNC = JobType("templates.sync", Lane.BULK)
TEMPLATES_SETTLE = JobType("templates.settle", Lane.BULK)
TEMPLATES_INSIGHTS = JobType("templates.insights", Lane.BULK)
