"""Messages of one second: Meta tells no more of the time, so they stand as Meta sent them."""

from __future__ import annotations

import time

import pytest

from tests import deliveries
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads, timeline
from xobito_app.features.ingest.drain import drain
from xobito_app.persistence.unit_of_work import unit_of_work

WORDS = [f"line {number}" for number in range(30)]


async def read(world) -> tuple[list[str], str]:
    """Return what the thread says from its beginning, and what the list says of it."""
    async with unit_of_work(world.workspace_id) as uow:
        session, actor = uow.session, world.owner
        (line,) = (await threads.list_threads(session, actor, ThreadFilter())).rows
        found = await timeline.read_thread(session, actor, conversation_id=line.id, limit=50)
    return [entry.body for entry in found.entries], line.preview


@pytest.mark.parametrize("drains_between", [True, False])
async def test_one_delivery_after_the_other(world, drains_between):
    now = int(time.time())
    for words in WORDS:
        await deliveries.store(deliveries.incoming(world, "16505550121", words, at=now))
        if drains_between:
            await drain()
    await drain()
    assert await read(world) == (WORDS, WORDS[-1])


async def test_all_in_one_delivery(world):
    now = int(time.time())
    sent = [deliveries.text("16505550121", words, at=now) for words in WORDS]
    change = deliveries.change(world, contacts=[deliveries.person("16505550121")], messages=sent)
    await deliveries.store(deliveries.envelope(world, change))
    await drain()
    assert await read(world) == (WORDS, WORDS[-1])
