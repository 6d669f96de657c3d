"""The worker's loop: background work goes on beside the next job, once for many askings."""

from __future__ import annotations

import asyncio
import threading

import pytest

from xobito_app.jobs import runtime
from xobito_app.settings import get_settings


@pytest.fixture
def loop(monkeypatch):
    """A runtime of its own, ended afterwards; no hooks of the application."""
    monkeypatch.setattr(runtime, "stop_hooks", [])
    yield
    runtime.stop()


async def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


async def _answer(value: int) -> int:
    await asyncio.sleep(0)
    return value


def test_a_job_runs_to_its_end_and_the_loop_lives_on(loop):
    assert runtime.run(_answer(1)) == 1
    first = runtime.run(_loop())
    assert runtime.run(_answer(2)) == 2
    assert runtime.run(_loop()) is first


def test_background_work_does_not_hold_up_the_next_job(loop):
    free, done = threading.Event(), threading.Event()

    async def hang() -> None:
        await asyncio.to_thread(free.wait, 10)
        done.set()

    runtime.start(hang)
    assert runtime.run(_answer(3)) == 3
    assert not done.is_set()
    free.set()
    assert done.wait(5)


def test_named_work_runs_once_more_however_often_it_was_asked_for(loop):
    free, runs = threading.Event(), []

    async def work() -> None:
        runs.append(1)
        await asyncio.to_thread(free.wait, 10)

    for _ in range(20):
        runtime.start(work, name="drain")
    runtime.run(asyncio.sleep(0.02))
    # All were asked for before the work began, so it has them all in sight.
    assert len(runs) == 1
    for _ in range(20):
        runtime.start(work, name="drain")
    free.set()
    runtime.run(asyncio.sleep(0.1))
    assert len(runs) == 2


def test_work_that_fails_leaves_room_for_the_next(loop):
    async def fail() -> None:
        raise RuntimeError

    ran = threading.Event()

    async def work() -> None:
        ran.set()

    runtime.start(fail, name="same")
    runtime.run(asyncio.sleep(0.05))
    runtime.start(work, name="same")
    assert ran.wait(5)


def test_the_end_waits_a_little_for_background_work(loop, monkeypatch):
    monkeypatch.setattr(runtime, "STOP_PATIENCE_SECONDS", 0.2)
    ended: list[str] = []

    async def short() -> None:
        await asyncio.sleep(0.05)
        ended.append("short")

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cut off")

    runtime.start(short)
    runtime.start(long)
    runtime.run(asyncio.sleep(0))
    runtime.stop()
    assert ended == ["short", "cut off"]


def test_so_many_jobs_go_on_at_once_as_is_allowed_and_the_rest_wait(loop, monkeypatch):
    monkeypatch.setenv("WORKER_CONCURRENCY", "2")
    get_settings.cache_clear()
    free, begun = threading.Event(), []

    async def hang() -> None:
        begun.append(1)
        await asyncio.to_thread(free.wait, 10)

    try:
        for _ in range(3):
            runtime.start(hang)
        runtime.run(asyncio.sleep(0.05))
        assert len(begun) == 2
        free.set()
        runtime.run(asyncio.sleep(0.1))
        assert len(begun) == 3
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
