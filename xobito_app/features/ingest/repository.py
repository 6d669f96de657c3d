"""Reading deliveries and finding whose they are. Both come before any workspace is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.models.connection import EventState, InboundEvent, Route, RouteKind

# Any constant will do; it only has to be the same in every process.
_DRAIN_LOCK = 0x786F64726E


class DeliveryRepository:
    """Webhook deliveries of the whole installation."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def try_lock(self) -> bool:
        """Become the one that drains until the transaction ends, or learn that another is."""
        statement = text("SELECT pg_try_advisory_xact_lock(:key)")
        connection = await self.session.connection()
        return bool((await connection.execute(statement, {"key": _DRAIN_LOCK})).scalar())

    async def list_pending(self, limit: int) -> Sequence[InboundEvent]:
        """Return the oldest deliveries nobody has read yet."""
        statement = (
            select(InboundEvent)
            .where(col(InboundEvent.state) == EventState.PENDING)
            .order_by(col(InboundEvent.id))
            .limit(limit)
        )
        return (await self.session.exec(statement)).all()

    async def has_pending(self) -> bool:
        """Tell whether anything waits to be read."""
        waiting = select(InboundEvent.id).where(col(InboundEvent.state) == EventState.PENDING)
        return (await self.session.exec(waiting.limit(1))).first() is not None

    async def find_routes(
        self, waba_ids: Collection[str], phone_number_ids: Collection[str]
    ) -> dict[tuple[str, str], Route]:
        """Return the routes of Meta's ids, keyed by kind and id."""
        statement = select(Route).where(
            or_(
                (col(Route.kind) == RouteKind.WABA) & col(Route.external_id).in_(waba_ids),
                (col(Route.kind) == RouteKind.NUMBER)
                & col(Route.external_id).in_(phone_number_ids),
            )
        )
        return {(str(r.kind), r.external_id): r for r in await self.session.exec(statement)}

    async def get(self, event_id: UUID) -> InboundEvent | None:
        """Return a delivery locked for change."""
        statement = select(InboundEvent).where(InboundEvent.id == event_id).with_for_update()
        return (await self.session.exec(statement)).one_or_none()

    async def find_own(self, workspace_id: UUID, event_id: UUID) -> InboundEvent | None:
        """Return a delivery when it is this workspace's."""
        statement = select(InboundEvent).where(
            InboundEvent.id == event_id, InboundEvent.workspace_id == workspace_id
        )
        return (await self.session.exec(statement)).one_or_none()

    async def list_journal(
        self, workspace_id: UUID, *, state: str, before: UUID | None, limit: int
    ) -> Sequence[InboundEvent]:
        """Return a workspace's deliveries, newest first."""
        statement = select(InboundEvent).where(col(InboundEvent.workspace_id) == workspace_id)
        if state:
            statement = statement.where(col(InboundEvent.state) == state)
        if before:
            statement = statement.where(col(InboundEvent.id) < before)
        statement = statement.order_by(col(InboundEvent.id).desc()).limit(limit)
        return (await self.session.exec(statement)).all()
