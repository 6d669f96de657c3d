"""Taking over from Meta what it owns: numbers and templates, hourly and when a webhook asks."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from xobito_app.core.errors import AppError
from xobito_app.core.job_names import CONNECTION_SYNC, TEMPLATES_SYNC
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import sync as templates
from xobito_app.features.workspaces import service as workspaces
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


async def sync_connections(workspace_id: UUID | None = None) -> None:
    """Sync one workspace's numbers, or everybody's."""
    await _each(CONNECTION_SYNC, connection.sync, workspace_id)


async def sync_templates(workspace_id: UUID | None = None) -> None:
    """Sync one workspace's templates, or everybody's."""
    await _each(TEMPLATES_SYNC, templates.sync_templates, workspace_id)


async def _each(
    job: str, work: Callable[[UUID], Awaitable[object]], workspace_id: UUID | None
) -> None:
    """Do the work for one or all workspaces; one that fails waits for the next hour."""
    async with unit_of_work() as uow:
        everybody = await workspaces.list_workspace_ids(uow.session)
    for current in [workspace_id] if workspace_id else everybody:
        try:
            await work(current)
        except AppError as error:
            log.warning(
                "sync.failed",
                extra={"job": job, "workspace_id": current, "reason": type(error).__name__},
            )


@celery.task(name=CONNECTION_SYNC)
def connection_sync(workspace_id: str = "") -> None:
    """Sync numbers, quality, limits and the token's life."""
    work = partial(sync_connections, UUID(workspace_id) if workspace_id else None)
    runtime.start(work, name=f"{CONNECTION_SYNC} {workspace_id}")


@celery.task(name=TEMPLATES_SYNC)
def templates_sync(workspace_id: str = "") -> None:
    """Sync templates."""
    work = partial(sync_templates, UUID(workspace_id) if workspace_id else None)
    runtime.start(work, name=f"{TEMPLATES_SYNC} {workspace_id}")
