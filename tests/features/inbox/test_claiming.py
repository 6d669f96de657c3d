"""What is taken in hand: what is due, in order, and with all it takes to send it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import delete, select

from xobito_app.core import clock
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.compose_template import send_template
from xobito_app.features.inbox.sending.claiming import MESSAGES, claim
from xobito_app.models.connection import Connection, ConnectionState
from xobito_app.models.contacts import Contact, ContactIdentity
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.payloads import Recipient

MOMENT = timedelta(microseconds=1)
QUEUED, SENDING = MessageStatus.QUEUED, MessageStatus.SENDING


@pytest.fixture
def noon():
    """A moment at which the time stands still."""
    moment = clock.now()
    clock.use(lambda: moment)
    yield moment
    clock.use(None)


async def queue(line, body: str = "hello", **changes) -> UUID:
    entry = await line.do(send_text, line.order(), body=body)
    await line.change(await line.message(entry.id), **changes)
    return entry.id


async def taken(line, limit: int = 10, **given) -> list[UUID]:
    return [claimed.message.id for claimed in await claim(line.workspace_id, limit, **given)]


async def test_only_what_is_queued_is_taken(line):
    message_id = await queue(line)
    for status in sorted(MessageStatus, key=lambda status: status == QUEUED):
        await line.change(await line.message(message_id), status=status)
        assert await taken(line) == ([message_id] if status == QUEUED else []), status


async def test_a_message_is_taken_from_the_moment_it_is_due(line, noon):
    message_id = await queue(line)
    for due_at, is_due in (
        (noon + timedelta(hours=1), False),
        (noon + MOMENT, False),
        (noon, True),
        (noon - MOMENT, True),
        (None, True),
    ):
        await line.change(await line.message(message_id), status=QUEUED, due_at=due_at)
        assert await taken(line) == ([message_id] if is_due else []), due_at


@pytest.mark.parametrize(
    ("later", "status", "waits"),
    [
        (-MOMENT, QUEUED, True),
        (MOMENT, QUEUED, False),
        (-MOMENT, SENDING, True),
        (MOMENT, SENDING, True),
        (-MOMENT, MessageStatus.SCHEDULED, False),
        (-MOMENT, MessageStatus.ACCEPTED, False),
        (-MOMENT, MessageStatus.FAILED, False),
    ],
)
async def test_a_message_waits_for_another_of_its_thread(line, noon, later, status, waits):
    """The other is not due yet itself, as after a pause that Meta asked for."""
    message_id = await queue(line, at=noon)
    await queue(line, at=noon + later, status=status, due_at=noon + timedelta(minutes=1))
    assert await taken(line) == ([] if waits else [message_id])


async def test_two_of_the_same_moment_go_one_after_the_other(line, noon):
    first, second = sorted([await queue(line, at=noon) for _ in range(2)])
    assert await taken(line) == [first]
    await line.change(await line.message(first), status=MessageStatus.ACCEPTED)
    assert await taken(line) == [second]


async def test_another_thread_is_waited_for_by_nobody(line, noon):
    other = await line.write("16505550888")
    await queue(line, conversation_id=other, at=noon - MOMENT, status=SENDING)
    message_id = await queue(line, at=noon)
    assert await taken(line) == [message_id]


async def test_the_oldest_are_taken_first_and_no_more_than_asked_for(line, noon):
    threads = [line.thread_id, await line.write("16505550888"), await line.write("16505550999")]
    ids = [
        await queue(line, conversation_id=thread, at=noon - timedelta(seconds=n))
        for n, thread in enumerate(threads)
    ]
    assert await taken(line, 2) == [ids[2], ids[1]]
    assert await taken(line, 2) == [ids[0]]


async def test_a_number_that_rests_sends_nothing(line):
    message_id = await queue(line)
    assert await taken(line, paused=[line.world.number_id]) == []
    assert await taken(line, paused=[uuid4()]) == [message_id]


async def test_what_somebody_else_changes_is_not_waited_for(line):
    message_id = await queue(line)
    async with unit_of_work(line.workspace_id) as uow:
        await uow.session.exec(select(Message).where(Message.id == message_id).with_for_update())
        assert await asyncio.wait_for(taken(line), 10) == []
    assert await taken(line) == [message_id]


async def test_taking_in_hand_is_the_first_attempt(line, noon):
    message_id = await queue(line)
    ((claimed),) = await claim(line.workspace_id, 1)
    row = await line.message(message_id)
    assert (row.status, row.attempts, row.claimed_at) == (SENDING, 1, noon)
    assert MESSAGES.fits(row, claimed.lease)


@pytest.mark.parametrize(
    ("phone", "user_id", "recipient"),
    [
        ("+16505550121", None, Recipient(phone="+16505550121")),
        ("+16505550121", "US.1349", Recipient(phone="+16505550121")),
        (None, "US.1349", Recipient(user_id="US.1349")),
        (None, None, None),
    ],
)
async def test_the_phone_number_is_written_to_or_else_the_user_id(line, phone, user_id, recipient):
    message_id = await queue(line)
    contact_id = (await line.message(message_id)).contact_id
    async with unit_of_work(line.workspace_id) as uow:
        contact = await uow.session.get(Contact, contact_id)
        contact.phone = phone
        uow.session.add(contact)
        await uow.session.exec(
            delete(ContactIdentity).where(ContactIdentity.contact_id == contact_id)
        )
        if user_id:
            uow.session.add(
                ContactIdentity(
                    workspace_id=line.workspace_id,
                    contact_id=contact_id,
                    kind="bsuid",
                    value=user_id,
                )
            )
    ((claimed),) = await claim(line.workspace_id, 1)
    assert (claimed.recipient, not claimed.refusal) == (recipient, recipient is not None)
    assert not claimed.is_cancelled


@pytest.mark.parametrize(
    ("hours", "is_template", "words"),
    [(23, False, ""), (24, False, "24-hour window"), (23, True, ""), (24, True, "")],
)
async def test_a_text_that_is_too_late_is_refused_and_a_template_is_not(
    line, noon, hours, is_template, words
):
    template = await line.template()
    if is_template:
        order = line.order(is_template=True)
        await line.do(send_template, order, template_id=template.id, values={})
    else:
        await line.do(send_text, line.order(), body="hello")
    await line.change(await line.thread(), last_msg_time=noon - timedelta(hours=hours))
    ((claimed),) = await claim(line.workspace_id, 1)
    assert words in claimed.refusal
    assert bool(claimed.refusal) is bool(words)
    assert (claimed.recipient is None) is bool(words)
    assert not claimed.is_cancelled


@pytest.mark.parametrize("state", list(ConnectionState))
async def test_what_waits_for_a_disconnected_account_is_cancelled(line, state):
    await queue(line)
    async with unit_of_work(line.workspace_id) as uow:
        connection = await uow.session.get(Connection, line.world.connection_id)
        connection.state = state
        uow.session.add(connection)
    ((claimed),) = await claim(line.workspace_id, 1)
    is_gone = state == ConnectionState.DISCONNECTED
    assert ("disconnected" in claimed.refusal, claimed.is_cancelled) == (is_gone, is_gone)
    assert (claimed.recipient is None) is is_gone
