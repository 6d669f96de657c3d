"""Reading connections, their numbers, and the routes that lead to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.models.connection import (
    Connection,
    ConnectionState,
    Number,
    Route,
    WebhookSecret,
)
from xobito_app.persistence.repository import Repository


class ConnectionRepository(Repository[Connection]):
    """Connections of one workspace."""

    missing = "This workspace is not connected to WhatsApp."

    async def list_all(self) -> Sequence[Connection]:
        """Return all connections, the newest first."""
        return await self.all(self.scoped().order_by(col(Connection.connected_at).desc()).limit(20))

    async def find_active(self) -> Connection | None:
        """Return the newest connection that is connected."""
        rows = await self.all(
            self.scoped()
            .where(col(Connection.state) == ConnectionState.CONNECTED)
            .order_by(col(Connection.connected_at).desc())
            .limit(1)
        )
        return rows[0] if rows else None

    async def list_connected(self) -> Sequence[Connection]:
        """Return the connections Meta may be spoken to through, the newest first."""
        rows = await self.list_all()
        return [row for row in rows if row.state == ConnectionState.CONNECTED]

    async def find_by_waba(self, waba_id: str) -> Connection | None:
        """Return the connection of a WhatsApp Business Account."""
        return await self.one_or_none(self.scoped().where(col(Connection.waba_id) == waba_id))


class NumberRepository(Repository[Number]):
    """Business numbers of one workspace."""

    missing = "This number does not belong to the workspace."

    async def list_all(self) -> Sequence[Number]:
        """Return all numbers, the primary one first."""
        return await self.all(
            self.scoped().order_by(col(Number.is_primary).desc(), col(Number.created_at)).limit(100)
        )

    async def by_phone_number_id(self, external_ids: Collection[str]) -> dict[str, Number]:
        """Return numbers by Meta's `phone_number_id`."""
        rows = await self.all_any(col(Number.phone_number_id), external_ids)
        return {row.phone_number_id: row for row in rows}


async def list_webhook_secrets(session: AsyncSession) -> Sequence[WebhookSecret]:
    """Return what webhooks are judged by; read before any workspace is known."""
    return (await session.exec(select(WebhookSecret).limit(1000))).all()


async def find_webhook_secret(session: AsyncSession, connection_id: UUID) -> WebhookSecret | None:
    """Return what a connection's webhooks are judged by."""
    statement = select(WebhookSecret).where(col(WebhookSecret.connection_id) == connection_id)
    return (await session.exec(statement)).one_or_none()


async def list_routes_of(session: AsyncSession, connection_id: UUID) -> Sequence[Route]:
    """Return the ways that lead to a connection."""
    statement = select(Route).where(col(Route.connection_id) == connection_id)
    return (await session.exec(statement)).all()


async def list_routed_workspaces(session: AsyncSession) -> Sequence[UUID]:
    """Return the workspaces that hold an account or number; read before any is entered."""
    return (await session.exec(select(Route.workspace_id).distinct())).all()
