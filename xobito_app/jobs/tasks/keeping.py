"""Work by the clock: threads wake up, old things go."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xobito_app.core.job_names import CONVERSATIONS_WAKE, HISTORY_CLEAR, RETENTION_SWEEP
from xobito_app.features.contacts import importing
from xobito_app.features.inbox import keeping
from xobito_app.features.ingest.keeping import drop_old_deliveries
from xobito_app.features.mail import dispatch as mail
from xobito_app.features.tokens.repeats import drop_old as drop_old_repeats
from xobito_app.features.webhooks.deliver import drop_old as drop_old_webhooks
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace


@celery.task(name=CONVERSATIONS_WAKE)
def wake_conversations() -> None:
    """Open the threads whose snooze is over."""
    runtime.start(partial(for_each_workspace, keeping.wake), name=CONVERSATIONS_WAKE)


@celery.task(name=HISTORY_CLEAR)
def clear_history(workspace_id: str = "") -> None:
    """Clear old contents, of one workspace or of all."""
    if workspace_id:
        work = partial(keeping.clear_history, UUID(workspace_id))
        runtime.start(work, name=f"{HISTORY_CLEAR} {workspace_id}")
    else:
        runtime.start(partial(for_each_workspace, keeping.clear_history), name=HISTORY_CLEAR)


@celery.task(name=RETENTION_SWEEP)
def sweep_old() -> None:
    """Delete raw deliveries, mails and unsent files that nobody needs any more."""
    runtime.start(_sweep_old, name=RETENTION_SWEEP)


async def _sweep_old() -> None:
    await drop_old_deliveries()
    await mail.drop_old()
    await for_each_workspace(keeping.drop_unsent)
    await for_each_workspace(keeping.drop_ownerless)
    await for_each_workspace(importing.drop_old)
    await for_each_workspace(drop_old_webhooks)
    await for_each_workspace(drop_old_repeats)
