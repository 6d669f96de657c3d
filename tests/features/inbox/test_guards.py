"""Second conditions: what is only right while somebody else does something at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, NotFound
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.sending import send_results
from xobito_app.features.inbox.sending.claiming import LEASE, MESSAGES, claim
from xobito_app.features.inbox.sending.dispatch import Dispatcher
from xobito_app.features.inbox.sending.sweep import sweep
from xobito_app.features.throughput import service as throughput
from xobito_app.models.connection import Number
from xobito_app.models.inbox import Conversation, MessageStatus
from xobito_app.persistence.unit_of_work import unit_of_work


async def in_hand(line):
    """Queue a message and take it in hand."""
    await line.do(send_text, line.order(), body="mine")
    ((claimed),) = await claim(line.workspace_id, 1)
    return claimed


async def fail(line, claimed, sentence: str) -> bool:
    """Have a worker give a message up; tell whether that counted."""
    refused = send_results.Refused(sentence)
    return await Dispatcher(line.workspace_id).settle(claimed, refused)


async def test_who_writes_waits_for_a_thread_that_is_given_away_and_is_judged_by_it_then(line):
    """Without the lock the old assignee would be let through by what was true before."""
    agent, other = await make_member(line.world, "Agent"), await make_member(line.world, "Agent")
    await line.change(await line.thread(), assignee_id=agent.user_id)
    given_away, go_on = asyncio.Event(), asyncio.Event()

    async def give_away() -> None:
        async with unit_of_work(line.workspace_id) as uow:
            statement = select(Conversation).where(Conversation.id == line.thread_id)
            thread = (await uow.session.exec(statement.with_for_update())).one()
            thread.assignee_id = other.user_id
            uow.session.add(thread)
            await uow.session.flush()
            given_away.set()
            await go_on.wait()

    giving = asyncio.create_task(give_away())
    await given_away.wait()
    writing = asyncio.create_task(line.do(send_text, line.order(), body="too late", actor=agent))
    await asyncio.sleep(0.3)
    assert not writing.done()
    go_on.set()
    await giving
    with pytest.raises((NotFound, Forbidden)):
        await writing
    assert await line.outgoing() == []


async def test_a_stale_claim_fails_nothing(line):
    """Somebody else has the message in hand by now; what the old hand says does not count."""
    held = await in_hand(line)
    old = replace(held, lease=replace(held.lease))
    assert await MESSAGES.renew(held.lease)
    assert not await fail(line, old, "The old hand gave up.")
    row = await line.message(old.message.id)
    assert (row.status, row.error_text) == (MessageStatus.SENDING, "")
    assert await fail(line, held, "The new hand gave up.")
    row = await line.message(old.message.id)
    assert (row.status, row.error_text) == (MessageStatus.FAILED, "The new hand gave up.")


async def test_a_claim_on_what_was_settled_fails_nothing(line):
    held = await in_hand(line)
    await line.change(await line.message(held.message.id), status=MessageStatus.DELIVERED)
    assert not await fail(line, held, "Too late.")
    assert (await line.message(held.message.id)).status == MessageStatus.DELIVERED


@pytest.mark.parametrize(
    ("seconds", "lost"), [(-1, False), (0, True), (1, True)], ids=["before", "then", "after"]
)
async def test_only_what_was_taken_in_hand_by_then_is_given_up_for_lost(line, seconds, lost):
    """Renewed since: somebody is alive and still at it."""
    held = await in_hand(line)
    moment = held.lease.at + LEASE + timedelta(seconds=seconds)
    clock.use(lambda: moment)
    try:
        await sweep(line.workspace_id)
    finally:
        clock.use(None)
    status = (await line.message(held.message.id)).status
    assert status == (MessageStatus.UNRESOLVED if lost else MessageStatus.SENDING)


@pytest.mark.parametrize("status", [MessageStatus.QUEUED, MessageStatus.ACCEPTED])
async def test_what_is_in_nobody_s_hand_is_not_given_up_for_lost(line, status):
    held = await in_hand(line)
    await line.change(await line.message(held.message.id), status=status)
    await line.age(held.message.id, claimed_at=timedelta(hours=1))
    await sweep(line.workspace_id)
    assert (await line.message(held.message.id)).status == status


@pytest.mark.parametrize(
    ("is_on_biz_app", "level", "rate"),
    [
        (False, "STANDARD", 80),
        (False, "HIGH", 1000),
        (True, "STANDARD", 20),
        (True, "HIGH", 20),
    ],
)
async def test_the_throughput_is_told_the_pace_of_the_number(
    line, monkeypatch, is_on_biz_app, level, rate
):
    """A number that also lives in the phone's app is slower, whatever its level."""
    async with unit_of_work(line.workspace_id) as uow:
        number = await uow.session.get(Number, line.world.number_id)
        number.is_on_biz_app, number.throughput_level = is_on_biz_app, level
        uow.session.add(number)
    told: list[float] = []
    really = throughput.take_turns

    async def note(number_id, pace, **options):
        told.append(pace)
        return await really(number_id, pace, **options)

    monkeypatch.setattr(throughput, "take_turns", note)
    await line.do(send_text, line.order(), body="at what pace?")
    await line.dispatch()
    assert told == [rate]
