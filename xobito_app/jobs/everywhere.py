"""Repeated work that goes over all workspaces, each in transactions of its own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from xobito_app.core.errors import AppError
from xobito_app.core.feature import PerWorkspace
from xobito_app.features.workspaces.service import list_workspace_ids
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


async def for_each_workspace(work: PerWorkspace) -> None:
    """Do the work in every workspace; one that fails does not hold up the others."""
    async with unit_of_work() as uow:
        workspace_ids = await list_workspace_ids(uow.session)
    for workspace_id in workspace_ids:
        await isolated(partial(work, workspace_id), workspace_id=str(workspace_id))


async def isolated(work: Callable[[], Awaitable[Any]], **about: str) -> None:
    """Do the work; its failure is only logged. What an `AppError` says is no defect of ours."""
    try:
        await work()
    except AppError as error:
        log.warning("sweep.refused", extra={**about, "reason": type(error).__name__})
    except Exception:
        log.exception("sweep.failed", extra=about)
