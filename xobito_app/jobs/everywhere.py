"""Repeated work that goes over all workspaces, each in transactions of its own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from xobito_app.features.workspaces.service import list_workspace_ids
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


async def for_each_workspace(work: Callable[[UUID], Awaitable[Any]]) -> None:
    """Do the work in every workspace; one that fails does not hold up the others."""
    async with unit_of_work() as uow:
        workspace_ids = await list_workspace_ids(uow.session)
    for workspace_id in workspace_ids:
        try:
            await work(workspace_id)
        except Exception:
            log.exception("sweep.failed", extra={"workspace_id": str(workspace_id)})
