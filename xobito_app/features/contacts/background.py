"""Background work on contacts that is a row: one worker has it in hand, the sweep looks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import col

from xobito_app.core.jobs import JobType
from xobito_app.models.contact_work import ContactImport, ContactJob, ImportState, JobState
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work

W = TypeVar("W", ContactImport, ContactJob)
OPEN = (JobState.WAITING, JobState.RUNNING, ImportState.WAITING, ImportState.RUNNING)
NUDGED = 20


class WorkRepository(Repository[W]):
    """One kind of background work in one workspace."""

    async def claim(self, row_id: UUID) -> W | None:
        """Return unfinished work locked; None while another worker has it in hand."""
        return await self.one_or_none(
            self.scoped()
            .where(col(self.model.id) == row_id, col(self.model.state).in_(OPEN))
            .with_for_update(skip_locked=True)
        )

    async def list_open(self) -> Sequence[W]:
        """Return work that is not finished."""
        return await self.all(self.scoped().where(col(self.model.state).in_(OPEN)).limit(NUDGED))


async def nudge_open(
    repository: type[WorkRepository[ContactImport]] | type[WorkRepository[ContactJob]],
    workspace_id: UUID,
    job: JobType,
) -> None:
    """Wake workers for work that nobody may be doing."""
    async with unit_of_work(workspace_id) as uow:
        for row in await repository(uow.session, workspace_id).list_open():
            enqueue(uow.session, job, workspace_id, row.id)
