"""What a drainer takes in hand, in which order it is done, and what is written down about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col, delete, select, update

from tests import deliveries
from tests.features.ingest.hostile import history, statuses
from tests.fixtures import World
from xobito_app.core import clock
from xobito_app.features.ingest import drain, turns
from xobito_app.features.ingest.intake import Delivery, store_deliveries
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.features.ingest.turns import NEVER_FINISHED, UNSPEAKABLE, Desk
from xobito_app.models.connection import InboundEvent
from xobito_app.persistence.unit_of_work import unit_of_work

MIB = 1024 * 1024
SMALL = 64 * 1024
ROOM = 8 * MIB


async def drained() -> int:
    """Read all that waits; going round without end is a failure."""
    return await asyncio.wait_for(drain.drain(), 60)


async def store(world: World, *raw: bytes) -> None:
    async with unit_of_work() as uow:
        await store_deliveries(
            uow.session,
            [Delivery(body, uuid4().hex, (world.connection_id,)) for body in raw],
        )


def of(world: World) -> Any:
    return col(InboundEvent.signers).contains([world.connection_id])


async def events(world: World) -> list[InboundEvent]:
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(of(world)).order_by(col(InboundEvent.id))
        return list((await uow.session.exec(statement)).all())


async def begun(world: World, attempts: int) -> None:
    """Let reading all that is stored have begun so often and never ended."""
    async with unit_of_work() as uow:
        await uow.session.exec(update(InboundEvent).where(of(world)).values(attempts=attempts))


def sized(world: World, size: int) -> bytes:
    """Return a delivery of one status in so many bytes."""
    return json.dumps(statuses(world, 1)).encode().ljust(size)


def texts(world: World, *bodies: str) -> bytes:
    """Return one delivery of several messages of a person."""
    messages = [deliveries.text("16505550001", body) for body in bodies]
    value = deliveries.change(world, contacts=[deliveries.person("16505550001")], messages=messages)
    return json.dumps(deliveries.envelope(world, value)).encode()


@pytest.fixture
async def desk(world):
    """The desk of a pass that has just begun, with nothing waiting but what the test stores."""
    await drained()
    yield Desk(clock.now())
    async with unit_of_work() as uow:
        await uow.session.exec(delete(InboundEvent).where(of(world)))


@pytest.fixture
async def pieces(desk, monkeypatch):
    """What is done in each transaction: the text of messages, and what others are."""
    done: list[list[str]] = []
    really = turns.apply_parts

    async def note(session, workspace_id, parts):
        done.append([getattr(part, "text", None) or type(part).__name__ for part in parts])
        return await really(session, workspace_id, parts)

    monkeypatch.setattr(turns, "apply_parts", note)
    return done


@pytest.fixture
def failing(desk, monkeypatch):
    """Let each message whose text is a poison fail, with an error made of its text."""

    def fail_with(make: Callable[[str], Exception]) -> list[list[str]]:
        tried: list[list[str]] = []
        really = turns.apply_parts

        async def apply(session, workspace_id, parts):
            tried.append([part.text for part in parts])
            for body in tried[-1]:
                if body.startswith("poison"):
                    raise make(body)
            return await really(session, workspace_id, parts)

        monkeypatch.setattr(turns, "apply_parts", apply)
        return tried

    return fail_with


def of_database(orig: Exception, *, is_lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT", {}, orig, connection_invalidated=is_lost)


# --- taking up ---------------------------------------------------------------------------------


async def test_taking_up_tells_whether_anything_waited(world, desk):
    assert not await asyncio.wait_for(desk.take_up(), 30)
    assert (desk.count, desk.has_work) == (0, False)
    await store(world, sized(world, 0), sized(world, 0))
    assert await desk.take_up()
    assert (desk.count, desk.has_work) == (2, True)
    assert not await desk.take_up()
    await desk.turn()
    assert (desk.count, desk.has_work) == (2, False)
    assert [event.state for event in await events(world)] == ["done", "done"]


async def test_a_delivery_with_nothing_in_it_has_to_be_written_down_all_the_same(world, desk):
    await store(world, json.dumps(deliveries.envelope(world)).encode())
    assert await desk.take_up()
    assert desk.has_work
    await desk.turn()
    assert not desk.has_work
    assert [event.state for event in await events(world)] == ["done"]


@pytest.mark.parametrize(
    ("first", "then", "count"),
    [
        # Of the large ones eight megabytes are in hand at a time,
        ([ROOM - MIB], [MIB], 2),
        ([ROOM - MIB], [MIB + 1], 1),
        ([ROOM - MIB, MIB], [], 2),
        ([ROOM - MIB, MIB + 1], [], 1),
        # and what is larger than that goes alone.
        ([ROOM + 1], [], 1),
        ([ROOM + 1, SMALL + 1], [], 1),
        # The small ones have a room of their own.
        ([ROOM], [SMALL], 2),
        ([ROOM], [SMALL + 1], 1),
        ([SMALL], [ROOM], 2),
    ],
)
async def test_there_is_room_for_so_much_of_large_deliveries(world, desk, first, then, count):
    for sizes in (first, then):
        if sizes:
            await store(world, *(sized(world, size) for size in sizes))
        await desk.take_up()
    assert desk.count == count


@pytest.mark.parametrize(("last", "count"), [(SMALL, 128), (SMALL - 1, 129)])
async def test_of_small_deliveries_too_eight_megabytes_are_in_hand(world, desk, last, count):
    await store(world, *(sized(world, size) for size in [*[SMALL] * 127, last]))
    await desk.take_up()
    await store(world, sized(world, 0))
    await desk.take_up()
    assert desk.count == count


async def test_no_more_than_two_thousand_deliveries_are_in_hand(world, desk):
    await store(world, *(sized(world, 0) for _ in range(2001)))
    await desk.take_up()
    assert desk.count == 2000
    await desk.turn()
    await desk.take_up()
    assert desk.count == 2001


# --- turns -------------------------------------------------------------------------------------


async def test_messages_of_today_go_first_and_no_piece_is_larger_than_two_hundred(world, pieces):
    await store(world, json.dumps(statuses(world, 201)).encode())
    await store(world, json.dumps(history(world, 2, people=1)).encode())
    await store(world, texts(world, "one"), texts(world, "two", "three"))
    assert await drained() == 4
    assert sorted(pieces[0]) == ["one", "three", "two"]
    assert pieces[1] == ["Status"] * 200
    assert [piece[0] for piece in pieces[2:]] == ["Status"]
    assert pieces[2].count("old 0") == pieces[2].count("old 1") == 1


async def test_two_hundred_and_one_messages_are_two_pieces(world, pieces):
    await store(world, texts(world, *(f"{n}" for n in range(201))))
    await drained()
    assert [len(piece) for piece in pieces] == [200, 1]
    (event,) = await events(world)
    assert (event.state, event.summary, event.error) == ("done", "201 × message", "")


async def test_what_never_came_to_an_end_goes_alone(world, pieces):
    await store(world, texts(world, "one"), texts(world, "two"))
    await begun(world, 1)
    await store(world, texts(world, "fresh"), texts(world, "fresh"))
    await drained()
    assert pieces[0] == ["fresh", "fresh"]
    assert sorted(pieces[1:]) == [["one"], ["two"]]


async def test_what_goes_alone_goes_in_pieces_too(world, pieces):
    await store(world, json.dumps(statuses(world, 201)).encode())
    await begun(world, 1)
    await drained()
    assert [len(piece) for piece in pieces] == [200, 1]
    assert [event.state for event in await events(world)] == ["done"]


@pytest.mark.parametrize(
    ("attempts", "state", "error"),
    [(0, "done", ""), (1, "done", ""), (2, "done", ""), (3, "failed", NEVER_FINISHED)],
)
async def test_reading_is_begun_three_times_at_most(world, desk, attempts, state, error):
    await store(world, texts(world, "hello"))
    await begun(world, attempts)
    await drained()
    (event,) = await events(world)
    assert (event.state, event.error) == (state, error)


# --- what fails --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bodies", "attempts", "state", "summary", "first_line"),
    [
        (["poison"], 0, "pending", "", "Try 1 of 3 did not work."),
        (["poison"], 1, "pending", "", "Try 2 of 3 did not work."),
        (["poison"], 2, "failed", "", ""),
        (["poison", "fine"], 0, "pending", "1 × message", "Try 1 of 3 did not work."),
        (["poison", "fine"], 2, "partial", "1 × message", ""),
        (["fine", "poison", "fine"], 2, "partial", "2 × message", ""),
        (["poison", "poison"], 2, "failed", "", ""),
    ],
)
async def test_what_nobody_foresaw_is_tried_three_times(
    world, failing, bodies, attempts, state, summary, first_line
):
    """The reason is said once, however many failed for it."""
    failing(lambda body: ValueError("a defect"))
    await store(world, texts(world, *bodies))
    await begun(world, attempts)
    await drained()
    (event,) = await events(world)
    assert (event.state, event.summary) == (state, summary)
    lines = [first_line] if first_line else []
    assert event.error.splitlines() == [*lines, "message: ValueError: a defect"]


async def test_a_piece_that_fails_is_halved_until_the_culprit_is_alone(world, failing):
    tried = failing(lambda body: ValueError("a defect"))
    await store(world, texts(world, "1", "2", "poison", "4"))
    await drained()
    assert tried == [
        ["1", "2", "poison", "4"],
        ["1", "2"],
        ["poison", "4"],
        ["poison"],
        ["4"],
    ]


@pytest.mark.parametrize(("times", "state"), [(1, "done"), (2, "done"), (3, "pending")])
async def test_somebody_in_the_way_is_tried_again_at_once_and_not_for_ever(
    world, desk, monkeypatch, times, state
):
    in_the_way = iter([psycopg.errors.DeadlockDetected("deadlock")] * times)
    really = turns.apply_parts

    async def collide(session, workspace_id, parts):
        for error in in_the_way:
            raise of_database(error)
        return await really(session, workspace_id, parts)

    monkeypatch.setattr(turns, "apply_parts", collide)
    await store(world, texts(world, "hello"))
    await drained()
    (event,) = await events(world)
    assert event.state == state
    assert ("DeadlockDetected" in event.error) is (state == "pending")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("a defect"), "ValueError: a defect"),
        (ValueError("a defect\nof Ana's"), "ValueError: a defect"),
        (ValueError("half a \ud83d, a \0"), "ValueError: half a ?, a "),
        # A statement's own words carry what people wrote.
        (
            of_database(psycopg.errors.UniqueViolation("said twice\nDETAIL: Ana")),
            "UniqueViolation: said twice",
        ),
        (ValueError("x" * 488), f"ValueError: {'x' * 488}"),
        (ValueError("x" * 489), f"ValueError: {'x' * 488}"),
    ],
)
async def test_a_reason_says_what_went_wrong_and_not_with_what(world, failing, error, reason):
    failing(lambda body: error)
    await store(world, texts(world, "poison"))
    await begun(world, 2)
    await drained()
    (event,) = await events(world)
    assert event.error == f"message: {reason}"


async def test_of_many_reasons_the_first_four_thousand_characters_are_kept(world, failing):
    failing(lambda body: ValueError(f"{body} {'x' * 500}"))
    await store(world, texts(world, *(f"poison {n}" for n in range(9))))
    await begun(world, 2)
    await drained()
    (event,) = await events(world)
    assert len(event.error) == 4000


async def test_a_database_that_goes_away_while_sorting_is_no_fault_of_what_was_sorted(
    world, desk, monkeypatch
):
    """They keep the attempt, for one of them may be what it went away from."""

    async def away(session, event_ids):
        raise of_database(psycopg.OperationalError("gone"), is_lost=True)

    monkeypatch.setattr(turns, "sort", away)
    await store(world, texts(world, "one"), texts(world, "two"))
    with pytest.raises(DBAPIError):
        await drained()
    found = [(event.state, event.error, event.attempts) for event in await events(world)]
    assert found == [("pending", "", 1)] * 2
    monkeypatch.undo()
    await drained()
    assert {event.state for event in await events(world)} == {"done"}


async def test_several_that_cannot_be_sorted_are_each_given_a_reason(world, desk, monkeypatch):
    async def broken(session, event_ids):
        raise KeyError("a defect")

    monkeypatch.setattr(turns, "sort", broken)
    await store(world, texts(world, "one"), texts(world, "two"), texts(world, "three"))
    await drained()
    assert [event.error for event in await events(world)] == ["KeyError: 'a defect'"] * 3


async def test_what_cannot_be_written_down_is_done_all_the_same(world, desk, monkeypatch):
    really = DeliveryRepository.conclude

    async def conclude(self, rows):
        if any(row["summary"] for row in rows):
            raise ValueError("a defect")
        await really(self, rows)

    monkeypatch.setattr(DeliveryRepository, "conclude", conclude)
    await store(world, texts(world, "one"), texts(world, "two"))
    await drained()
    found = [(event.state, event.error) for event in await events(world)]
    assert found == [("done", UNSPEAKABLE)] * 2


async def test_a_database_that_goes_away_before_it_is_written_down_costs_no_attempt(
    world, desk, monkeypatch
):
    """All of it is done once more, and nothing twice by it."""
    really = DeliveryRepository.conclude
    away = iter([of_database(psycopg.OperationalError("gone"), is_lost=True)])

    async def conclude(self, rows):
        for error in away:
            raise error
        await really(self, rows)

    monkeypatch.setattr(DeliveryRepository, "conclude", conclude)
    await store(world, texts(world, "one"), texts(world, "two"))
    with pytest.raises(DBAPIError):
        await drained()
    found = [(event.state, event.error, event.attempts) for event in await events(world)]
    assert found == [("pending", "", 0)] * 2
    await drained()
    found = [(event.state, event.summary) for event in await events(world)]
    assert found == [("done", "1 × message")] * 2
