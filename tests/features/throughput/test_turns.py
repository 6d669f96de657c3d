"""How fast a number may be written from: never more than Meta allows in any second."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from xobito_app.features.throughput import service as throughput
from xobito_app.features.throughput.service import drop, give_back, note_received, rest, take_turns
from xobito_app.persistence.redis import redis_client


@pytest.fixture
def number() -> str:
    return uuid4().hex


async def move_clock(number: str, seconds: float) -> None:
    """Let time pass for what Redis keeps of a number."""
    client = redis_client()
    turns, pace = f"xobito:turns:{number}", f"xobito:pace:{number}"
    for mark, until in await client.zrange(turns, 0, -1, withscores=True):
        await client.zadd(turns, {mark: until - seconds})
    for name in ("cut_at", "shut_until", "next_at", "person_until"):
        if await client.hexists(pace, name):
            await client.hincrbyfloat(pace, name, -seconds)


@pytest.mark.parametrize("rate", [1, 20, 80])
async def test_there_are_as_many_turns_as_messages_a_second(number, rate):
    first = await take_turns(number, rate, wanted=1000)
    assert len(first.marks) == rate
    second = await take_turns(number, rate)
    assert second.marks == ()
    assert second.pause > 0


async def test_a_turn_is_free_one_second_after_the_answer(number):
    taken = await take_turns(number, 2, wanted=2)
    await move_clock(number, 8)
    assert (await take_turns(number, 2)).marks == (), "nobody has answered yet"
    await give_back(number, taken.marks[:1])
    await move_clock(number, 0.95)
    assert (await take_turns(number, 2)).marks == ()
    await move_clock(number, 0.06)
    assert len((await take_turns(number, 2, wanted=2)).marks) == 1


async def test_a_turn_whose_holder_died_is_free_after_the_longest_request(number):
    await take_turns(number, 1)
    await move_clock(number, throughput.LONGEST_REQUEST - 0.5)
    assert (await take_turns(number, 1)).marks == ()
    await move_clock(number, 0.6)
    assert len((await take_turns(number, 1)).marks) == 1


async def test_no_second_at_the_other_end_holds_more_whatever_the_way_there_takes(number):
    arrived: list[float] = []
    end = time.monotonic() + 2.5

    async def send(mark: str, delay: float, place: int) -> None:
        await asyncio.sleep(delay + 0.005 * (place % 9))
        arrived.append(time.monotonic())
        await asyncio.sleep(0.01)
        await give_back(number, [mark])

    async def worker() -> None:
        place = 0
        while time.monotonic() < end:
            turns = await take_turns(number, 80, wanted=16, is_campaign=True)
            place += 1
            granted = zip(turns.marks, turns.delays, strict=True)
            await asyncio.gather(*(send(*one, place + n) for n, one in enumerate(granted)))
            await asyncio.sleep(turns.pause if not turns.marks else 0)

    await asyncio.gather(*(worker() for _ in range(6)))
    arrived.sort()
    assert max(sum(at <= other < at + 1 for other in arrived) for at in arrived) <= 80
    assert len(arrived) > 60, "and it gets somewhere"


async def test_a_campaign_goes_evenly_and_leaves_a_turn_free(number):
    taken = 0
    for _ in range(40):
        turns = await take_turns(number, 80, wanted=80, is_campaign=True)
        assert len(turns.marks) <= 22, "what was missed and what is to come, no more"
        later = [delay for delay in turns.delays if delay > 0]
        assert all(after - before > 0.01 for before, after in pairwise(later))
        assert all(delay <= throughput.AHEAD for delay in turns.delays)
        taken += len(turns.marks)
        await move_clock(number, 0.05)
    assert taken == 79
    assert len((await take_turns(number, 80)).marks) == 1


async def test_a_campaign_is_told_of_a_turn_a_moment_before_it_is_free(number, monkeypatch):
    taken = await take_turns(number, 80, wanted=80)
    await give_back(number, taken.marks[:3])
    assert (await take_turns(number, 80, wanted=5, is_campaign=True)).marks == ()
    monkeypatch.setattr(throughput, "AHEAD", 2.0)
    turns = await take_turns(number, 80, wanted=5, is_campaign=True)
    assert len(turns.marks) == 2, "the first of the three is the one left free"
    assert all(0 < delay <= 1.0 for delay in turns.delays)
    assert (await take_turns(number, 80)).marks == (), "none is free yet"
    await move_clock(number, 1.01)
    assert len((await take_turns(number, 80, wanted=5)).marks) == 1


async def test_more_is_left_free_while_many_people_answer(number):
    await note_received(number, 16)
    taken = 0
    for _ in range(30):
        turns = await take_turns(number, 80, wanted=80, is_campaign=True)
        taken += len(turns.marks)
        await redis_client().hincrbyfloat(f"xobito:pace:{number}", "next_at", -0.05)
    assert taken == 80 - 16 - 4


async def test_a_campaign_pauses_when_redis_has_lost_the_count(number):
    assert (await take_turns(number, 80, wanted=2, is_campaign=True)).delays[0] == 0
    await redis_client().delete(f"xobito:turns:{number}", f"xobito:pace:{number}")
    assert (await take_turns(number, 80, is_campaign=True)).marks == ()
    await move_clock(number, throughput.PAUSE_AFTER_LOSS)
    assert len((await take_turns(number, 80, is_campaign=True)).marks) == 1


async def test_a_campaign_begins_at_once_where_nobody_has_written(number):
    assert (await take_turns(number, 80, is_campaign=True)).delays == (0.0,)


async def test_a_person_goes_before_a_campaign(number):
    full = await take_turns(number, 4, wanted=4)
    assert (await take_turns(number, 4)).marks == ()
    await drop(number, full.marks[:1])
    assert (await take_turns(number, 4, is_campaign=True)).marks == ()
    assert len((await take_turns(number, 4)).marks) == 1
    await drop(number, full.marks[1:2])
    assert len((await take_turns(number, 4, is_campaign=True)).marks) == 1


async def test_what_is_received_counts(number):
    await note_received(number, 3)
    assert len((await take_turns(number, 5, wanted=5)).marks) == 2
    await move_clock(number, 1.01)
    assert len((await take_turns(number, 5, wanted=5)).marks) == 3


async def capacity(number: str, rate: int = 100) -> int:
    turns = await take_turns(number, rate, wanted=rate)
    await drop(number, turns.marks)
    return len(turns.marks)


@pytest.mark.parametrize(
    ("sent", "refused", "left"),
    [(100, 5, 100), (100, 6, 80), (200, 10, 100), (200, 11, 80), (1, 1, 100), (40, 3, 100)],
)
async def test_refusals_slow_a_number_down_when_they_are_many(number, sent, refused, left):
    turns = await take_turns(number, 1000, wanted=sent)
    await give_back(number, turns.marks, refused=refused)
    await move_clock(number, 1.01)
    assert abs(await capacity(number) - left) <= 2


async def test_a_pace_is_whole_again_after_ten_seconds_and_falls_once_a_second(number):
    for _ in range(3):
        turns = await take_turns(number, 1000, wanted=20)
        await give_back(number, turns.marks, refused=20)
    await move_clock(number, 1.5)
    assert 80 <= await capacity(number) <= 85
    await move_clock(number, 4)
    assert 88 <= await capacity(number) <= 93
    await move_clock(number, 5)
    assert await capacity(number) == 100


async def test_a_rest_lets_nothing_leave(number):
    await rest(number, 60)
    turns = await take_turns(number, 80)
    assert (turns.marks, 59 < turns.pause <= 60) == ((), True)
    await move_clock(number, 60.1)
    assert (await take_turns(number, 80)).marks


async def test_losing_what_redis_knows_is_harmless(number):
    await rest(number, 600)
    await redis_client().delete(f"xobito:pace:{number}")
    assert (await take_turns(number, 80)).marks


async def test_without_redis_it_goes_on_slowly(number, monkeypatch):
    monkeypatch.setattr(throughput, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/2"))
    turns = await take_turns(number, 80, wanted=50, is_campaign=True)
    assert 1 <= len(turns.marks) <= 2
    await give_back(number, turns.marks, refused=1)
    await drop(number, turns.marks)
    await rest(number, 1)
    await note_received(number, 1)
