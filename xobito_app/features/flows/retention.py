"""How long the talks of flows are kept: those that are over, with their steps, ninety days."""

from __future__ import annotations

from datetime import timedelta
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
    for drop in (_drop_talks, _drop_failures):
        while await drop(workspace_id) == BATCH:
            pass


async def _drop_talks(workspace_id: UUID) -> int:
    async with unit_of_work(workspace_id) as uow:
        old = (
            select(FlowSession.id)
            .where(col(FlowSession.workspace_id) == workspace_id)
            .where(col(FlowSession.ended_at) < clock.now() - TALKS_KEPT)
            .limit(BATCH)
        )
        connection = await uow.session.connection()
        found = await connection.execute(delete(FlowSession).where(col(FlowSession.id).in_(old)))
        return found.rowcount


async def _drop_failures(workspace_id: UUID) -> int:
    async with unit_of_work(workspace_id) as uow:
        old = (
            select(FlowInput.id)
            .where(col(FlowInput.workspace_id) == workspace_id)
            .where(col(FlowInput.state) == FlowInputState.FAILED)
            .where(col(FlowInput.at) < clock.now() - FAILURES_KEPT)
            .limit(BATCH)
        )
        connection = await uow.session.connection()
        found = await connection.execute(delete(FlowInput).where(col(FlowInput.id).in_(old)))
        return found.rowcount
