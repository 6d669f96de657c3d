"""A burst of nudges costs few messages, and the last commit is always told."""

from __future__ import annotations

import asyncio

import pytest

from xobito_app.core.events import Departures, Nudge
from xobito_app.core.jobs import JobType, Lane
from xobito_app.jobs import nudges

DRAIN = JobType("inbound.drain", Lane.LIVE)
SEND = JobType("outbound.send", Lane.LIVE)


@pytest.fixture
def sent(monkeypatch):
    gone: list[tuple[float, Nudge]] = []
    monkeypatch.setattr(
        nudges, "send", lambda nudge: gone.append((asyncio.get_running_loop().time(), nudge))
    )
    nudges._quiet.clear()
    return gone


async def ask(*wanted: Nudge) -> None:
    await nudges.send_nudges(Departures(nudges=dict.fromkeys(wanted)))


async def test_the_first_leaves_at_once_and_a_burst_is_gathered(sent):
    nudge = Nudge(DRAIN)
    await ask(nudge)
    assert len(sent) == 1
    last = 0.0
    for _ in range(200):
        await ask(nudge)
        last = asyncio.get_running_loop().time()
        await asyncio.sleep(0.001)
    await asyncio.sleep(3 * nudges.QUIET_SECONDS)
    assert 2 <= len(sent) < 40
    # Whoever asked last was told after they had asked.
    assert sent[-1][0] >= last
    assert nudges._quiet == {}


async def test_different_work_and_planned_work_is_not_gathered(sent):
    await ask(Nudge(SEND, arguments=("a",)), Nudge(SEND, arguments=("b",)))
    later = Nudge(SEND, arguments=("a",), delay=5)
    await ask(later)
    await ask(later)
    assert len(sent) == 4
    await asyncio.sleep(2 * nudges.QUIET_SECONDS)


async def test_what_waits_at_the_end_still_leaves(sent):
    nudge = Nudge(DRAIN)
    await ask(nudge)
    await ask(nudge)
    await nudges.flush()
    assert len(sent) == 2
    await asyncio.sleep(2 * nudges.QUIET_SECONDS)
    assert len(sent) == 2
