"""Deliveries of odd kinds, and what the page shows of them."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from tests import deliveries
from tests.fixtures import World
from xobito_app.core import clock
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.features.ingest.drain import drain
from xobito_app.models.inbox import Conversation
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.inbox.entries import EntryRow, entry_row, joined

SENDER = "16505550001"


async def deliver(world: World, *changes: dict[str, Any]) -> None:
    await deliveries.store(deliveries.envelope(world, *changes))
    await drain()


async def receive(world: World, **item: Any) -> None:
    message = {**deliveries.text(SENDER, ""), **item}
    if item.get("from", SENDER) is None:
        del message["from"]
    contacts = [deliveries.person(SENDER)] if "from" in message else []
    await deliver(world, deliveries.change(world, contacts=contacts, messages=[message]))


async def shown(world: World, place: int = 0) -> list[EntryRow]:
    """Return the entries of a thread as the page draws them, the oldest thread first."""
    async with unit_of_work(world.workspace_id) as uow:
        rows = await uow.session.exec(
            select(Conversation)
            .where(Conversation.workspace_id == world.workspace_id)
            .order_by(col(Conversation.id))
        )
        thread = rows.all()[place]
        view = await read_thread(uow.session, world.owner, conversation_id=thread.id)
    now = clock.now()
    return joined([entry_row(e, zone="UTC", now=now, contact="Ana") for e in view.entries])


async def only(world: World, model: type) -> Any:
    async with unit_of_work(world.workspace_id) as uow:
        statement = select(model).where(model.workspace_id == world.workspace_id)
        return (await uow.session.exec(statement)).one()
