"""Leased work, row by row: one holder, one record, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.fixtures import make_empty_world
from tests.persistence.work import (
    DELIVERED,
    FAILED,
    LEASE,
    ONCE,
    PENDING,
    SENDING,
    TABLE,
    Careful,
    Worker,
)
from xobito_app.core import clock
from xobito_app.models.webhooks import WebhookDelivery
from xobito_app.persistence.leased_work import (
    Done,
    Failed,
)
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = [
    pytest.mark.usefixtures("_migrated"),
    pytest.mark.reliability("work in the background"),
]


async def test_many_workers_never_take_the_same_row(queue):
    for n in range(40):
        await queue.add(str(n))
    workers = [Worker(queue.workspace_id, lambda _: asyncio.sleep(0.002)) for _ in range(4)]
    taken = await asyncio.gather(*(worker.run() for worker in workers))
    done = [event for worker in workers for event in worker.done]
    assert sorted(done, key=int) == [str(n) for n in range(40)]
    assert sum(taken) == 40
    assert max(worker.most_at_once for worker in workers) <= Worker.concurrency
    assert {row.attempts for row in (await queue.rows()).values()} == {1}


async def test_it_is_claimed_before_the_work_begins_and_no_transaction_is_open_meanwhile(queue):
    await queue.add("a")

    async def look(claimed):
        row = (await queue.rows())["a"]
        assert (row.state, row.claimed_at, row.attempts) == (SENDING, claimed.lease.at, 1)
        # Not locked: another transaction may have it at once.
        async with unit_of_work(queue.workspace_id) as uow:
            assert await TABLE.lock(uow.session, claimed.lease)

    worker = Worker(queue.workspace_id, look)
    await asyncio.wait_for(worker.run(), 10)
    assert worker.done == ["a"]
    assert await queue.states() == [DELIVERED]


async def test_what_somebody_else_is_changing_is_not_waited_for(queue):
    row_id = await queue.add("a")
    async with unit_of_work(queue.workspace_id) as uow:
        await uow.session.get(WebhookDelivery, row_id, with_for_update=True)
        assert await asyncio.wait_for(Worker(queue.workspace_id).run(), 10) == 0
    assert await Worker(queue.workspace_id).run() == 1


async def test_another_workspace_s_rows_are_left_alone(queue):
    await queue.add("a")
    other = await make_empty_world()
    assert await Worker(other.workspace_id).run() == 0
    assert await queue.states() == [PENDING]


async def test_what_is_not_due_yet_waits(queue, time):
    await queue.add("later", next_try_at=clock.now() + timedelta(seconds=5))
    await queue.add("now")
    assert await Worker(queue.workspace_id).run() == 1
    time.pass_by(timedelta(seconds=5))
    assert await Worker(queue.workspace_id).run() == 1


async def test_a_killed_worker_s_row_is_taken_up_after_its_lease(queue, time):
    await queue.add("a")
    await queue.take(Worker(queue.workspace_id))
    time.pass_by(LEASE - timedelta(seconds=1))
    assert await Worker(queue.workspace_id).run() == 0
    time.pass_by(timedelta(seconds=1))
    assert await Worker(queue.workspace_id).run() == 1
    assert (await queue.rows())["a"].attempts == 2


async def test_an_expired_lease_cannot_record_over_the_new_owner(queue, time):
    await queue.add("a")
    old, new = Worker(queue.workspace_id), Worker(queue.workspace_id)
    stale = await queue.take(old)
    time.pass_by(LEASE)
    held = await queue.take(new)
    assert not await old.settle(stale, Failed("too late"))
    assert not await TABLE.renew(stale.lease)
    row = (await queue.rows())["a"]
    assert (row.state, row.error, row.claimed_at) == (SENDING, "", held.lease.at)
    assert await new.settle(held, Done())
    assert not await old.settle(stale, Failed("far too late"))
    assert await queue.states() == [DELIVERED]


async def test_what_was_settled_by_somebody_is_recorded_by_nobody_else(queue):
    await queue.add("a")
    worker = Worker(queue.workspace_id)
    claimed = await queue.take(worker)
    await queue.set_state(claimed.row.id, DELIVERED)
    assert not await worker.settle(claimed, Failed("no"))
    assert await queue.states() == [DELIVERED]


async def test_a_fact_is_recorded_whoever_holds_the_row(queue, time):
    class Seen(Done):
        is_fact = True

    await queue.add("a")
    worker = Careful(queue.workspace_id)
    claimed = await queue.take(worker)
    time.pass_by(LEASE)
    await worker.sweep()
    assert await queue.states() == [FAILED]
    assert await worker.settle(claimed, Seen())
    assert await queue.states() == [DELIVERED]


async def test_what_may_have_happened_is_never_worked_again(queue, time):
    """Neither when the work broke after it had begun, nor when its worker died."""
    await queue.add("broke")

    async def break_off(claimed):
        claimed.lease.begin()
        raise RuntimeError("the line went dead")

    assert await Careful(queue.workspace_id, break_off).run() == 1
    assert await queue.states() == [FAILED], "known at once, without a sweep"
    await queue.add("died")
    await queue.take(Careful(queue.workspace_id))
    for _ in range(3):
        time.pass_by(LEASE)
        assert await Careful(queue.workspace_id).run() == 0
        await Careful(queue.workspace_id).sweep()
        assert await Careful(queue.workspace_id).run() == 0
    assert await queue.states() == [FAILED, FAILED]
    assert {row.attempts for row in (await queue.rows()).values()} == {1}


async def test_the_sweep_gives_up_no_row_whose_worker_lives(queue, time):
    await queue.add("a")
    worker = Careful(queue.workspace_id)
    claimed = await queue.take(worker)
    time.pass_by(LEASE / 2)
    assert await ONCE.renew(claimed.lease)
    time.pass_by(LEASE / 2)
    await worker.sweep()
    assert await queue.states() == [SENDING]
    assert await worker.settle(claimed, Done())


async def test_a_failing_row_stops_no_other(queue):
    for n in range(12):
        await queue.add(str(n))

    async def refuse_some(claimed):
        if int(claimed.row.event) % 3 == 0:
            raise RuntimeError("bad")

    worker = Worker(queue.workspace_id, refuse_some)
    assert await worker.run() == 12
    states = await queue.states()
    assert states == [SENDING if n % 3 == 0 else DELIVERED for n in range(12)]


async def test_rows_of_one_key_are_done_one_at_a_time_and_in_order(queue):
    for n in range(5):
        for key in "ab":
            await queue.add(f"{key}{n}", key)
    working: set[str] = set()

    async def alone(claimed):
        assert claimed.row.object_key not in working
        working.add(claimed.row.object_key)
        await asyncio.sleep(0.005)
        working.remove(claimed.row.object_key)

    workers = [Worker(queue.workspace_id, alone) for _ in range(3)]
    done: list[str] = []
    for worker in workers:
        worker.done = done
    await asyncio.gather(*(worker.run() for worker in workers))
    for key in "ab":
        assert [event for event in done if event[0] == key] == [f"{key}{n}" for n in range(5)]
    assert max(worker.most_at_once for worker in workers) > 1, "keys go side by side"


@pytest.mark.parametrize("table", [TABLE, ONCE], ids=["twice does no harm", "once"])
async def test_a_row_waits_for_the_one_before_it_even_when_that_is_not_due(queue, table):
    await queue.add("first", "k", next_try_at=clock.now() + timedelta(minutes=5))
    await queue.add("second", "k")
    async with unit_of_work(queue.workspace_id) as uow:
        assert await table.claim(uow.session, queue.workspace_id, 5) == []


async def test_a_later_row_being_done_is_waited_for_until_its_worker_is_dead(queue, time):
    first = await queue.add("first", "k", state=DELIVERED)
    await queue.add("second", "k")
    await queue.take(Worker(queue.workspace_id))
    await queue.set_state(first, PENDING)
    assert await Worker(queue.workspace_id).run() == 0
    time.pass_by(LEASE)
    worker = Worker(queue.workspace_id)
    assert await worker.run() == 2
    assert worker.done == ["first", "second"]
