"""Into the queue and out of it: who may write, once, in order, in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.fixtures import make_member, make_world
from tests.lines import Line
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.compose_template import send_template
from xobito_app.features.inbox.composing.message_actions import cancel_scheduled, react
from xobito_app.features.inbox.sending.claiming import claim
from xobito_app.features.inbox.sending.sweep import sweep
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.models.connection import Connection, ConnectionState
from xobito_app.persistence.unit_of_work import unit_of_work


async def close_window(line: Line) -> None:
    await line.change(await line.thread(), last_msg_time=clock.now() - timedelta(hours=24))


async def test_a_text_goes_out_and_its_ticks_come_back(line):
    entry = await line.do(send_text, line.order(), body="  Good morning  ")
    assert (entry.status, entry.body, entry.direction) == ("queued", "Good morning", "out")
    assert (await line.thread()).last_preview == "Good morning"
    assert await line.dispatch() == 1
    row = await line.until(entry.id, "delivered")
    assert row.accepted_at
    await line.deliver_status(row.wamid, "read")
    assert (await line.thread()).last_status == "read"
    (sent,) = line.wire.sent
    assert sent["biz_opaque_callback_data"] == str(entry.id)
    assert sent["to"] == "+16505550121"


async def test_a_double_click_is_one_message_and_one_request(line):
    order = line.order()
    entries = await asyncio.gather(*(line.do(send_text, order, body="once") for _ in range(6)))
    assert len({entry.id for entry in entries}) == 1
    await asyncio.gather(line.dispatch(), line.dispatch())
    again = await line.do(send_text, order, body="once, after a reload")
    assert again.id == entries[0].id
    await line.dispatch()
    assert line.wire.bodies() == ["once"]
    assert len(await line.outgoing()) == 1


async def test_a_key_of_another_thread_is_refused(line):
    other = await line.write("16505550999")
    order = line.order(key="shared")
    await line.do(send_text, order, body="here")
    with pytest.raises(Conflict):
        await line.do(send_text, line.order(key="shared", conversation_id=other), body="there")


async def test_outside_the_window_only_a_template_goes_out(line):
    await close_window(line)
    with pytest.raises(Invalid, match="template"):
        await line.do(send_text, line.order(), body="too late")
    template = await line.template()
    entry = await line.do(
        send_template, line.order(is_template=True), template_id=template.id, values={}
    )
    assert entry.content["template"]["name"] == "order_update"
    assert await line.outgoing()
    await line.dispatch()
    assert [sent["type"] for sent in line.wire.sent] == ["template"]


async def test_a_window_that_closes_in_the_queue_stops_free_text(line):
    entry = await line.do(send_text, line.order(), body="almost")
    await close_window(line)
    await line.dispatch()
    row = await line.message(entry.id)
    assert row.status == "failed"
    assert "window closed" in row.error_text
    assert line.wire.sent == []


@pytest.mark.parametrize(
    ("body", "words"), [("   ", "empty"), ("x" * 4097, "4096")], ids=["blank", "long"]
)
async def test_texts_that_whatsapp_refuses_are_refused_here(line, body, words):
    with pytest.raises(Invalid, match=words):
        await line.do(send_text, line.order(), body=body)
    assert await line.outgoing() == []


async def test_who_may_write_where(line):
    viewer = await make_member(line.world, "Viewer")
    with pytest.raises(Forbidden):
        await line.do(send_text, line.order(), body="no", actor=viewer)
    stranger = (await make_world()).owner
    async with unit_of_work(stranger.workspace_id) as uow:
        with pytest.raises(NotFound):
            await send_text(uow.session, stranger, line.order(), body="no")
    agent = await make_member(line.world, "Agent")
    await line.change(await line.thread(), assignee_id=line.world.owner.user_id)
    with pytest.raises(NotFound):
        await line.do(send_text, line.order(), body="no", actor=agent)


async def test_a_disconnected_number_takes_nothing_and_cancels_what_waits(line):
    entry = await line.do(send_text, line.order(), body="waiting")
    async with unit_of_work(line.workspace_id) as uow:
        connection = await uow.session.get(Connection, line.world.connection_id)
        connection.state, connection.reason = ConnectionState.DISCONNECTED, "Ana ended it."
        uow.session.add(connection)
    with pytest.raises(Invalid, match=r"read-only.*Ana ended it"):
        await line.do(send_text, line.order(), body="no")
    await line.dispatch()
    row = await line.message(entry.id)
    assert (row.status, line.wire.sent) == ("cancelled", [])
    assert "disconnected" in row.error_text


async def test_messages_of_a_thread_leave_in_order(line):
    bodies = [f"{n}" for n in range(12)]
    for body in bodies:
        await line.do(send_text, line.order(), body=body)
    other = await line.write("16505550888")
    await line.do(send_text, line.order(conversation_id=other), body="elsewhere")

    async def slow_at_first(request, inner):
        await asyncio.sleep(0.02 if len(line.wire.sent) == 1 else 0)

    line.wire.trick = slow_at_first
    await asyncio.gather(*(line.dispatch() for _ in range(3)))
    assert [body for body in line.wire.bodies() if body != "elsewhere"] == bodies
    assert line.wire.bodies().index("elsewhere") <= 1


async def test_while_one_is_on_its_way_the_next_waits(line):
    first = await line.do(send_text, line.order(), body="first")
    await line.do(send_text, line.order(), body="second")
    assert [p.message.id for p in await claim(line.workspace_id, 10)] == [first.id]
    assert await claim(line.workspace_id, 10) == []


async def test_scheduled_messages_wait_go_and_can_be_taken_back(line):
    soon = clock.now() + timedelta(hours=1)
    later = await line.do(send_text, line.order(due_at=soon), body="in an hour")
    dropped = await line.do(send_text, line.order(due_at=soon), body="rather not")
    assert (await line.thread()).last_preview == "Hello"
    await line.do(cancel_scheduled, message_id=dropped.id)
    await sweep(line.workspace_id)
    await line.dispatch()
    assert line.wire.sent == []
    await line.age(later.id, due_at=timedelta(hours=2))
    await line.age(dropped.id, due_at=timedelta(hours=2))
    await sweep(line.workspace_id)
    await line.dispatch()
    assert line.wire.bodies() == ["in an hour"]
    with pytest.raises(Conflict):
        await line.do(cancel_scheduled, message_id=later.id)


async def test_a_schedule_looks_at_the_window(line):
    due_at = clock.now() + timedelta(hours=30)
    with pytest.raises(Invalid, match="closed by then"):
        await line.do(send_text, line.order(due_at=due_at), body="too late")
    due_at = clock.now() + timedelta(hours=20)
    entry = await line.do(send_text, line.order(due_at=due_at), body="just in time")
    await close_window(line)
    await line.age(entry.id, due_at=timedelta(hours=21))
    await sweep(line.workspace_id)
    row = await line.message(entry.id)
    assert row.status == "failed"
    assert "template" in row.error_text


async def test_answers_and_reactions_name_what_they_are_about(line):
    view = await line.do(read_thread, conversation_id=line.thread_id)
    theirs = view.entries[-1]
    answer = await line.do(send_text, line.order(reply_to_id=theirs.id), body="to that")
    assert answer.quote.message_id == theirs.id
    await line.do(react, conversation_id=line.thread_id, message_id=theirs.id, emoji="👍", key="r1")
    await line.dispatch()
    assert line.wire.sent[0]["context"] == {"message_id": theirs.wamid}
    assert line.wire.sent[1]["reaction"] == {"message_id": theirs.wamid, "emoji": "👍"}
    view = await line.do(read_thread, conversation_id=line.thread_id)
    assert [e.kind for e in view.entries] == ["text", "text"]
    assert view.entries[0].our_reaction == "👍"
    assert (await line.thread()).last_preview == "to that"


async def test_a_dispatcher_at_work_is_woken_for_the_next_message(line):
    free = asyncio.Event()

    async def hang_first(request, inner):
        if len(line.wire.sent) == 1:
            await free.wait()

    line.wire.trick = hang_first
    other = await line.write("16505550777")
    await line.do(send_text, line.order(), body="hangs")
    running = asyncio.create_task(line.dispatch())
    await line.wire.until_sent()
    entry = await line.do(send_text, line.order(conversation_id=other), body="passes by")
    assert await line.dispatch() == 0
    await line.until(entry.id, "accepted", "sent", "delivered", "read")
    free.set()
    assert await running == 2
