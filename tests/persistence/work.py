"""Rows of leased work to try the engine on: webhook deliveries, with workers that send nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from xobito_app.core import clock, ids
from xobito_app.models.webhooks import DeliveryState, WebhookDelivery
from xobito_app.persistence.leased_work import (
    Again,
    Claimed,
    Done,
    Failed,
    LeasedTable,
    LeasedWork,
    Outcome,
)
from xobito_app.persistence.unit_of_work import unit_of_work

PENDING, SENDING = DeliveryState.PENDING, DeliveryState.SENDING
DELIVERED, FAILED = DeliveryState.DELIVERED, DeliveryState.FAILED
LEASE = timedelta(minutes=1)
TABLE = LeasedTable(
    WebhookDelivery,
    waiting=(PENDING,),
    held=SENDING,
    lease=LEASE,
    due="next_try_at",
    order=("next_try_at", "position"),
    key=("object_key",),
    sequence=("position",),
)
ONCE = replace(TABLE, unknown=FAILED)
"""The same rows, were they not to be done twice: `failed` stands for "nobody knows"."""


class Worker(LeasedWork[Claimed[WebhookDelivery]]):
    """Notes what it does; what a row's work is, a test says."""

    table = TABLE
    concurrency = 4
    gather_seconds = 0.001

    def __init__(self, workspace_id: UUID, work: Any = None) -> None:
        super().__init__(workspace_id)
        self.done: list[str] = []
        self.at_once = self.most_at_once = 0
        self.begun = asyncio.Semaphore(0)
        self._work = work

    async def until(self, begun: int) -> None:
        """Wait until so many rows are being worked at."""
        for _ in range(begun):
            await asyncio.wait_for(self.begun.acquire(), 10)

    async def claim(self, free: int) -> list[Claimed[WebhookDelivery]]:
        async with unit_of_work(self.workspace_id) as uow:
            return await self.table.claim(uow.session, self.workspace_id, free)

    async def work(self, claimed: Claimed[WebhookDelivery]) -> Outcome:
        self.at_once += 1
        self.begun.release()
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            outcome = await self._work(claimed) if self._work else None
        finally:
            self.at_once -= 1
        self.done.append(claimed.row.event)
        return outcome or Done()

    async def record(self, session, row, claimed, outcome) -> None:
        match outcome:
            case Again(reason=reason):
                row.error = reason
            case Failed(reason=reason):
                row.state, row.error = FAILED, reason
            case Done():
                row.state = DELIVERED


class Careful(Worker):
    table = ONCE


@dataclass
class Queue:
    """Rows of work in one workspace."""

    workspace_id: UUID
    endpoint_id: UUID

    async def add(self, event: str, key: str = "", **given: Any) -> UUID:
        row = WebhookDelivery(
            workspace_id=self.workspace_id,
            endpoint_id=self.endpoint_id,
            event_id=ids.new(),
            event=event,
            object_key=key or event,
            body=b"",
            **{"next_try_at": clock.now(), **given},
        )
        async with unit_of_work(self.workspace_id) as uow:
            uow.session.add(row)
        return row.id

    async def rows(self) -> dict[str, WebhookDelivery]:
        async with unit_of_work(self.workspace_id) as uow:
            found = await uow.session.exec(
                select(WebhookDelivery)
                .where(WebhookDelivery.workspace_id == self.workspace_id)
                .order_by(col(WebhookDelivery.position))
            )
            return {row.event: row for row in found.all()}

    async def states(self) -> list[DeliveryState]:
        return [row.state for row in (await self.rows()).values()]

    async def set_state(self, row_id: UUID, state: DeliveryState) -> None:
        async with unit_of_work(self.workspace_id) as uow:
            row = await uow.session.get(WebhookDelivery, row_id)
            assert row
            row.state = state

    async def take(self, worker: Worker) -> Claimed[WebhookDelivery]:
        """Take the next row in hand, as a worker does that then dies."""
        (claimed,) = await worker.claim(1)
        return claimed
