"""Flows in chats: who answers, what is stored, what people see."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.features.flows.live import Live, publish
from tests.features.flows.test_engine import node
from tests.lines import graph_error
from xobito_app.core import clock
from xobito_app.features.flows.engine.nodes.buttons import Buttons
from xobito_app.features.flows.retention import drop_old
from xobito_app.features.flows.running import handing, talking
from xobito_app.features.flows.running.carrying import Carrier
from xobito_app.features.flows.running.run import run
from xobito_app.features.inbox.composing.compose import send_text

HELLO = {"start": "a", "nodes": [node("a", "text", text="Hello")], "edges": []}

MENU = {
    "start": "a",
    "triggers": [{"match": "contains", "keywords": ["menu"]}],
    "nodes": [
        node("a", "buttons", text="What?", buttons=[{"id": "b1", "title": "Order"}], save_as="x"),
        node("b", "ask", text="Which size?", save_as="size"),
        node("c", "text", text="{size} it is, {contact.first_name|friend}."),
    ],
    "edges": [
        {"id": "e1", "from": "a", "port": "b1", "to": "b"},
        {"id": "e2", "from": "b", "port": "next", "to": "c"},
    ],
}


async def test_a_customer_is_answered_and_the_talk_is_written_down(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="The MENU, please")
    await live.settle()
    (question,) = await live.answers()
    assert question.kind == "interactive"
    assert question.status == "accepted"
    (talk,) = await live.sessions()
    assert talk.status == "active"
    assert talk.node == "a"
    assert live.line.wire.sent[-1]["interactive"]["body"]["text"] == "What?"
    assert await live.inputs() == []


async def test_what_no_trigger_waits_for_is_left_to_people(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="Good morning")
    await live.settle()
    assert await live.answers() == []
    assert await live.sessions() == []


async def test_a_talk_goes_to_its_end_and_nothing_waits(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="menu")
    await live.settle()
    button = live.line.wire.sent[-1]["interactive"]["action"]["buttons"][0]["reply"]
    await live.line.write(
        type="interactive", reply_type="button_reply", id=button["id"], title="Order"
    )
    await live.settle()
    await later(live)
    await live.line.write(type="text", body="Large")
    await live.settle()
    assert live.line.wire.bodies()[-1].startswith("Large it is, ")
    (talk,) = await live.sessions()
    assert (talk.status, talk.state["variables"]) == ("ended", {"x": "Order", "size": "Large"})
    steps = [f"{step.node}:{step.port}" for step in await live.steps()]
    assert steps == ["a:", "a:b1", "b:", "b:next", "c:next"]
    assert await live.inputs() == []


async def later(live: Live, seconds: float = 5) -> None:
    """Let a little time pass, so that a message is an answer to what was asked."""
    world = live.line.simulator.state.world
    world.offset += seconds


async def test_bots_are_silent_while_a_person_has_the_chat(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="menu")
    await live.settle()
    await live.line.do(send_text, live.line.order(), body="I am here myself")
    await live.settle()
    (talk,) = await live.sessions()
    assert talk.status == "handed_over"
    await later(live)
    await live.line.write(type="text", body="menu")
    await live.settle()
    assert len(await live.answers()) == 1
    await live.line.do(handing.give_back, conversation_id=live.line.thread_id)
    await live.settle()
    assert [row.body for row in await live.answers()] == ["What?", "What?"]
    assert (await live.sessions())[0].status == "active"


async def test_a_stop_word_ends_the_talk_and_keeps_bots_silent(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="menu")
    await live.settle()
    await live.line.write(type="text", body=" Stop! ")
    await live.settle()
    (talk,) = await live.sessions()
    assert talk.status == "stopped"
    await live.line.write(type="text", body="menu")
    await live.settle()
    assert len(await live.sessions()) == 1
    thread = await live.line.thread()
    await live.line.change(thread, bots_paused_until=clock.now() - timedelta(seconds=1))
    await live.line.write(type="text", body="menu")
    await live.settle()
    assert [one.status for one in await live.sessions()] == ["stopped", "active"]


async def test_a_button_of_a_talk_that_is_over_is_answered_in_one_sentence(live: Live):
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="menu")
    await live.settle()
    button = live.line.wire.sent[-1]["interactive"]["action"]["buttons"][0]["reply"]
    await live.line.do(handing.stop_talk, conversation_id=live.line.thread_id)
    await live.settle()
    await live.line.write(
        type="interactive", reply_type="button_reply", id=button["id"], title="Order"
    )
    await live.settle()
    assert live.line.wire.bodies()[-1] == "This choice is no longer open."


async def test_a_flow_that_breaks_stops_no_other_chat(live: Live, monkeypatch):
    await publish(live.workspace_id, MENU)

    def broken(self, turn):
        if turn.scene.contact["phone"].endswith("0199"):
            raise RuntimeError("unforeseen")
        return whole(self, turn)

    whole = Buttons.enter
    monkeypatch.setattr(Buttons, "enter", broken)
    for phone in ("16505550199", "16505550188"):
        await live.line.write(phone, type="text", body="menu")
    for _ in range(3):
        await run(live.workspace_id)
        await hurry(live)
    await live.settle()
    assert [row.body for row in await live.answers()] == ["What?"]
    (left,) = await live.inputs()
    assert left.state == "failed"
    assert left.attempts == 3


async def hurry(live: Live) -> None:
    """Let what is to be tried again be due now."""
    for row in await live.inputs():
        await live.line.change(row, next_try_at=None)


async def test_a_message_that_is_refused_hands_the_chat_to_people(live: Live):
    await publish(live.workspace_id, MENU)

    async def refuse(request, inner):
        return graph_error(131026) if request.url.path.endswith("/messages") else None

    live.line.wire.trick = refuse
    await live.line.write(type="text", body="menu")
    await live.settle()
    (talk,) = await live.sessions()
    assert talk.status == "failed"
    assert "could not be delivered" in talk.ended_because
    assert (await live.line.thread()).bots_paused_until is not None


async def test_a_contact_begins_so_many_talks_a_day(live: Live, monkeypatch):
    monkeypatch.setattr(talking, "MOST_A_DAY", 2)
    await publish(live.workspace_id, {**HELLO, "triggers": [{"match": "any"}]})
    for _ in range(4):
        await live.line.write(type="text", body="hi")
        await live.settle()
    assert len(await live.sessions()) == 2


async def test_two_bots_that_answer_each_other_are_stopped(live: Live, monkeypatch):
    monkeypatch.setattr(talking, "MOST_ANSWERS", 3)
    await publish(live.workspace_id, {**HELLO, "triggers": [{"match": "any"}]})
    for _ in range(6):
        await live.line.write(type="text", body="hi")
        await live.settle()
    assert len(await live.answers()) == 3


async def test_each_process_that_dies_leaves_all_of_a_turn_or_nothing(live: Live, monkeypatch):
    """Killed after each statement that writes, and begun anew: one answer, one talk."""
    await publish(live.workspace_id, MENU)
    await live.line.write(type="text", body="menu")
    for name in ("queue", "carry_out"):
        kept = getattr(Carrier, name)

        async def dies(self, *args, _kept=kept):
            await _kept(self, *args)
            raise asyncio.CancelledError

        monkeypatch.setattr(Carrier, name, dies)
        with pytest.raises(asyncio.CancelledError):
            await run(live.workspace_id)
        monkeypatch.setattr(Carrier, name, kept)
        assert await live.answers() == []
        assert await live.sessions() == []
    await live.settle()
    await live.settle()
    assert len(await live.answers()) == 1
    assert len(live.line.wire.sent) == 1


async def test_talks_that_ended_long_ago_go_with_their_steps(live: Live):
    await publish(live.workspace_id, {**HELLO, "triggers": [{"match": "any"}]})
    for _ in range(2):
        await live.line.write(type="text", body="hi")
        await live.settle()
    old, new = await live.sessions()
    await live.line.change(old, ended_at=clock.now() - timedelta(days=91))
    await live.line.change(new, ended_at=clock.now() - timedelta(days=89))
    await drop_old(live.workspace_id)
    assert [one.id for one in await live.sessions()] == [new.id]
    assert {step.session_id for step in await live.steps()} == {new.id}
