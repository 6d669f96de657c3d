"""Work on many contacts: bulk actions and imports."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xobito_app.core.job_names import CONTACTS_BULK, CONTACTS_IMPORT, CONTACTS_SWEEP
from xobito_app.features.contacts import bulk_work, import_work
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace


@celery.task(name=CONTACTS_BULK)
def work_bulk(workspace_id: str, job_id: str) -> None:
    """Go on with an action on many contacts."""
    runtime.start(
        partial(bulk_work.work, UUID(workspace_id), UUID(job_id)), name=f"{CONTACTS_BULK} {job_id}"
    )


@celery.task(name=CONTACTS_IMPORT)
def work_import(workspace_id: str, import_id: str) -> None:
    """Go on with an import."""
    runtime.start(
        partial(import_work.work, UUID(workspace_id), UUID(import_id)),
        name=f"{CONTACTS_IMPORT} {import_id}",
    )


@celery.task(name=CONTACTS_SWEEP)
def sweep_open() -> None:
    """Take up what a lost nudge or a dead worker left."""
    runtime.start(_sweep_open, name=CONTACTS_SWEEP)


async def _sweep_open() -> None:
    await for_each_workspace(bulk_work.nudge_open)
    await for_each_workspace(import_work.nudge_open)
