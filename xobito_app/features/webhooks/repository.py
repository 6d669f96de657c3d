"""Reading endpoints and deliveries, and taking deliveries in hand in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, literal, tuple_, update
from sqlmodel import col, select

from xobito_app.core import clock, paging
from xobito_app.features.webhooks import rules
from xobito_app.models.webhooks import (
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from xobito_app.persistence.leased_work import LeasedTable
from xobito_app.persistence.repository import Repository

_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)
DELIVERIES = LeasedTable(
    WebhookDelivery,
    waiting=(DeliveryState.PENDING,),
    held=DeliveryState.SENDING,
    lease=timedelta(seconds=rules.ANSWER_SECONDS + 60),
    due="next_try_at",
    order=("next_try_at", "position"),
    key=("endpoint_id", "object_key"),
    sequence=("position",),
)


class EndpointRepository(Repository[WebhookEndpoint]):
    """The endpoint of one workspace, if it has one."""

    missing = "This workspace has no webhook yet."

    async def find_only(self, *, lock: bool = False) -> WebhookEndpoint | None:
        """Return the endpoint, on request locked against other changes but not against events."""
        statement = self.scoped()
        if lock:
            statement = statement.with_for_update(key_share=True).execution_options(
                populate_existing=True
            )
        return await self.one_or_none(statement)

    async def find_listening(self) -> tuple[UUID, frozenset[str]] | None:
        """Return which events the active endpoint wants; None when nobody listens."""
        found = await self.session.exec(
            select(WebhookEndpoint.id, WebhookEndpoint.events)
            .where(col(WebhookEndpoint.workspace_id) == self.workspace_id)
            .where(col(WebhookEndpoint.state) == EndpointState.ACTIVE)
        )
        row = found.one_or_none()
        return (row[0], frozenset(row[1])) if row else None


class DeliveryRepository(Repository[WebhookDelivery]):
    """Deliveries of one workspace."""

    missing = "This delivery no longer exists."

    async def page(
        self, *, state: str, event: str, cursor: str, limit: int
    ) -> Sequence[WebhookDelivery]:
        """Return deliveries, newest first."""
        statement = self.scoped()
        if state == DeliveryState.PENDING:
            statement = statement.where(col(WebhookDelivery.state).in_(_OPEN))
        elif state:
            statement = statement.where(col(WebhookDelivery.state) == state)
        if event:
            statement = statement.where(col(WebhookDelivery.event) == event)
        if cursor:
            at, row_id = paging.decode(cursor)
            statement = statement.where(
                tuple_(col(WebhookDelivery.created_at), col(WebhookDelivery.id))
                < tuple_(literal(at), literal(row_id))
            )
        return await self.all(
            statement.order_by(
                col(WebhookDelivery.created_at).desc(), col(WebhookDelivery.id).desc()
            ).limit(limit)
        )

    async def count_sending(self, endpoint_id: UUID) -> int:
        """Return how many deliveries are on their way to an endpoint."""
        statement = (
            select(func.count())
            .select_from(WebhookDelivery)
            .where(col(WebhookDelivery.workspace_id) == self.workspace_id)
            .where(col(WebhookDelivery.endpoint_id) == endpoint_id)
            .where(DELIVERIES.is_held(clock.now()))
        )
        return (await self.session.exec(statement)).one()

    async def hold_line(self, delivery: WebhookDelivery, until: datetime) -> None:
        """Let the later events of an object wait as long as the one they wait for."""
        await self._update(
            update(WebhookDelivery)
            .where(col(WebhookDelivery.endpoint_id) == delivery.endpoint_id)
            .where(col(WebhookDelivery.object_key) == delivery.object_key)
            .where(col(WebhookDelivery.state) == DeliveryState.PENDING)
            .where(col(WebhookDelivery.next_try_at) < until)
            .values(next_try_at=until)
        )

    async def wake(self, endpoint_id: UUID, now: datetime) -> None:
        """Make all that waits due: the endpoint answers again."""
        await self._update(
            update(WebhookDelivery)
            .where(col(WebhookDelivery.endpoint_id) == endpoint_id)
            .where(col(WebhookDelivery.state) == DeliveryState.PENDING)
            .where(col(WebhookDelivery.next_try_at) > now)
            .values(next_try_at=now)
        )

    async def give_up(self, endpoint_id: UUID, made_before: datetime, reason: str) -> None:
        """End what was not sent in time, also what a dead worker had in hand."""
        await self._update(
            update(WebhookDelivery)
            .where(col(WebhookDelivery.endpoint_id) == endpoint_id)
            .where(col(WebhookDelivery.state).in_(_OPEN))
            .where(~DELIVERIES.is_held(clock.now()))
            .where(col(WebhookDelivery.created_at) < made_before)
            .values(
                state=DeliveryState.FAILED,
                next_try_at=None,
                error=func.coalesce(func.nullif(WebhookDelivery.error, ""), reason),
            )
        )

    async def delete_older(self, made_before: datetime, limit: int) -> int:
        """Delete the oldest deliveries made before a moment; return how many."""
        old = (
            select(WebhookDelivery.id)
            .where(col(WebhookDelivery.workspace_id) == self.workspace_id)
            .where(col(WebhookDelivery.created_at) < made_before)
            .limit(limit)
        )
        found = await (await self.session.connection()).execute(
            delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(old))
        )
        return found.rowcount

    async def _update(self, statement: object) -> None:
        scoped = statement.where(  # type: ignore[attr-defined]
            col(WebhookDelivery.workspace_id) == self.workspace_id
        )
        await (await self.session.connection()).execute(scoped)
