"""A burst of wake-ups costs few messages, and the last commit is always told."""

from __future__ import annotations

import asyncio

import pytest

from xobito_app.core.events import PostCommit, WakeUp
from xobito_app.core.jobs import JobType, Lane
from xobito_app.jobs import wake_ups

# Of this file alone: what other tests asked for may still wait.
DRAIN = JobType("test_wake_ups.drain", Lane.LIVE)
SEND = JobType("test_wake_ups.send", Lane.LIVE)


@pytest.fixture
async def sent(monkeypatch):
    gone: list[WakeUp] = []

    def note(wake_up: WakeUp) -> None:
        if wake_up.job in (DRAIN, SEND):
            gone.append(wake_up)

    monkeypatch.setattr(wake_ups, "send", note)
    yield gone
    # Whoever was sent a moment ago is quiet no longer when the next test asks.
    await asyncio.sleep(3 * wake_ups.QUIET_SECONDS)


async def ask(*wanted: WakeUp) -> None:
    await wake_ups.send_wake_ups(PostCommit(wake_ups=dict.fromkeys(wanted)))


async def test_the_first_leaves_at_once_and_a_burst_is_gathered(sent):
    wake_up = WakeUp(DRAIN)
    await ask(wake_up)
    assert len(sent) == 1
    for _ in range(200):
        await ask(wake_up)
    assert len(sent) == 1
    await asyncio.sleep(3 * wake_ups.QUIET_SECONDS)
    # Once more, after the last had asked; then it is quiet no longer.
    assert len(sent) == 2
    await ask(wake_up)
    assert len(sent) == 3


async def test_different_work_and_planned_work_is_not_gathered(sent):
    await ask(WakeUp(SEND, arguments=("a",)), WakeUp(SEND, arguments=("b",)))
    later = WakeUp(SEND, arguments=("a",), delay=5)
    await ask(later)
    await ask(later)
    assert len(sent) == 4
    await asyncio.sleep(2 * wake_ups.QUIET_SECONDS)


async def test_what_waits_at_the_end_still_leaves(sent):
    wake_up = WakeUp(DRAIN)
    await ask(wake_up)
    await ask(wake_up)
    await wake_ups.flush()
    assert len(sent) == 2
    await asyncio.sleep(2 * wake_ups.QUIET_SECONDS)
    assert len(sent) == 2
