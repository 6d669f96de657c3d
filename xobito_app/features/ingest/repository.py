"""Reading deliveries and finding whose they are. Both come before any workspace is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, text
from sqlalchemy.orm import defer
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.models.connection import EventState, InboundEvent, Route, RouteKind
from xobito_app.persistence.arrays import any_of, chunks

# Any constant will do; it only has to be the same in every process.
_DRAIN_LOCK = 0x786F64726E
_BODY: Any = InboundEvent.body

_BEGIN = text(
    "UPDATE inbound_event SET attempts = attempts + 1, processed_at = :now "
    "WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'pending'"
)
_GIVE_BACK = text(
    "UPDATE inbound_event SET attempts = attempts - 1 "
    "WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'pending' AND attempts > 0"
)
_CONCLUDE = text(
    "UPDATE inbound_event SET state = :state, summary = :summary, error = :error WHERE id = :id"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits to be read: what is known of it without reading it."""

    id: UUID
    size: int
    attempts: int


class DeliveryRepository:
    """Webhook deliveries of the whole installation."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def try_lock(self) -> bool:
        """Become the one that drains until the transaction ends, or learn that another is."""
        statement = text("SELECT pg_try_advisory_xact_lock(:key)")
        connection = await self.session.connection()
        return bool((await connection.execute(statement, {"key": _DRAIN_LOCK})).scalar())

    async def check(self) -> None:
        """Make sure the transaction that holds the lock is still there.

        Raises:
            DBAPIError: It is not.
        """
        await (await self.session.connection()).execute(text("SELECT 1"))

    async def list_waiting(
        self, *, begun_before: datetime, split_at: int, is_large: bool, limit: int
    ) -> list[Waiting]:
        """Return the oldest deliveries that were not begun since a moment.

        Either those of up to so many bytes, be it none at all, or those of more.
        """
        size = func.octet_length(_BODY)
        statement = (
            select(InboundEvent.id, size, InboundEvent.attempts)
            .where(col(InboundEvent.state) == EventState.PENDING)
            .where(_not_begun_since(begun_before))
            .where(size > split_at if is_large else size <= split_at)
            .order_by(col(InboundEvent.id))
            .limit(limit)
        )
        return [Waiting(*row) for row in await self.session.exec(statement)]

    async def has_waiting(self, *, begun_before: datetime) -> bool:
        """Tell whether anything waits that was not begun since a moment."""
        waiting = select(InboundEvent.id).where(
            col(InboundEvent.state) == EventState.PENDING, _not_begun_since(begun_before)
        )
        return (await self.session.exec(waiting.limit(1))).first() is not None

    async def oldest_pending(self) -> datetime | None:
        """Return when the delivery came in that has waited longest to be read."""
        statement = select(func.min(InboundEvent.received_at)).where(
            col(InboundEvent.state) == EventState.PENDING
        )
        return (await self.session.exec(statement)).one()

    async def begin(self, event_ids: Sequence[UUID], now: datetime) -> None:
        """Count an attempt at each."""
        await self._execute(_BEGIN, {"ids": list(event_ids), "now": now})

    async def give_back(self, event_ids: Sequence[UUID]) -> None:
        """Take an attempt back that came to nothing through no fault of the delivery."""
        await self._execute(_GIVE_BACK, {"ids": list(event_ids)})

    async def conclude(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write what became of deliveries: `id`, `state`, `summary` and `error` each."""
        if rows:
            await self._execute(_CONCLUDE, list(rows))

    async def _execute(self, statement: Any, parameters: Any) -> None:
        await (await self.session.connection()).execute(statement, parameters)

    async def list_pending(self, event_ids: Collection[UUID]) -> Sequence[InboundEvent]:
        """Return those of some deliveries that still wait, in the order they came.

        Not locked: reading takes its time, and the endpoint may count a repeat meanwhile.
        """
        statement = (
            select(InboundEvent)
            .where(any_of(col(InboundEvent.id), event_ids))
            .where(col(InboundEvent.state) == EventState.PENDING)
            .order_by(col(InboundEvent.id))
        )
        return (await self.session.exec(statement)).all()

    async def find_routes(
        self, waba_ids: Collection[str], phone_number_ids: Collection[str]
    ) -> dict[tuple[str, str], Route]:
        """Return the routes of Meta's ids, keyed by kind and id."""
        found: dict[tuple[str, str], Route] = {}
        for kind, names in ((RouteKind.WABA, waba_ids), (RouteKind.NUMBER, phone_number_ids)):
            for some in chunks(names):
                statement = select(Route).where(
                    col(Route.kind) == kind, any_of(col(Route.external_id), some)
                )
                rows = await self.session.exec(statement)
                found |= {(str(row.kind), row.external_id): row for row in rows}
        return found

    async def find_signed(self, event: InboundEvent) -> InboundEvent | None:
        """Return the delivery whose bytes were signed: the event itself or what it was split from.

        None when that is no longer kept.
        """
        if event.signature or event.parent_id is None:
            return event
        statement = select(InboundEvent).where(InboundEvent.id == event.parent_id)
        return (await self.session.exec(statement)).one_or_none()

    async def lock(self, workspace_id: UUID, event_id: UUID) -> InboundEvent | None:
        """Return a delivery locked for change, when it is this workspace's."""
        statement = select(InboundEvent).where(
            InboundEvent.id == event_id, InboundEvent.workspace_id == workspace_id
        )
        return (await self.session.exec(statement.with_for_update())).one_or_none()

    async def find_own(self, workspace_id: UUID, event_id: UUID) -> InboundEvent | None:
        """Return a delivery when it is this workspace's."""
        statement = select(InboundEvent).where(
            InboundEvent.id == event_id, InboundEvent.workspace_id == workspace_id
        )
        return (await self.session.exec(statement)).one_or_none()

    async def list_journal(
        self, workspace_id: UUID, *, state: str, before: UUID | None, limit: int
    ) -> Sequence[InboundEvent]:
        """Return a workspace's deliveries without their bodies, newest first."""
        statement = select(InboundEvent).where(col(InboundEvent.workspace_id) == workspace_id)
        if state:
            statement = statement.where(col(InboundEvent.state) == state)
        if before:
            statement = statement.where(col(InboundEvent.id) < before)
        statement = statement.options(defer(_BODY, raiseload=True))
        statement = statement.order_by(col(InboundEvent.id).desc()).limit(limit)
        return (await self.session.exec(statement)).all()


def _not_begun_since(moment: datetime) -> Any:
    begun_at = col(InboundEvent.processed_at)
    return or_(begun_at.is_(None), begun_at < literal(moment))
