"""Leased work, run by run: pauses, wake-ups, heartbeats, and how a run ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.persistence.work import (
    DELIVERED,
    LEASE,
    PENDING,
    SENDING,
    TABLE,
    Careful,
    Worker,
)
from xobito_app.features.webhooks.job_types import WEBHOOKS_DELIVER
from xobito_app.persistence import unit_of_work as uow_module
from xobito_app.persistence.leased_work import (
    Again,
    doubling,
    held_row,
)
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = [
    pytest.mark.usefixtures("_migrated"),
    pytest.mark.reliability("work in the background"),
]


async def test_what_is_to_be_tried_again_waits_for_its_pause(queue, time):
    await queue.add("a")

    async def busy(_claimed):
        return Again(30, "busy")

    assert await Worker(queue.workspace_id, busy).run() == 1
    row = (await queue.rows())["a"]
    assert (row.state, row.claimed_at, row.attempts, row.error) == (PENDING, None, 1, "busy")
    assert await Worker(queue.workspace_id).run() == 0
    time.pass_by(timedelta(seconds=31))
    assert await Worker(queue.workspace_id).run() == 1


async def test_waiting_for_one_s_turn_is_no_attempt(queue):
    await queue.add("a")

    async def not_yet(_claimed):
        return Again(30, is_try=False)

    await Worker(queue.workspace_id, not_yet).run()
    assert (await queue.rows())["a"].attempts == 0


async def test_what_is_due_again_soon_is_waited_for(queue):
    class Patient(Worker):
        stay_seconds = 1.0

    await queue.add("a")

    async def once_more(claimed):
        return Again(0.05) if claimed.row.attempts == 1 else None

    worker = Patient(queue.workspace_id, once_more)
    assert await worker.run() == 2
    assert await queue.states() == [DELIVERED]


async def test_a_run_is_woken_for_what_comes_meanwhile(queue):
    class Patient(Worker):
        look_again_seconds = 60.0

    free = asyncio.Event()

    async def hang(claimed):
        if claimed.row.event == "hangs":
            await free.wait()
        else:
            free.set()

    await queue.add("hangs")
    worker = Patient(queue.workspace_id, hang)
    running = asyncio.create_task(worker.run())
    await worker.until(1)
    await queue.add("passes by")
    worker.wake()
    assert await asyncio.wait_for(running, 10) == 2
    assert worker.done == ["passes by", "hangs"]


async def test_long_work_keeps_its_row(queue):
    """The heartbeat renews the lease while the work goes on."""

    class Quick(Worker):
        table = replace(TABLE, lease=timedelta(seconds=0.3))

    await queue.add("a")
    worker = Quick(queue.workspace_id, lambda _: asyncio.sleep(1.0))
    running = asyncio.create_task(worker.run())
    await worker.until(1)
    taken = 0
    while not running.done():
        taken += await Quick(queue.workspace_id).run()
        await asyncio.sleep(0.1)
    assert (await running, taken) == (1, 0)
    assert await queue.states() == [DELIVERED]


async def test_a_step_that_cannot_be_taken_back_is_not_taken_without_the_row(queue, time):
    await queue.add("a")
    sent = []

    async def slowly(claimed):
        time.pass_by(LEASE)
        await queue.take(Worker(queue.workspace_id))
        await TABLE.confirm(claimed.lease)
        sent.append("a")

    worker = Worker(queue.workspace_id, slowly)
    assert await worker.run() == 1
    assert (sent, await queue.states()) == ([], [SENDING])


async def test_a_stop_gives_back_what_was_not_begun(queue):
    async def hang(claimed):
        if claimed.row.event == "begun":
            claimed.lease.begin()
        await asyncio.sleep(60)

    await queue.add("begun")
    await queue.add("not begun")
    worker = Careful(queue.workspace_id, hang)
    running = asyncio.create_task(worker.run())
    await worker.until(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    rows = await queue.rows()
    assert rows["begun"].state == SENDING
    given_back = rows["not begun"]
    assert (given_back.state, given_back.claimed_at, given_back.attempts) == (PENDING, None, 0)


async def test_told_to_stop_a_worker_ends_what_it_has_and_takes_no_more(queue):
    for n in range(3):
        await queue.add(str(n))

    class OneByOne(Worker):
        concurrency = 1

    async def enough(_claimed):
        worker.stop()

    worker = OneByOne(queue.workspace_id, enough)
    assert await worker.run() == 1
    assert await queue.states() == [DELIVERED, PENDING, PENDING]


async def test_a_failing_look_lets_what_is_on_its_way_come_to_its_end(queue):
    class Blind(Worker):
        look_again_seconds = 0.01

        async def claim(self, free):
            if self.at_once:
                raise RuntimeError("the database is away")
            return await super().claim(free)

    await queue.add("a")
    worker = Blind(queue.workspace_id, lambda _: asyncio.sleep(0.3))
    with pytest.raises(RuntimeError, match="away"):
        await worker.run()
    assert await queue.states() == [DELIVERED]


async def test_one_row_is_held_by_one_and_given_back_at_the_end(queue):
    row_id = await queue.add("a")
    async with held_row(TABLE, queue.workspace_id, row_id) as lease:
        async with held_row(TABLE, queue.workspace_id, row_id) as second:
            assert (lease is not None, second) == (True, None)
        async with unit_of_work(queue.workspace_id) as uow:
            assert await TABLE.lock(uow.session, lease)
    async with held_row(TABLE, queue.workspace_id, row_id) as third:
        assert third is not None
        async with unit_of_work(queue.workspace_id) as uow:
            assert await TABLE.lock(uow.session, lease) is None, "the first holds it no more"


async def test_a_row_is_given_back_however_its_worker_ends(queue):
    row_id = await queue.add("a")
    with pytest.raises(RuntimeError):
        async with held_row(TABLE, queue.workspace_id, row_id):
            raise RuntimeError("broken")
    async with held_row(TABLE, queue.workspace_id, row_id) as lease:
        assert lease is not None


async def test_the_sweep_wakes_a_worker_for_what_is_due(queue, monkeypatch):
    class Wakeable(Worker):
        job = WEBHOOKS_DELIVER

    woken = []

    async def note(post_commit):
        woken.extend((wake_up.job, wake_up.arguments) for wake_up in post_commit.wake_ups)

    monkeypatch.setattr(uow_module, "sinks", [note])
    await Wakeable(queue.workspace_id).sweep()
    assert woken == []
    await queue.add("a")
    await Wakeable(queue.workspace_id).sweep()
    assert woken == [(WEBHOOKS_DELIVER, (str(queue.workspace_id),))]


@pytest.mark.parametrize(
    ("seconds", "delays"), [(0.05, []), (1, [1.1]), (60, [60.1]), (60.1, []), (3600, [])]
)
async def test_what_is_due_later_gets_a_wake_up_unless_beat_comes_by_before(
    queue, monkeypatch, seconds, delays
):
    class Wakeable(Worker):
        job = WEBHOOKS_DELIVER
        stay_seconds = 0.1

    async def busy_once(claimed):
        return Again(seconds) if claimed.row.attempts == 1 else None

    woken = []

    async def note(post_commit):
        woken.extend(wake_up.delay for wake_up in post_commit.wake_ups)

    monkeypatch.setattr(uow_module, "sinks", [note])
    await queue.add("a")
    await Wakeable(queue.workspace_id, busy_once).run()
    assert woken == delays


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (6, 60), (5000, 60)])
def test_pauses_double_up_to_a_limit(attempts, seconds):
    assert doubling(attempts, first=2, longest=60) == seconds
