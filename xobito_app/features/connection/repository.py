"""Reading connections, their numbers, and the routes that lead to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.models.connection import Connection, ConnectionState, Number, WebhookSecret
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
        if not external_ids:
            return {}
        rows = await self.all(self.scoped().where(col(Number.phone_number_id).in_(external_ids)))
        return {row.phone_number_id: row for row in rows}


async def list_webhook_secrets(session: AsyncSession) -> Sequence[WebhookSecret]:
    """Return what webhooks are judged by; read before any workspace is known."""
    return (await session.exec(select(WebhookSecret).limit(1000))).all()
