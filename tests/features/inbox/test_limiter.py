"""How fast messages may leave: per number, per person, and after Meta complained."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from xobito_app.features.inbox.sending import limiter
from xobito_app.features.inbox.sending.limiter import Grant, Limit, acquire, slow_down
from xobito_app.persistence.redis import redis_client


@pytest.fixture
def number() -> str:
    return uuid4().hex


async def take(number: str, count: int, rate: float, seconds: float) -> int:
    """Ask from `count` workers for a while; return how many grants lie within that time."""
    granted = 0
    end = time.monotonic() + seconds

    async def worker(mark: int) -> None:
        nonlocal granted
        turn = 0
        while (now := time.monotonic()) < end:
            turn += 1
            grant = await acquire(number, f"{mark}-{turn}", rate, longest_wait=0.2)
            if grant.held_by is None and now + grant.seconds < end:
                granted += 1
            await asyncio.sleep(grant.seconds)

    await asyncio.gather(*(worker(mark) for mark in range(count)))
    return granted


async def test_a_number_sends_at_its_rate_however_many_workers_ask(number):
    count = await take(number, 8, 80, 1.0)
    # A quarter of a second's messages may be in the bucket at first.
    assert 70 <= count <= 102


async def test_what_would_wait_too_long_is_not_reserved(number):
    for n in range(30):
        await acquire(number, f"{n}", 20, longest_wait=0.5)
    held = await acquire(number, "late", 20, longest_wait=0.5)
    assert held.held_by is Limit.NUMBER
    assert held.seconds > 0.5
    assert held.seconds < 2


@pytest.mark.parametrize(("seconds", "held_by"), [(0.5, None), (1.9, Limit.NUMBER)])
async def test_a_caller_waits_for_a_second_unless_it_says_otherwise(number, seconds, held_by):
    await slow_down(number, seconds)
    assert (await acquire(number, "ana", 80)).held_by is held_by


async def test_a_number_slows_down_after_130429_and_recovers(number):
    fast = await take(number, 4, 80, 0.5)
    for _ in range(5):
        await slow_down(number, 0.1)
    slow = await take(number, 4, 80, 0.6)
    assert slow < fast * 0.75
    client = redis_client()
    share = float(await client.hget(f"xobito:rate:{number}", "share"))
    assert 0.4 < share < 0.7
    await client.hincrbyfloat(f"xobito:rate:{number}", "at", -60)
    await acquire(number, "after a minute", 80)
    assert float(await client.hget(f"xobito:rate:{number}", "share")) == 1


async def test_one_person_gets_a_burst_and_then_one_every_six_seconds(number):
    grants = [await acquire(number, "ana", 1000) for _ in range(46)]
    assert [g.held_by for g in grants] == [None] * 45 + [Limit.PAIR]
    assert 5 < grants[-1].seconds <= 6
    assert (await acquire(number, "ben", 1000)).held_by is None


async def test_a_debt_shrinks_by_one_message_in_six_seconds(number):
    for _ in range(45):
        await acquire(number, "ana", 1000)
    await redis_client().hincrbyfloat(f"xobito:pair:{number}:ana", "at", -13)
    grants = [await acquire(number, "ana", 1000) for _ in range(3)]
    assert [g.held_by for g in grants] == [None, None, Limit.PAIR]


async def test_losing_what_redis_knows_is_harmless(number):
    await slow_down(number, 600)
    assert (await acquire(number, "x", 80)).held_by is Limit.NUMBER
    await redis_client().delete(f"xobito:rate:{number}")
    assert await acquire(number, "x", 80) == Grant(0, None)


async def test_without_redis_messages_still_go(monkeypatch):
    monkeypatch.setattr(limiter, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/2"))
    assert await acquire("n", "x", 80) == Grant(0, None)
    await slow_down("n", 1)
