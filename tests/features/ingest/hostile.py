"""Deliveries that nobody sends by accident, and the good message that must get past them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlmodel import col, func, select

from tests import deliveries
from tests.fixtures import World
from xobito_app.features.ingest.drain import drain
from xobito_app.models.connection import InboundEvent
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work


def deep(levels: int) -> str:
    """Return JSON of so many levels, written by hand: no encoder goes that deep."""
    return "[" * levels + "]" * levels


def statuses(world: World, count: int) -> dict[str, Any]:
    """Return one delivery with so many statuses of messages nobody here knows."""
    items = [deliveries.status(f"wamid.{uuid4().hex}", "delivered") for _ in range(count)]
    return deliveries.envelope(world, deliveries.change(world, statuses=items))


def history(world: World, count: int, people: int = 100) -> dict[str, Any]:
    """Return one delivery with so many old messages of some people."""
    at = int(time.time()) - 86_400 * 30
    threads = [
        {
            "id": f"1650777{person:04}",
            "messages": [
                {
                    "from": f"1650777{person:04}",
                    "id": f"wamid.{uuid4().hex}",
                    "timestamp": str(at + index),
                    "type": "text",
                    "text": {"body": f"old {index}"},
                    "history_context": {"status": "READ"},
                }
                for index in range(count // people)
            ],
        }
        for person in range(people)
    ]
    change = deliveries.change(
        world, history=[{"metadata": {"phase": 0, "progress": 10}, "threads": threads}]
    )
    return deliveries.envelope(world, {**change, "field": "history"})


@dataclass
class Good:
    """A message anybody would be sorry to lose."""

    world: World
    mark: str

    @classmethod
    async def post(cls, world: World) -> Good:
        """Post one."""
        mark = uuid4().hex
        await deliveries.store(deliveries.incoming(world, f"1650888{int(mark[:3], 16):04}", mark))
        return cls(world, mark)

    async def is_there(self) -> bool:
        """Tell whether it stands in its thread."""
        async with unit_of_work(self.world.workspace_id) as uow:
            statement = select(Message.id).where(Message.body == self.mark)
            return (await uow.session.exec(statement)).first() is not None


async def passes(*worlds: World) -> None:
    """Post a good message to each workspace and see that all stand in their threads.

    Drained once, as a worker does that is woken once; how long that may take, `bench hostile` says.
    """
    good = [await Good.post(world) for world in worlds]
    await drain()
    for message in good:
        assert await message.is_there()


async def states(world: World) -> list[str]:
    """Return what became of a workspace's deliveries, in the order they came."""
    async with unit_of_work() as uow:
        statement = select(InboundEvent.state).where(
            InboundEvent.workspace_id == world.workspace_id
        )
        return list((await uow.session.exec(statement.order_by(col(InboundEvent.id)))).all())


async def bodies_of(world: World) -> list[bytes]:
    async with unit_of_work() as uow:
        statement = select(InboundEvent.body).where(InboundEvent.workspace_id == world.workspace_id)
        return list((await uow.session.exec(statement)).all())


async def count(world: World, model: type) -> int:
    async with unit_of_work(world.workspace_id) as uow:
        statement = select(func.count()).select_from(model)
        return (
            await uow.session.exec(statement.where(model.workspace_id == world.workspace_id))
        ).one()
