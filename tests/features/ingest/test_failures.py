"""A failure costs itself: the delivery at fault, never its neighbours, never the drainer."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.hostile import (
    count,
    deep,
    passes,
    states,
    statuses,
)
from tests.fixtures import World, make_world
from xobito_app.features.ingest import apply, drain, journal, sorting, turns
from xobito_app.features.ingest.intake import Delivery, store_deliveries
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.models.connection import InboundEvent
from xobito_app.models.inbox import Message
from xobito_app.persistence.trouble import Fault, fault_of
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.reliability("hostile deliveries")

# --- a failure costs itself --------------------------------------------------------------------


@pytest.fixture
def breaking(monkeypatch):
    """Let what carries a mark fail when it is applied, in a way of one's choice."""
    tried: list[list[str]] = []

    def fail_with(error: BaseException | Any, mark: str = "poison"):
        really = apply.receive_messages

        async def receive(session, workspace_id, messages, settings):
            bodies = [message.text or "" for _, message in messages]
            tried.append(bodies)
            if any(mark in body for body in bodies):
                if isinstance(error, BaseException):
                    raise error
                await error(session)
            return await really(session, workspace_id, messages, settings)

        monkeypatch.setattr(apply, "receive_messages", receive)
        return tried

    return fail_with


async def test_a_bad_message_among_many_costs_itself(world, breaking):
    """Taken apart down to the item; three tries, then failed with its reason."""
    breaking(ValueError("something nobody foresaw"))
    texts = [deliveries.text("16505550001", f"m{n}") for n in range(40)]
    texts[17]["text"]["body"] = "poison"
    value = deliveries.change(world, contacts=[deliveries.person("16505550001")], messages=texts)
    await deliveries.store(deliveries.envelope(world, value))
    await passes(world)
    assert await count(world, Message) == 40
    assert "pending" in await states(world)
    for _ in range(3):
        await drain.drain()
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(InboundEvent.state == "partial")
        rows = await uow.session.exec(
            statement.where(InboundEvent.workspace_id == world.workspace_id)
        )
        event = rows.one()
    assert event.attempts == turns.TRIES
    assert "something nobody foresaw" in event.error


async def test_a_delivery_that_failed_three_times_can_be_replayed(world, breaking, monkeypatch):
    """The journal holds the reason; after the defect is mended, it is read again."""
    breaking(RuntimeError("a defect of ours"))
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    for _ in range(4):
        await drain.drain()
    assert await states(world) == ["failed"]
    monkeypatch.undo()
    async with unit_of_work(world.workspace_id) as uow:
        page = await journal.list_deliveries(uow.session, world.owner, state="failed")
        assert "a defect of ours" in page.rows[0].error
        await journal.replay(uow.session, world.owner, event_id=page.rows[0].id)
    await drain.drain()
    assert await states(world) == ["done"]
    assert await count(world, Message) == 1


async def test_a_refusal_at_the_commit_is_a_failure_like_any_other(world, breaking):
    """What PostgreSQL judges only at the end must not repeat the batch for ever."""

    async def refuse_at_commit(session):
        await session.execute(
            text("CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        )
        await session.execute(text("INSERT INTO late VALUES (1), (1)"))

    breaking(refuse_at_commit)
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    await passes(world)
    await drain.drain()
    await drain.drain()
    assert sorted(await states(world)) == ["done", "failed"]


async def test_a_statement_too_complex_is_the_delivery_s_fault(world, breaking):
    """`OperationalError` is also what a statement raises that the server cannot take."""

    async def too_deep(session):
        # Class 54: one would rather not build the real thing in each test.
        await session.execute(text("DO $$ BEGIN RAISE SQLSTATE '54001'; END $$"))

    breaking(too_deep)
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    for _ in range(3):
        await drain.drain()
    assert await states(world) == ["failed"]


async def attempts_of(world: World) -> list[int]:
    async with unit_of_work() as uow:
        statement = select(InboundEvent.attempts).where(
            InboundEvent.signers.contains([world.connection_id])
        )
        return list((await uow.session.exec(statement.order_by(InboundEvent.id))).all())


async def test_a_database_that_goes_away_is_held_against_no_delivery(world, monkeypatch):
    """It is away for several passes: what was in hand waits, and none of it is counted."""

    async def away(self):
        raise wrapped(psycopg.OperationalError("the server is gone"), is_lost=True)

    monkeypatch.setattr(DeliveryRepository, "check", away)
    # The first turn does some of it; the rest is in hand when the connection is lost.
    await deliveries.store(statuses(world, 3 * turns.PIECE))
    for _ in range(5):
        with pytest.raises(DBAPIError):
            await drain.drain()
    assert await attempts_of(world) == [0]
    monkeypatch.undo()
    await drain.drain()
    assert await states(world) == ["done"]


async def test_what_takes_the_database_down_each_time_fails_alone(world, breaking):
    """The connection dies of it; its neighbours are done, and after three tries it is parked."""

    async def die(session):
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    breaking(die)
    other = await make_world()
    for body in ("kind", "poison", "kind too"):
        await deliveries.store(deliveries.incoming(world, "16505550001", body))
    await deliveries.store(deliveries.incoming(other, "16505550001", "elsewhere"))
    for _ in range(turns.TRIES):
        with pytest.raises(DBAPIError):
            await drain.drain()
    await drain.drain()
    assert sorted(await states(world)) == ["done", "done", "failed"]
    assert await states(other) == ["done"]


async def test_somebody_in_the_way_is_no_failure(world, breaking):
    """A deadlock is tried again at once."""
    in_the_way = [2]

    async def collide(session):
        if in_the_way[0]:
            in_the_way[0] -= 1
            await session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))

    breaking(collide)
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    await drain.drain()
    assert await states(world) == ["done"]


async def test_a_failure_while_sorting_costs_the_culprit_only(world, monkeypatch):
    """A defect in reading, routing or parsing: the neighbours of the batch are not held up."""
    other = await make_world()
    really = sorting.parse

    def parse(body, *args, **options):
        if "poison" in json.dumps(body):
            raise KeyError("a defect in the parser")
        return really(body, *args, **options)

    monkeypatch.setattr(sorting, "parse", parse)
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    await passes(world, other)
    await drain.drain()
    await drain.drain()
    assert sorted(await states(world)) == ["done", "failed"]


async def test_what_killed_the_process_goes_alone_the_next_time_and_fails_at_last(world, breaking):
    """Attempts are committed before the work: a crash leaves them behind."""
    tried = breaking(asyncio.CancelledError())
    innocent = [deliveries.incoming(world, f"165055501{n:02}", f"kind {n}") for n in range(5)]
    for body in [*innocent, deliveries.incoming(world, "16505550001", "poison")]:
        await deliveries.store(body)
    for _ in range(turns.TRIES):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(drain.drain(), 10)
    await drain.drain()
    assert sorted(await states(world)) == ["done"] * 5 + ["failed"]
    assert len(tried[0]) == 6
    assert all(len(bodies) == 1 for bodies in tried[1:])


async def test_a_reason_that_cannot_be_stored_is_stored_without_what_cannot(world, breaking):
    breaking(ValueError("half a \ud83d and a \0"))
    await deliveries.store(deliveries.incoming(world, "16505550001", "poison"))
    for _ in range(3):
        await drain.drain()
    assert await states(world) == ["failed"]


# --- whose fault -------------------------------------------------------------------------------


def wrapped(orig: BaseException, *, is_lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT", {}, orig, connection_invalidated=is_lost)


def judged(state: str) -> DBAPIError:
    return wrapped(psycopg.errors.lookup(state)("said the server"))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        *((judged(s), Fault.DATABASE) for s in ("08006", "57P01", "57P03", "53100", "53300")),
        *((judged(s), Fault.DATABASE) for s in ("58030", "25006")),
        *((judged(s), Fault.COLLISION) for s in ("40001", "40P01", "55P03")),
        *((judged(s), Fault.WORK) for s in ("54001", "22021", "22P05", "23505", "22003")),
        *((judged(s), Fault.WORK) for s in ("57014", "42601", "XX000", "53200")),
        (wrapped(psycopg.OperationalError("gone"), is_lost=True), Fault.DATABASE),
        (wrapped(psycopg.OperationalError("odd")), Fault.WORK),
        (wrapped(psycopg.DataError("cannot contain NUL")), Fault.WORK),
        (ValueError("ours"), Fault.WORK),
    ],
    ids=lambda value: getattr(getattr(value, "orig", None), "sqlstate", None) or str(value),
)
def test_a_failure_is_judged_by_what_it_is(error, fault):
    assert fault_of(error) is fault


def test_a_server_that_cannot_be_reached_is_the_database_s_fault():
    with pytest.raises(psycopg.OperationalError) as raised:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/none", connect_timeout=2)
    assert fault_of(wrapped(raised.value)) is Fault.DATABASE


# --- one drainer -------------------------------------------------------------------------------


async def test_two_drainers_at_once_are_one(world, breaking):
    """While one is at work another leaves, and takes nothing in hand."""
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def wait(session):
        inside.set()
        await go_on.wait()

    breaking(wait)
    await deliveries.store(deliveries.incoming(world, "16505550001", f"poison {uuid4()}"))
    first = asyncio.create_task(drain.drain())
    await inside.wait()
    await deliveries.store(deliveries.incoming(world, "16505550002", "meanwhile"))
    assert await asyncio.wait_for(drain.drain(), 10) == 0
    assert await count(world, Message) == 0
    go_on.set()
    assert await first == 2
    assert await count(world, Message) == 2


async def test_what_cannot_be_read_is_failed_and_kept(world):
    """No JSON, no object, or nested beyond reading."""
    for raw in (b"\xff\xfe\x00", b"[]", b"{", deep(100_000).encode(), b"", b"nul\0l"):
        await deliveries.store(raw + uuid4().hex.encode(), world.connection_id)
    await passes(world)
    assert sorted(set(await states(world))) == ["done", "failed"]


async def test_nothing_at_all_rightly_signed_is_failed_too(world):
    """A body of no bytes: it must not wait for ever, nor keep the drainer from coming to an end."""
    async with unit_of_work() as uow:
        await store_deliveries(uow.session, [Delivery(b"", uuid4().hex, (world.connection_id,))])
    await asyncio.wait_for(passes(world), 30)
    assert sorted(await states(world)) == ["done", "failed"]
