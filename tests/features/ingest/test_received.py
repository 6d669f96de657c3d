"""What a number receives counts against the messages a second it may send and receive."""

from __future__ import annotations

import time

import pytest

from tests import deliveries
from xobito_app.features.ingest.drain import drain
from xobito_app.features.throughput.service import take_turns


@pytest.mark.parametrize(("age", "free"), [(0, 7), (60, 10)])
async def test_messages_that_just_came_use_turns_and_old_ones_do_not(world, age, free):
    at = str(int(time.time()) - age)
    for n in range(3):
        body = deliveries.incoming(world, f"1650555077{n}", "Hello", timestamp=at)
        await deliveries.store(body)
    await drain()
    turns = await take_turns(world.phone_number_id, 10, wanted=10)
    assert len(turns.marks) == free


async def test_statuses_use_none(world):
    change = deliveries.change(world, statuses=[deliveries.status("wamid.none", "sent")])
    await deliveries.store(deliveries.envelope(world, change))
    await drain()
    assert len((await take_turns(world.phone_number_id, 10, wanted=10)).marks) == 10
