"""Long work on contacts that is a row: one worker holds it, and it goes on where a dead one was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from xobito_app.core.jobs import JobType
from xobito_app.models.contact_work import ContactImport, ContactJob, ImportState, JobState
from xobito_app.persistence.leased_work import LeasedTable
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work

OPEN = (JobState.WAITING, JobState.RUNNING, ImportState.WAITING, ImportState.RUNNING)
LEASE = timedelta(seconds=15)
"""Short, as somebody waits for the end; losing it to a stall costs one batch."""
WOKEN_AT_ONCE = 20

JOBS = LeasedTable(ContactJob, waiting=(JobState.WAITING,), held=JobState.RUNNING, lease=LEASE)
IMPORTS = LeasedTable(
    ContactImport, waiting=(ImportState.WAITING,), held=ImportState.RUNNING, lease=LEASE
)


async def wake_for_open(table: LeasedTable[Any], workspace_id: UUID, job: JobType) -> None:
    """Wake a worker for each piece of work that nobody is doing."""
    async with unit_of_work(workspace_id) as uow:
        for row in await table.list_due(uow.session, workspace_id, WOKEN_AT_ONCE):
            enqueue(uow.session, job, workspace_id, row.id)
