"""Nothing stops the inbox: deliveries that did, and everything like them."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.hostile import (
    Good,
    bodies_of,
    count,
    deep,
    history,
    passes,
    states,
    statuses,
)
from tests.fixtures import World, make_world
from xobito_app.features.ingest import drain, turns
from xobito_app.models.connection import InboundEvent
from xobito_app.models.inbox import Conversation, Message, PendingEffect
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.reliability("hostile deliveries")

FLOOD = 30
"""Deliveries of a flood, of 1,000 statuses each."""
OVERTAKES = 2000
"""Statuses that may be stored while a good message waits: the pieces in hand when it came."""


# --- ids that no text of PostgreSQL's can hold -------------------------------------------------


@pytest.mark.parametrize("character", ["\0", "\ud800"], ids=["NUL", "half"])
@pytest.mark.parametrize("place", ["entry", "number", "waba_info"])
async def test_an_id_that_cannot_be_looked_up_holds_up_nobody(world, character, place):
    """NUL or half a character in the id of an account or number."""
    other = await make_world()
    body = deliveries.incoming(world, "16505550001", "hello")
    (entry,) = body["entry"]
    (change,) = entry["changes"]
    if place == "entry":
        entry["id"] += character
    elif place == "number":
        change["value"]["metadata"]["phone_number_id"] += character
    else:
        change["value"]["waba_info"] = {"waba_id": f"9{character}9"}
    raw = json.dumps(body).encode()
    await deliveries.store(raw, world.connection_id)
    await passes(world, other)
    assert "pending" not in await states(world)
    assert raw in await bodies_of(world)


# --- more than one statement may hold ----------------------------------------------------------


async def test_ten_thousand_old_messages_in_one_delivery(world):
    """A history delivery of 1.9 MB; messages of today go before it."""
    other = await make_world()
    await deliveries.store(history(world, 10_000))
    good = [await Good.post(world), await Good.post(other)]
    first: list[bool] = []
    really = turns.apply_parts

    async def look(session, workspace_id, parts):
        if len(first) < 3 and parts[0].__class__.__name__ == "Message":
            first.append(all([await message.is_there() for message in good]))
        return await really(session, workspace_id, parts)

    turns.apply_parts = look
    try:
        await drain.drain()
    finally:
        turns.apply_parts = really
    # Two pieces of one message each, then the history.
    assert first == [False, False, True]
    assert await count(world, Message) == 10_001
    assert await count(world, Conversation) == 101
    assert set(await states(world)) == {"done"}


async def test_twelve_thousand_statuses_in_one_delivery(world):
    """One delivery of 12,000 statuses: worked in pieces, all of them kept."""
    other = await make_world()
    await deliveries.store(statuses(world, 12_000))
    await passes(world, other)
    assert await count(world, PendingEffect) == 12_000
    assert set(await states(world)) == {"done"}


async def test_what_comes_during_a_flood_goes_before_the_rest_of_it(world):
    """30 deliveries of 1,000 statuses; a good message of either workspace comes meanwhile."""
    other = await make_world()
    for _ in range(FLOOD):
        await deliveries.store(statuses(world, 1000))
    working = asyncio.create_task(drain.drain())
    overtaken: list[int] = []
    while not working.done():
        good = [await Good.post(world), await Good.post(other)]
        before = await count(world, PendingEffect)
        while not all([await message.is_there() for message in good]):
            await asyncio.sleep(0.02)
            if working.done():
                await drain.drain()
        overtaken.append(await count(world, PendingEffect) - before)
    await working
    assert max(overtaken) <= OVERTAKES, overtaken
    assert await count(world, PendingEffect) == FLOOD * 1000


async def test_one_workspace_s_flood_leaves_room_for_what_is_larger_than_a_message(world):
    """The rest is done in turn: the statuses of another workspace are not kept for the end."""
    other = await make_world()
    await deliveries.store(statuses(world, 4000))
    await deliveries.store(statuses(other, 10))
    order: list[Any] = []
    really = turns.apply_parts

    async def note(session, workspace_id, parts):
        order.append(workspace_id)
        return await really(session, workspace_id, parts)

    turns.apply_parts = note
    try:
        await drain.drain()
    finally:
        turns.apply_parts = really
    assert order.index(other.workspace_id) <= 1
    assert len(order) > 4000 // turns.PIECE


async def test_whoever_stands_behind_a_flood_of_small_deliveries_has_their_turn(world):
    """Seven hundred messages of one workspace, then one of another: not the last to be done."""
    other = await make_world()
    for number in range(700):
        await deliveries.store(deliveries.incoming(world, f"1650777{number:04}", "flood"))
    await deliveries.store(deliveries.incoming(other, "16505550001", "behind it"))
    order: list[Any] = []
    really = turns.apply_parts

    async def note(session, workspace_id, parts):
        order.append(workspace_id)
        return await really(session, workspace_id, parts)

    turns.apply_parts = note
    try:
        await drain.drain()
    finally:
        turns.apply_parts = really
    assert order.index(other.workspace_id) == 1
    assert len(order) > 700 // turns.PIECE


# --- every string of a payload, filled with what nobody expects --------------------------------


def payload(world: World) -> dict[str, Any]:
    """Return a delivery with most of what one can hold."""
    change = deliveries.change(
        world,
        contacts=[deliveries.person("16505550001", user_id="US.1")],
        messages=[
            deliveries.text(
                "16505550001",
                "hello",
                context={"from": "15550783881", "id": "wamid.before"},
                referral={"source_url": "https://x.example", "headline": "Ad", "ctwa_clid": "c"},
                errors=[{"code": 131051, "title": "t", "error_data": {"details": "d"}}],
            ),
            {
                **deliveries.text("16505550001", ""),
                "type": "image",
                "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "c"},
            },
            {
                **deliveries.text("16505550001", ""),
                "type": "reaction",
                "reaction": {"message_id": "wamid.before", "emoji": "👍"},
            },
            {
                **deliveries.text("16505550001", ""),
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Y"}},
            },
        ],
        statuses=[
            deliveries.status(
                "wamid.sent",
                "failed",
                biz_opaque_callback_data="x",
                errors=[{"code": 131026, "title": "t"}],
                conversation={"id": "c", "origin": {"type": "service"}},
                pricing={"billable": True, "pricing_model": "PMP", "category": "service"},
            )
        ],
    )
    return deliveries.envelope(world, change)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every plain value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    else:
        yield path


def put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        body = body[step]
    body[path[-1]] = value


FILLINGS: dict[str, Any] = {
    "NUL": "a\0b",
    "a lone surrogate": "a\ud83db",
    "1 MB of text": "x" * 1_000_000,
    "300 characters": "9" * 300,
    "a number beyond 64 bits": 10**40,
    "a number of 5,000 digits": "@DIGITS@",
    "10,000 levels": "@DEEP@",
}


@pytest.mark.parametrize("filling", list(FILLINGS))
async def test_every_position_filled_with(world, filling):
    """Kept byte for byte; a good message of the same workspace and of another passes."""
    other = await make_world()
    template = payload(world)
    sent: list[bytes] = []
    for path in places(template):
        body = copy.deepcopy(template)
        put(body, path, FILLINGS[filling])
        raw = json.dumps(body)
        raw = raw.replace('"@DIGITS@"', "7" * 5000).replace('"@DEEP@"', deep(10_000))
        sent.append(raw.encode())
    sent = sent[:: 4 if filling == "1 MB of text" else 1]
    for raw in sent:
        await deliveries.store(raw, world.connection_id)
    await passes(world, other)
    await drain.drain()
    await drain.drain()
    async with unit_of_work() as uow:
        rows = await uow.session.exec(
            select(InboundEvent.body, InboundEvent.state).where(
                InboundEvent.signers.contains([world.connection_id])
            )
        )
        kept = dict(rows.all())
    assert set(sent) <= set(kept)
    assert "pending" not in {kept[raw] for raw in sent}
