"""Flows in chats: who answers, what is stored, what people see."""

from __future__ import annotations

from tests.features.flows.live import Live, publish
from tests.features.flows.test_engine import node

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
