"""Deliveries that came before anyone was connected to what they name, read after all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.job_names import INBOUND_DRAIN
from xobito_app.models.connection import EventState, InboundEvent
from xobito_app.persistence.unit_of_work import enqueue


async def claim_deliveries(session: AsyncSession, meta_ids: Sequence[str]) -> int:
    """Have unclaimed deliveries read again that name one of these ids; return how many.

    Whose they are is decided by the drain as always; here they only get another chance.
    """
    named = [
        col(InboundEvent.body).contains(f'"{meta_id}"', autoescape=True) for meta_id in meta_ids
    ]
    if not named:
        return 0
    statement = (
        update(InboundEvent)
        .where(col(InboundEvent.state) == EventState.UNCLAIMED, or_(*named))
        .values(state=EventState.PENDING, error="")
    )
    result = await (await session.connection()).execute(statement)
    if result.rowcount:
        enqueue(session, INBOUND_DRAIN)
    return result.rowcount
