"""Drafts and versions: operations in order, nothing lost, nothing published that cannot run."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any
from uuid import UUID

import pytest

from tests.features.flows.test_engine import node
from tests.fixtures import World, make_member, make_world
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.flows import service as flows
from xobito_app.persistence.unit_of_work import unit_of_work

HELLO = {
    "start": "a",
    "triggers": [{"match": "any"}],
    "nodes": [node("a", "text", text="Hello")],
    "edges": [],
}


@pytest.fixture
async def world(_migrated) -> World:
    return await make_world()


async def do(world: World, service: Any, *, actor: Any = None, **given: Any) -> Any:
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, actor or world.owner, **given)


async def make(world: World, graph: Any = HELLO, name: str = "Orders") -> UUID:
    return (await do(world, flows.create_flow, name=name, graph=graph)).id


def put(kind: str, value: Any) -> dict[str, Any]:
    return {"op": "put", "kind": kind, "value": value}


async def change(world: World, flow_id: UUID, change_id: str, *operations: Any) -> Any:
    return await do(
        world, flows.change_flow, flow_id=flow_id, change_id=change_id, changes=list(operations)
    )


async def test_operations_are_taken_in_order_and_each_once(world: World):
    flow_id = await make(world)
    first = await change(world, flow_id, "c1", put("node", node("b", "end")))
    second = await change(
        world, flow_id, "c2", put("edge", {"id": "e", "from": "a", "port": "next", "to": "b"})
    )
    assert (first.rev, second.rev) == (1, 2)
    again = await change(world, flow_id, "c1", {"op": "del", "kind": "node", "id": "a"})
    assert again == first
    flow = await do(world, flows.get_flow, flow_id=flow_id)
    assert [one["id"] for one in flow.graph["nodes"]] == ["a", "b"]
    assert [one.id for one in flow.feed] == ["c1", "c2"]
    assert flow.rev == 2


async def test_an_edge_takes_its_port_and_everybody_hears_of_it(world: World):
    flow_id = await make(world)
    for mark in ("e1", "e2"):
        taken = await change(
            world, flow_id, mark, put("edge", {"id": mark, "from": "a", "port": "next", "to": "a"})
        )
    assert {"op": "del", "kind": "edge", "id": "e1"} in taken.operations
    flow = await do(world, flows.get_flow, flow_id=flow_id)
    assert [edge["id"] for edge in flow.graph["edges"]] == ["e2"]


@pytest.mark.parametrize(
    "operations",
    [
        "no list",
        [{"op": "put", "kind": "node"}],
        [{"op": "drop", "kind": "node", "id": "a"}],
        [put("node", node("b", "nothing"))],
        [put("node", {"kind": "end"})],
        [put("node", node("b", "text", text=5))],
        [{"op": "set", "kind": "flow", "value": {"nodes": []}}],
        [{"op": "set", "kind": "flow", "value": {"triggers": "x"}}],
        [{"op": "del", "kind": "node", "id": "a"}] * 1001,
    ],
)
async def test_what_cannot_be_read_changes_nothing(world: World, operations: Any):
    flow_id = await make(world)
    with pytest.raises(Invalid):
        await do(world, flows.change_flow, flow_id=flow_id, change_id="c", changes=operations)
    flow = await do(world, flows.get_flow, flow_id=flow_id)
    assert flow.rev == 0
    assert [one["id"] for one in flow.graph["nodes"]] == ["a"]


async def test_a_whole_document_cannot_empty_a_flow(world: World):
    flow_id = await make(world)
    with pytest.raises(Invalid, match="delete every node"):
        await do(world, flows.replace_graph, flow_id=flow_id, graph={"nodes": []})
    flow = await do(world, flows.replace_graph, flow_id=flow_id, graph={**HELLO, "edges": []})
    assert flow.rev == 0


async def test_edits_of_many_at_once_end_in_one_document_all_can_follow(world: World):
    """Sixty random changes of each of two people, applied as they come from the feed."""
    flow_id = await make(world, {"nodes": []})

    async def edit(who: str) -> None:
        chance = random.Random(who)
        for number in range(30):
            mark = chance.choice("abcdef")
            operation = chance.choice(
                [
                    put("node", node(mark, "text", text=f"{who}{number}")),
                    put("edge", {"id": f"{who}{mark}", "from": mark, "port": "next", "to": "a"}),
                    {"op": "del", "kind": "node", "id": mark},
                    {"op": "del", "kind": "edge", "id": f"{who}{mark}"},
                ]
            )
            await change(world, flow_id, f"{who}{number}", operation)

    await asyncio.gather(edit("x"), edit("y"))
    flow = await do(world, flows.get_flow, flow_id=flow_id)
    changes = await do(world, flows.list_changes, flow_id=flow_id, limit=100)
    followed: dict[str, dict[str, Any]] = {"node": {}, "edge": {}}
    for one in changes:
        for operation in one.operations:
            parts = followed[operation["kind"]]
            if operation["op"] == "put":
                parts[operation["value"]["id"]] = operation["value"]
            else:
                parts.pop(operation["id"], None)
    told = {kind: {part["id"] for part in flow.graph[f"{kind}s"]} for kind in followed}
    assert told == {kind: set(parts) for kind, parts in followed.items()}
    texts = {one["id"]: one["data"].get("text") for one in flow.graph["nodes"]}
    assert texts == {key: one["data"].get("text") for key, one in followed["node"].items()}
    assert flow.rev == 60


async def test_publishing_makes_a_version_that_never_changes(world: World):
    flow_id = await make(world)
    published = await do(world, flows.publish_flow, flow_id=flow_id)
    assert (published.version, published.has_changes) == (1, False)
    await change(world, flow_id, "c1", put("node", node("a", "text", text="Hi", title="Greeting")))
    draft = await do(world, flows.get_flow, flow_id=flow_id)
    assert (draft.version, draft.has_changes) == (1, True)
    pending, authors = await do(world, flows.list_pending, flow_id=flow_id)
    assert [one.sentence for one in pending] == ["Changed Text “Greeting”"]
    assert authors == ["Olga Owner"]
    await do(world, flows.publish_flow, flow_id=flow_id)
    back = await do(world, flows.roll_back_flow, flow_id=flow_id, number=1)
    assert back.version == 3
    assert back.graph["nodes"][0]["data"] == {"text": "Hello"}
    versions = await do(world, flows.list_versions, flow_id=flow_id)
    assert [(one.number, one.is_live) for one in versions] == [(3, True), (2, False), (1, False)]
    assert versions[0].changes == ("Back to version 1",)


async def test_a_flow_that_cannot_run_is_not_published(world: World):
    flow_id = await make(world, {**HELLO, "nodes": [node("a", "text", text="{nobody}")]})
    with pytest.raises(flows.Unpublishable, match="Nothing sets “nobody”") as caught:
        await do(world, flows.publish_flow, flow_id=flow_id)
    assert caught.value.problems[0].node == "a"
    assert (await do(world, flows.get_flow, flow_id=flow_id)).version == 0


async def test_a_recorded_talk_that_fails_keeps_a_flow_from_going_out(world: World):
    flow_id = await make(world)
    kept = await do(
        world,
        flows.save_talk,
        flow_id=flow_id,
        name="Greets",
        talk={"turns": [{"in": {"text": "hi"}}]},
    )
    assert kept.talk["turns"][0]["out"][0]["send"]["text"]["body"] == "Hello"
    await do(world, flows.publish_flow, flow_id=flow_id)
    await change(world, flow_id, "c1", put("node", node("a", "text", text="Go away")))
    with pytest.raises(Invalid, match="“Greets” fails"):
        await do(world, flows.publish_flow, flow_id=flow_id)
    ((_, difference),) = await do(world, flows.run_talks, flow_id=flow_id)
    assert "Go away" in difference
    await do(world, flows.delete_talk, talk_id=kept.id)
    assert (await do(world, flows.publish_flow, flow_id=flow_id)).version == 2


async def test_trying_a_draft_tells_what_it_says_and_why(world: World):
    flow_id = await make(world)
    played = await do(
        world, flows.try_flow, flow_id=flow_id, talk={"turns": [{"in": {"text": "hi"}}]}
    )
    assert played.status == "ended"
    assert played.steps[0]["node"] == "a"
    with pytest.raises(Invalid):
        await do(world, flows.try_flow, flow_id=flow_id, talk={"turns": "x"})


async def test_names_are_told_apart(world: World):
    await make(world, name="Orders")
    with pytest.raises(Invalid, match="already"):
        await make(world, name="orders ")
    other = await make(world, name="Hours")
    with pytest.raises(Invalid, match="already"):
        await do(world, flows.rename_flow, flow_id=other, name="Orders")
    await do(world, flows.rename_flow, flow_id=other, name="HOURS")
    page = await do(world, flows.list_flows, search="hou")
    assert [row.name for row in page.rows] == ["HOURS"]


async def test_the_list_goes_on_where_it_ended(world: World):
    for number in range(5):
        await make(world, name=f"Flow {number}")
    first = await do(world, flows.list_flows, limit=3)
    rest = await do(world, flows.list_flows, limit=3, cursor=first.cursor)
    assert [row.name for row in (*first.rows, *rest.rows)] == [f"Flow {n}" for n in (4, 3, 2, 1, 0)]
    assert rest.cursor == ""


async def test_flows_belong_to_a_workspace_and_ask_for_rights(world: World):
    flow_id = await make(world)
    other = await make_world()
    with pytest.raises(NotFound):
        await do(other, flows.get_flow, flow_id=flow_id)
    viewer = await make_member(world, "Viewer")
    for service, given in (
        (flows.create_flow, {"name": "x"}),
        (flows.change_flow, {"flow_id": flow_id, "change_id": "c", "changes": []}),
        (flows.replace_graph, {"flow_id": flow_id, "graph": HELLO}),
        (flows.delete_flow, {"flow_id": flow_id}),
        (flows.publish_flow, {"flow_id": flow_id}),
        (flows.unpublish_flow, {"flow_id": flow_id}),
        (flows.rename_flow, {"flow_id": flow_id, "name": "y"}),
    ):
        with pytest.raises(Forbidden):
            await do(world, service, actor=viewer, **given)
    assert json.dumps((await do(world, flows.get_flow, flow_id=flow_id)).graph)
