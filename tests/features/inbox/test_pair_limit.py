"""How often one person may be written to."""

from __future__ import annotations

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from xobito_app.features.inbox.sending import pair_limit
from xobito_app.persistence.redis import redis_client


@pytest.fixture
def number() -> str:
    return uuid4().hex


async def test_one_person_gets_a_burst_and_then_one_every_six_seconds(number):
    pauses = [await pair_limit.ask(number, "ana") for _ in range(46)]
    assert pauses[:45] == [0.0] * 45
    assert 5 < pauses[-1] <= 6
    assert await pair_limit.ask(number, "ben") == 0


async def test_a_debt_shrinks_by_one_message_in_six_seconds(number):
    for _ in range(45):
        await pair_limit.ask(number, "ana")
    await redis_client().hincrbyfloat(f"xobito:pair:{number}:ana", "at", -13)
    pauses = [await pair_limit.ask(number, "ana") for _ in range(3)]
    assert pauses[:2] == [0, 0]
    assert pauses[2] > 0


async def test_without_redis_messages_still_go(monkeypatch):
    monkeypatch.setattr(pair_limit, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/2"))
    assert await pair_limit.ask("n", "x") == 0
