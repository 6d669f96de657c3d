"""Deliveries that came before anyone was connected to what they name, read after all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import AccountConnected
from xobito_app.features.ingest.job_types import INBOUND_DRAIN
from xobito_app.persistence.unit_of_work import enqueue

_CLAIM = text(
    "UPDATE inbound_event SET state = 'pending', error = '', attempts = 0, processed_at = NULL, "
    "workspace_id = NULL WHERE state IN ('unclaimed', 'refused') AND EXISTS "
    "(SELECT FROM unnest(CAST(:names AS text[])) AS name "
    "WHERE position(convert_to(name, 'UTF8') IN body) > 0)"
)


async def on_connected(session: AsyncSession, event: AccountConnected) -> None:
    """Have what came before the account was connected read after all."""
    await claim_deliveries(session, event.meta_ids)


async def claim_deliveries(session: AsyncSession, meta_ids: Sequence[str]) -> int:
    """Have deliveries nobody was given read again that name one of these ids; return how many.

    Whose they are is decided by the drain as always, by the signature they came with: here they
    only get another chance.
    """
    names = [f'"{meta_id}"' for meta_id in meta_ids]
    result = await (await session.connection()).execute(_CLAIM, {"names": names})
    if result.rowcount:
        enqueue(session, INBOUND_DRAIN)
    return result.rowcount
