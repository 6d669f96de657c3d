"""Long work on contacts that is a row: one worker holds it, and it goes on where a dead one was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.jobs import JobType
from xobito_app.core.permissions import Actor
from xobito_app.features.activity import service as activity
from xobito_app.models.contact_work import ContactImport, ContactJob, ImportState, JobState
from xobito_app.persistence.leased_work import LeasedTable
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work

OPEN = (JobState.WAITING, JobState.RUNNING, ImportState.WAITING, ImportState.RUNNING)
LEASE = timedelta(seconds=15)
"""Short, as somebody waits for the end; losing it to a stall costs one batch."""
WOKEN_AT_ONCE = 20

Work = TypeVar("Work", ContactJob, ContactImport)
_JOB_STOPPED = (Topic.CONTACT_JOB, "contact.bulk_stopped")
_IMPORT_STOPPED = (Topic.CONTACT_IMPORT, "contact.import_stopped")

JOBS = LeasedTable(ContactJob, waiting=(JobState.WAITING,), held=JobState.RUNNING, lease=LEASE)
IMPORTS = LeasedTable(
    ContactImport, waiting=(ImportState.WAITING,), held=ImportState.RUNNING, lease=LEASE
)


class WorkRepository(Repository[Work]):
    """Long work of one kind in one workspace."""

    async def list_newest(self, limit: int) -> Sequence[Work]:
        """Return the newest, 50 at most."""
        return await self.all(
            self.scoped()
            .order_by(col(self.model.created_at).desc(), col(self.model.id).desc())
            .limit(max(1, min(limit, 50)))
        )


def stop(session: AsyncSession, actor: Actor, row: ContactJob | ContactImport) -> None:
    """Stop work that still waits or runs, note who did it and tell the screens.

    Args:
        row: Locked, so that the batch at hand is done; work that has ended stays as it is.
    """
    if row.state not in OPEN:
        return
    if isinstance(row, ContactImport):
        row.state, topic, action, name = ImportState.STOPPED, *_IMPORT_STOPPED, row.filename
    else:
        row.state, topic, action, name = JobState.STOPPED, *_JOB_STOPPED, ""
    row.finished_at = clock.now()
    session.add(row)
    activity.record(session, actor, action, about=row.__tablename__, object_id=row.id, name=name)
    announce(session, actor.workspace_id, topic, row.id)


async def wake_for_open(table: LeasedTable[Any], workspace_id: UUID, job: JobType) -> None:
    """Wake a worker for each piece of work that nobody is doing."""
    async with unit_of_work(workspace_id) as uow:
        for row in await table.list_due(uow.session, workspace_id, WOKEN_AT_ONCE):
            enqueue(uow.session, job, workspace_id, row.id)
