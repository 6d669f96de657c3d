"""Which account a workspace speaks through, for features that speak to Meta."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.connection.repository import ConnectionRepository, NumberRepository
from xobito_app.models.connection import Connection, ConnectionState


async def list_connected(session: AsyncSession, workspace_id: UUID) -> Sequence[Connection]:
    """Return the accounts Meta may be spoken to through, the newest first."""
    return await ConnectionRepository(session, workspace_id).list_connected()


async def find_active(session: AsyncSession, workspace_id: UUID) -> Connection | None:
    """Return the newest connected account."""
    return await ConnectionRepository(session, workspace_id).find_active()


async def lock_connected(
    session: AsyncSession, workspace_id: UUID, connection_id: UUID
) -> Connection | None:
    """Return an account locked for change, unless it was disconnected meanwhile."""
    found = await ConnectionRepository(session, workspace_id).get(connection_id, lock=True)
    return found if found.state == ConnectionState.CONNECTED else None


async def connection_of(session: AsyncSession, workspace_id: UUID, number_id: UUID) -> UUID:
    """Return the id of the account a number stands under.

    Raises:
        NotFound: The workspace has no such number.
    """
    return (await NumberRepository(session, workspace_id).get(number_id)).connection_id
