"""Turns of a four-turn flow: in memory, and with talk, effects and messages stored.

Sixteen chats talk at once, each a turn after the other. The floor is sixteen writers at once in the
same run, each with one read and one write of what a turn stores, a transaction each.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tests.fixtures import World, make_world
from xobito_app.core import clock, ids
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.inputs import Begin, Input, Message
from xobito_app.features.flows.engine.scene import Library, Scene
from xobito_app.features.flows.engine.session import Session
from xobito_app.features.flows.engine.walker import resume
from xobito_app.features.flows.running import hearing, talking
from xobito_app.features.flows.running.run import run as run_flows
from xobito_app.models.contacts import Contact
from xobito_app.models.flows import Flow, FlowInput, FlowVersion
from xobito_app.models.inbox import Conversation, Direction, Message as Row
from xobito_app.persistence.engine import get_engine
from xobito_app.persistence.unit_of_work import unit_of_work

AT_ONCE = 16
TARGET_IN_MEMORY = 20_000
TARGET_STORED = 560
TARGET_RATIO = 0.6
SAID = ("menu", "Order", "Large", "Ana")
GRAPH: dict[str, Any] = {
    "start": "a",
    "triggers": [{"match": "exact", "keywords": ["menu"]}],
    "nodes": [
        {
            "id": "a",
            "kind": "buttons",
            "data": {
                "text": "What would you like?",
                "buttons": [{"id": "b1", "title": "Order"}, {"id": "b2", "title": "Hours"}],
            },
        },
        {"id": "b", "kind": "ask", "data": {"text": "Which size?", "save_as": "size"}},
        {"id": "c", "kind": "ask", "data": {"text": "Your name?", "save_as": "name"}},
        {"id": "d", "kind": "text", "data": {"text": "{size} for {name}, it is on its way."}},
    ],
    "edges": [
        {"id": "e1", "from": "a", "port": "b1", "to": "b"},
        {"id": "e2", "from": "b", "port": "next", "to": "c"},
        {"id": "e3", "from": "c", "port": "next", "to": "d"},
    ],
}
ENTER = text("SELECT set_config('xobito.workspace_id', :id, true)")
READ = text("SELECT content FROM flow_input WHERE id = :id")
WRITE = text(
    "INSERT INTO flow_input (id, workspace_id, conversation_id, contact_id, kind, key, content,"
    " rank, at, state, attempts, error) VALUES (:id, :workspace, :thread, :contact, 'floor', :key,"
    " CAST(:content AS jsonb), 9, now(), 'failed', 0, '')"
)


async def run(*, talks: int = 40, rounds: int = 2) -> dict[str, Any]:
    """Return turns a second in memory and stored, and the bare floor's."""
    in_memory = max(_in_memory() for _ in range(rounds))
    stored, floor = [], []
    for _ in range(rounds):
        world = await make_world()
        await _fill(world, talks)
        floor.append(await _bare(world, talks * len(SAID)))
        stored.append(await _stored(world, talks))
    ratio = round(max(stored) / max(floor), 2)
    return {
        "at_once": AT_ONCE,
        "turns": AT_ONCE * talks * len(SAID),
        "in_memory_per_second": round(in_memory),
        "target_in_memory": TARGET_IN_MEMORY,
        "stored_per_second": round(max(stored)),
        "target_stored": TARGET_STORED,
        "floor_per_second": round(max(floor)),
        "ratio": ratio,
        "target_ratio": TARGET_RATIO,
        "ok": in_memory >= TARGET_IN_MEMORY
        and max(stored) >= TARGET_STORED
        and ratio >= TARGET_RATIO,
    }


def _in_memory(talks: int = 5_000) -> float:
    graph = Graph.read(GRAPH)
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    scene = Scene(now=now, zone=ZoneInfo("UTC"), library=Library({"v": graph}))
    inputs: list[Input] = [Begin("m", now, SAID[0])]
    inputs += [
        Message("m", now + timedelta(seconds=5 * number), text=said)
        for number, said in enumerate(SAID[1:], start=1)
    ]
    begin = time.perf_counter()
    for number in range(talks):
        session = Session(f"s{number}", "v", number)
        for given in inputs:
            session = resume(session, given, scene).session
    return talks * len(SAID) / (time.perf_counter() - begin)


async def _stored(world: World, talks: int) -> float:
    turns = AT_ONCE * talks * len(SAID)
    # Talks of one contact within the hour: the limits that stop runaway bots are not what is timed.
    with (
        mock.patch.object(talking, "MOST_A_DAY", talks + 1),
        mock.patch.object(talking, "MOST_ANSWERS", 10**6),
    ):
        begin = time.perf_counter()
        heard = await run_flows(world.workspace_id)
        seconds = time.perf_counter() - begin
    if heard != turns:
        raise RuntimeError(f"{heard} of {turns} turns were heard.")
    async with unit_of_work(world.workspace_id) as uow:
        rows = await uow.session.execute(text("SELECT count(*) FROM message WHERE origin = 'bot'"))
        if rows.scalar_one() != turns:
            raise RuntimeError("Not every turn was answered.")
    return turns / seconds


async def _bare(world: World, turns_each: int) -> float:
    """Read one row and write one of a turn's size, so often in each of sixteen tasks."""
    document = json.dumps({"state": "x" * 900, "message": "x" * 700, "step": "x" * 300})
    engine = get_engine()

    async def writer(thread_id: UUID, contact_id: UUID) -> None:
        row_id = ids.new()
        for _ in range(turns_each):
            async with engine.begin() as connection:
                await connection.execute(ENTER, {"id": str(world.workspace_id)})
                await connection.execute(READ, {"id": row_id})
                row_id = ids.new()
                await connection.execute(
                    WRITE,
                    {
                        "id": row_id,
                        "workspace": world.workspace_id,
                        "thread": thread_id,
                        "contact": contact_id,
                        "key": f"floor:{row_id}",
                        "content": document,
                    },
                )

    async with unit_of_work(world.workspace_id) as uow:
        rows = (await uow.session.execute(text("SELECT id, contact_id FROM conversation"))).all()
    begin = time.perf_counter()
    await asyncio.gather(*(writer(row.id, row.contact_id) for row in rows))
    seconds = time.perf_counter() - begin
    async with unit_of_work(world.workspace_id) as uow:
        await uow.session.execute(text("DELETE FROM flow_input WHERE key LIKE 'floor:%'"))
    return AT_ONCE * turns_each / seconds


async def _fill(world: World, talks: int) -> None:
    """Let sixteen customers have written all they will, five seconds apart."""
    now = clock.business_now()
    async with unit_of_work(world.workspace_id) as uow:
        session = uow.session
        flow = Flow(
            workspace_id=world.workspace_id,
            name="Bench",
            graph=GRAPH,
            triggers=[{"audience": "any", **trigger} for trigger in GRAPH["triggers"]],
        )
        session.add(flow)
        await session.flush()
        version = FlowVersion(
            workspace_id=world.workspace_id, flow_id=flow.id, number=1, graph=GRAPH
        )
        session.add(version)
        await session.flush()
        flow.published_id = version.id
        session.add(flow)
        for number in range(AT_ONCE):
            contact = Contact(
                workspace_id=world.workspace_id,
                phone=f"+1650555{number:04}",
                first_name="Ana",
            )
            session.add(contact)
            await session.flush()
            thread = Conversation(
                workspace_id=world.workspace_id,
                number_id=world.number_id,
                contact_id=contact.id,
                last_msg_time=now,
            )
            session.add(thread)
            await session.flush()
            _say_all(session, world, thread.id, contact.id, talks, now)


def _say_all(
    session: Any, world: World, thread_id: UUID, contact_id: UUID, talks: int, now: datetime
) -> None:
    for turn in range(talks * len(SAID)):
        row = Row(
            id=ids.new(),
            workspace_id=world.workspace_id,
            conversation_id=thread_id,
            number_id=world.number_id,
            contact_id=contact_id,
            direction=Direction.IN,
            body=SAID[turn % len(SAID)],
            at=now - timedelta(hours=1) + timedelta(seconds=5 * turn),
        )
        session.add(row)
        session.add(
            FlowInput(
                workspace_id=world.workspace_id,
                conversation_id=thread_id,
                contact_id=contact_id,
                kind=hearing.MESSAGE,
                key=f"message:{row.id}",
                content={"message_id": str(row.id)},
                at=row.at,
            )
        )
