"""What became of a message: the lost answer, the refusal, the retry, the dead worker."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from tests.lines import graph_error
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.message_actions import react, resend, resolve_unresolved
from xobito_app.features.inbox.sending import send_results
from xobito_app.features.inbox.sending.claiming import claim
from xobito_app.features.inbox.sending.sweep import sweep
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.models.connection import Connection
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.persistence.unit_of_work import unit_of_work


async def lost_answer(request, inner):
    if request.url.path.endswith("/messages"):
        await inner.handle_async_request(request)
        raise httpx.ReadTimeout("no answer", request=request)


async def test_a_lost_answer_is_unresolved_and_a_status_resolves_it(line):
    line.wire.trick = lost_answer
    entry = await line.do(send_text, line.order(), body="did it arrive?")
    await line.dispatch()
    await sweep(line.workspace_id)
    await line.dispatch()
    assert len(line.wire.sent) == 1
    row = await line.until(entry.id, "delivered")
    assert row.wamid
    assert row.error_text == ""
    assert len(line.wire.sent) == 1


async def test_a_person_settles_what_nobody_knows(line):
    line.wire.trick = lost_answer
    ids = []
    for body in ("one", "two"):
        entry = await line.do(send_text, line.order(), body=body)
        ids.append(entry.id)
        await line.dispatch()
        assert (await line.message(entry.id)).status == "unresolved"
    await line.do(resolve_unresolved, message_id=ids[0], was_delivered=True)
    await line.do(resolve_unresolved, message_id=ids[1], was_delivered=False)
    with pytest.raises(Conflict):
        await line.do(resolve_unresolved, message_id=ids[0], was_delivered=False)
    assert [(await line.message(i)).status for i in ids] == ["delivered", "failed"]
    line.wire.trick = None
    again = await line.do(resend, message_id=ids[1])
    assert again.id not in ids
    await line.dispatch()
    assert line.wire.bodies() == ["one", "two", "two"]


async def test_a_message_in_a_dead_workers_hand_is_never_sent_again(line):
    entry = await line.do(send_text, line.order(), body="gone with the worker")
    assert len(await claim(line.workspace_id, 10)) == 1
    await sweep(line.workspace_id)
    assert (await line.message(entry.id)).status == "sending"
    await line.age(entry.id, claimed_at=timedelta(seconds=91))
    await sweep(line.workspace_id)
    row = await line.message(entry.id)
    assert (row.status, row.error_text) == ("unresolved", send_results.UNKNOWN)
    await line.dispatch()
    assert line.wire.sent == []
    await line.deliver_status("wamid.late", "delivered", biz_opaque_callback_data=str(entry.id))
    assert (await line.message(entry.id)).status == "delivered"


async def test_a_status_that_comes_before_the_answer_counts(line):
    async def early_status(request, inner):
        answer = await inner.handle_async_request(request)
        wamid = json.loads(await answer.aread())["messages"][0]["id"]
        # Without our id it finds no message and has to wait for it.
        await line.deliver_status(wamid, "delivered")
        return answer

    line.wire.trick = early_status
    entry = await line.do(send_text, line.order(), body="quick")
    await line.dispatch()
    row = await line.message(entry.id)
    assert row.status in ("delivered", "read")
    assert row.delivered_at


async def test_a_request_that_never_left_is_tried_again(line):
    async def unreachable_once(request, inner):
        if len(line.wire.sent) == 1:
            raise httpx.ConnectError("refused", request=request)

    line.wire.trick = unreachable_once
    entry = await line.do(send_text, line.order(), body="persistent")
    await line.dispatch()
    row = await line.message(entry.id)
    assert (row.status, row.attempts, len(line.wire.sent)) == ("accepted", 2, 2)


async def test_haste_is_never_a_failure(line):
    async def too_fast(request, inner):
        if len(line.wire.sent) <= 3:
            return graph_error(130429, 429)
        return None

    line.wire.trick = too_fast
    threads = [await line.write(f"1650555{n:04}") for n in range(700, 706)]
    for thread in threads:
        await line.do(send_text, line.order(conversation_id=thread), body="many")
    for _ in range(40):
        await line.dispatch()
        if all(row.status == "accepted" for row in await line.outgoing()):
            break
        await asyncio.sleep(0.2)
    rows = await line.outgoing()
    assert {row.status for row in rows} <= {"accepted", "sent", "delivered", "read"}
    assert all(row.attempts == 1 for row in rows)


@pytest.mark.parametrize(
    ("code", "can_resend"), [(131026, True), (131051, False)], ids=["unreachable", "unsupported"]
)
async def test_a_refusal_is_said_in_plain_words(line, code, can_resend):
    async def refuse(request, inner):
        return graph_error(code)

    line.wire.trick = refuse
    entry = await line.do(send_text, line.order(), body="no luck")
    await line.dispatch()
    view = await line.do(read_thread, conversation_id=line.thread_id)
    shown = next(e for e in view.entries if e.id == entry.id)
    assert (shown.status, shown.error_code, shown.can_resend) == ("failed", code, can_resend)
    assert shown.error_text
    assert shown.content["failure"]["details"] == "as told"
    if not can_resend:
        with pytest.raises(Invalid):
            await line.do(resend, message_id=entry.id)
        return
    line.wire.trick = None
    first, second = await asyncio.gather(
        line.do(resend, message_id=entry.id), line.do(resend, message_id=entry.id)
    )
    assert first.id == second.id
    await line.dispatch()
    assert len(line.wire.sent) == 2


async def test_retries_end_where_the_table_says(line, monkeypatch):
    from xobito_app.whatsapp.error_table import Advice

    monkeypatch.setattr(Advice, "pause", lambda self, attempt: 0.01)

    async def broken(request, inner):
        return graph_error(131000, 500)

    line.wire.trick = broken
    entry = await line.do(send_text, line.order(), body="try")
    await line.dispatch()
    row = await line.message(entry.id)
    assert (row.status, row.attempts, len(line.wire.sent)) == ("failed", 3, 3)


async def test_a_stopped_account_sends_nothing_more_until_somebody_acts(line):
    async def dead_token(request, inner):
        return graph_error(190, 401)

    line.wire.trick = dead_token
    for n in range(3):
        await line.do(send_text, line.order(), body=f"{n}")
    await line.dispatch()
    rows = await line.outgoing()
    assert [row.status for row in rows] == ["failed"] * 3
    assert len(line.wire.sent) == 1
    async with unit_of_work(line.workspace_id) as uow:
        connection = await uow.session.get(Connection, line.world.connection_id)
    assert "access token" in connection.reason
    line.wire.trick = None
    await line.do(resend, message_id=rows[0].id)
    await line.dispatch()
    async with unit_of_work(line.workspace_id) as uow:
        connection = await uow.session.get(Connection, line.world.connection_id)
    assert connection.reason == ""


async def test_a_refused_reaction_is_taken_back(line):
    async def refuse(request, inner):
        return graph_error(131009)

    line.wire.trick = refuse
    view = await line.do(read_thread, conversation_id=line.thread_id)
    theirs = view.entries[-1]
    await line.do(react, conversation_id=line.thread_id, message_id=theirs.id, emoji="🙈", key="r2")
    await line.dispatch()
    view = await line.do(read_thread, conversation_id=line.thread_id)
    assert view.entries[0].our_reaction == ""
    assert "reaction was not sent" in view.entries[-1].body


async def test_what_an_ending_worker_leaves_is_marked_sending(line):
    async def hang(request, inner):
        await asyncio.sleep(60)

    line.wire.trick = hang
    entry = await line.do(send_text, line.order(), body="cut off")
    running = asyncio.create_task(line.dispatch())
    await line.wire.until_sent()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    row: Message = await line.message(entry.id)
    assert row.status == MessageStatus.SENDING
