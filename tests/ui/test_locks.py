"""A handler that is cancelled never keeps the lock of its tab."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from redis.asyncio import Redis
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State

import xobito_app.xobito_app as web
from xobito_app.core import ids
from xobito_app.settings import get_settings
from xobito_app.ui.locks import (
    CancellableStateManager,
    free_locks_of_the_cancelled,
    with_free_locks,
)

PROMPTLY = 3
"""Seconds; what is kept is kept for ten."""


@pytest.fixture
async def manager():
    client = Redis.from_url(get_settings().redis_database(1))
    made = with_free_locks(StateManagerRedis(redis=client))
    yield made
    await made.close()


@pytest.fixture
def token():
    return BaseStateToken(ident=str(ids.new()), cls=State)


async def hold(manager, token) -> None:
    async with manager._lock(token):
        pass


async def test_whoever_is_cancelled_as_the_lock_is_granted_gives_it_back(
    manager, token, monkeypatch
):
    granted, answer = asyncio.Event(), asyncio.Event()
    ask = manager.redis.set

    async def slow(*given, **named):
        found = await ask(*given, **named)
        granted.set()
        await answer.wait()
        return found

    monkeypatch.setattr(manager.redis, "set", slow)
    first = asyncio.create_task(hold(manager, token))
    await granted.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    answer.set()
    await asyncio.wait_for(hold(manager, token), PROMPTLY)


async def test_whoever_is_cancelled_while_giving_the_lock_back_does_not_keep_it(
    manager, token, monkeypatch
):
    asked = asyncio.Event()

    async def never(key):
        asked.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as broken:
        broken.setattr(manager.redis, "getdel", never)
        first = asyncio.create_task(hold(manager, token))
        await asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    await asyncio.wait_for(hold(manager, token), PROMPTLY)


async def test_many_who_are_cancelled_at_any_moment_leave_the_lock_free(manager, token):
    for step in range(40):
        tasks = [asyncio.create_task(hold(manager, token)) for _ in range(4)]
        await asyncio.sleep(step * 0.0001)
        for task in tasks[:-1]:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PROMPTLY)


async def test_an_application_on_redis_keeps_its_states_so():
    async with Redis.from_url(get_settings().redis_database(1)) as client:
        plain = StateManagerRedis(redis=client, lock_expiration=7000)
        app = SimpleNamespace(state_manager=plain, _state_manager=plain)
        free_locks_of_the_cancelled(app)
    assert isinstance(app._state_manager, CancellableStateManager)
    assert app._state_manager.lock_expiration == 7000


def test_the_web_process_asks_for_it():
    assert "free_locks_of_the_cancelled(app)" in Path(web.__file__).read_text()
