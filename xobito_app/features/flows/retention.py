"""How long the talks of flows are kept: those that are over, with their steps, ninety days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select

from xobito_app.core import clock
from xobito_app.models.flows import FlowInput, FlowInputState, FlowSession
from xobito_app.persistence.unit_of_work import unit_of_work

TALKS_KEPT = timedelta(days=90)
FAILURES_KEPT = timedelta(days=30)
BATCH = 1_000


async def drop_old(workspace_id: UUID) -> None:
    """Delete talks that ended long ago, and what bots could not hear, a part at a time."""
    now = clock.now()
    talks = select(FlowSession.id).where(
        col(FlowSession.workspace_id) == workspace_id,
        col(FlowSession.ended_at) < now - TALKS_KEPT,
    )
    failures = select(FlowInput.id).where(
        col(FlowInput.workspace_id) == workspace_id,
        col(FlowInput.state) == FlowInputState.FAILED,
        col(FlowInput.at) < now - FAILURES_KEPT,
    )
    for model, old in ((FlowSession, talks), (FlowInput, failures)):
        while await _drop(workspace_id, model, old.limit(BATCH)) == BATCH:
            pass


async def _drop(workspace_id: UUID, model: Any, old: Any) -> int:
    async with unit_of_work(workspace_id) as uow:
        connection = await uow.session.connection()
        found = await connection.execute(delete(model).where(col(model.id).in_(old)))
        return found.rowcount
