"""Telling other systems about changed contacts; a slow one holds up only its own workspace."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xobito_app.core.job_names import WEBHOOKS_DELIVER, WEBHOOKS_SWEEP
from xobito_app.features.webhooks.deliver import deliver, sweep
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace


@celery.task(name=WEBHOOKS_DELIVER)
def deliver_due(workspace_id: str) -> None:
    """Send what is due in a workspace; asked again meanwhile, it looks once more."""
    runtime.start(partial(deliver, UUID(workspace_id)), name=f"{WEBHOOKS_DELIVER} {workspace_id}")


@celery.task(name=WEBHOOKS_SWEEP)
def sweep_all() -> None:
    """Settle what dead workers left, and nudge for what is due."""
    runtime.start(partial(for_each_workspace, sweep), name=WEBHOOKS_SWEEP)
