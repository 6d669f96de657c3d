"""The walker with graphs and talks nobody drew on purpose, and at its limits."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from xobito_app.core import patterns
from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.formats import upgrade
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.inputs import (
    Begin,
    Choice,
    Message,
    Result,
    Returned,
    Stop,
    Timer,
)
from xobito_app.features.flows.engine.kinds import kinds
from xobito_app.features.flows.engine.node import Known
from xobito_app.features.flows.engine.problems import problems_of
from xobito_app.features.flows.engine.scene import Library, Scene
from xobito_app.features.flows.engine.session import Session, SessionStatus, WaitKind
from xobito_app.features.flows.engine.walker import MOST_STEPS, resume

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def scene_of(graph: Graph, **told: Any) -> Scene:
    return Scene(now=NOW, zone=ZoneInfo("UTC"), library=Library({"v": graph}), **told)


def begin(graph: Graph, **told: Any):
    return resume(Session("s", "v", 1), Begin("m", NOW, "hi"), scene_of(graph, **told))


def graph_of(*nodes: dict[str, Any], ways: list[tuple[str, str, str]]) -> Graph:
    return Graph.read(
        {
            "start": nodes[0]["id"],
            "nodes": list(nodes),
            "edges": [
                {"id": f"e{number}", "from": start, "port": port, "to": end}
                for number, (start, port, end) in enumerate(ways)
            ],
        }
    )


def node(node_id: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "data": fields}


# Any graph, any input

WORDS = st.sampled_from(["hi", "order", "12", "", "a" * 5000, "{x}", "2026-12-31", "{{1}}", "()"])
ROWS = [{"id": "a", "title": "order"}, {"id": "b", "title": "{x}"}]
FIELDS: dict[str, dict[str, Any]] = {
    "text": {"text": "Hello {x|there}"},
    "media": {"media_url": "https://shop.example/{x}"},
    "buttons": {"text": "Which?", "buttons": ROWS, "save_as": "x", "timeout": "1h"},
    "list": {"text": "Which?", "button": "See", "sections": [{"rows": ROWS}], "save_as": "y"},
    "link_button": {"text": "See", "label": "Open", "url": "https://shop.example"},
    "location": {"latitude": 1, "longitude": 2},
    "contact_card": {"name": "{x}", "phone": "+4915112345678"},
    "template": {"template_name": "gone", "template_language": "en"},
    "ask": {"text": "What?", "save_as": "x", "type": "number"},
    "condition": {"rules": [{"id": "a", "all": [{"left": "x", "op": "greater", "right": "{y}"}]}]},
    "split": {"arms": [{"id": "a"}, {"id": "b", "weight": 3}]},
    "delay": {"duration": "30m"},
    "set": {"assignments": [{"name": "x", "value": "{x}{y}x"}]},
    "update_contact": {"fields": {"city": "{x}"}},
    "http": {"url": "https://shop.example/{x}", "map": [{"path": "a.0", "save_as": "y"}]},
    "ai": {"prompt": "{x}", "save_as": "y"},
    "assign": {"to": "rota"},
    "ticket": {"subject": "{x}", "body": "b"},
    "goto": {"flow_id": "f"},
    "end": {},
    "start": {},
}


def test_every_kind_is_among_the_random_ones():
    assert set(FIELDS) == set(kinds())


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    nodes = []
    ways = []
    for name in names:
        kind = draw(st.sampled_from(sorted(FIELDS)))
        fields = FIELDS[kind] if draw(st.integers(0, 9)) else {}
        nodes.append(node(name, kind, **fields))
        ports = kinds()[kind].model_validate(fields).ports
        ways += [
            (name, port, draw(st.sampled_from(names))) for port in ports if draw(st.booleans())
        ]
    return graph_of(*nodes, ways=ways)


@st.composite
def inputs(draw: st.DrawFn, session: Session, effects: list[str]) -> Any:
    wait = session.wait
    token = (
        wait.token if wait and draw(st.booleans()) else draw(st.sampled_from(["1-1", "2-1", "x"]))
    )
    key = draw(st.sampled_from([*effects, "s:9:9"]))
    return draw(
        st.one_of(
            st.builds(Message, st.just("m"), st.just(NOW + timedelta(seconds=9)), text=WORDS),
            st.just(Choice("m", NOW, token, draw(st.sampled_from(["a", "b", "other", "z"])))),
            st.just(Timer(token)),
            st.just(Returned(token)),
            st.builds(Result, st.just(key), st.booleans(), st.just("why"), st.just({"body": [1]})),
            st.just(Begin("m", NOW, "hi")),
            st.just(Stop("enough")),
        )
    )


def reachable(graph: Graph) -> set[str]:
    reached: set[str] = set()
    ahead = [graph.start]
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            ahead += graph.ways.get(here, {}).values()
    return reached


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_graph_and_any_inputs_end_wait_or_stop_at_the_limit(data: st.DataObject):
    graph = data.draw(graphs())
    problems_of(graph, Known())
    scene = scene_of(graph, is_window_open=data.draw(st.booleans()))
    session, keys = Session("s", "v", data.draw(st.integers(0, 9))), ["s:1:1"]
    given_one: Any = Begin("m", NOW, "hi")
    for _ in range(6):
        turned = resume(session, given_one, scene)
        again = resume(Session.of(session.to_json()), given_one, scene)
        assert turned == again, "the same seed gives the same steps"
        assert Session.of(turned.session.to_json()) == turned.session
        assert len(turned.steps) <= MOST_STEPS + 2
        assert {effect.node for effect in turned.effects} <= reachable(graph) | {""}
        assert len({effect.key for effect in turned.effects}) == len(turned.effects)
        assert not set(keys[1:]) & {effect.key for effect in turned.effects}
        state = turned.session
        assert (state.wait is not None) == state.status.is_live or given_one == Stop("enough")
        keys += [effect.key for effect in turned.effects]
        session = state
        given_one = data.draw(inputs(session, keys))


# Limits


def test_a_loop_that_waits_for_nobody_stops_and_hands_the_chat_to_people():
    graph = graph_of(
        node("a", "set", assignments=[{"name": "x", "value": "1"}]), ways=[("a", "next", "a")]
    )
    turned = begin(graph)
    assert turned.session.status is SessionStatus.FAILED
    assert "100 steps" in turned.session.ended_because
    assert [effect.kind for effect in turned.effects] == [EffectKind.HANDOVER]
    codes = {problem.code for problem in problems_of(graph, Known()) if problem.is_fatal}
    assert "endless_loop" in codes


def test_doubling_a_variable_in_a_loop_stays_small():
    doubling = graph_of(
        node("a", "set", assignments=[{"name": "a", "value": "{a}{a}x"}] * 50),
        ways=[("a", "next", "a")],
    )
    tracemalloc.start()
    turned = begin(doubling)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * 1024 * 1024
    assert len(turned.session.variables["a"]) == 4096


def test_a_pattern_that_keeps_others_busy_is_answered_at_once():
    assert patterns.occurs("(a+)+$", "a" * 27)
    # An engine that goes back and tries again would be at this for longer than the sun shines.
    assert not patterns.occurs("(a+)+$", "a" * 20_000 + "b")


@pytest.mark.parametrize("pattern", ["", "(", "(?=a)", "a" * 501, "((a{100}){100}){100}"])
def test_a_pattern_that_cannot_be_matched_is_refused_in_words(pattern: str):
    with pytest.raises(Invalid, match="pattern"):
        patterns.check(pattern)


def test_a_talk_of_too_many_turns_ends():
    graph = graph_of(node("a", "ask", text="?", save_as="x"), ways=[("a", "next", "a")])
    session = begin(graph).session
    session.turn = 1000
    turned = resume(session, Message("m", NOW + timedelta(minutes=1), text="x"), scene_of(graph))
    assert turned.session.status is SessionStatus.FAILED
    assert "1,000 turns" in turned.session.ended_because


def test_flows_that_call_one_another_for_ever_stop():
    graph = graph_of(node("a", "goto", flow_id="f"), ways=[])
    scene = Scene(now=NOW, zone=ZoneInfo("UTC"), library=Library({"v": graph}, {"f": "v"}))
    turned = resume(Session("s", "v", 1), Begin("m", NOW, "hi"), scene)
    assert turned.session.status is SessionStatus.FAILED


def test_a_version_that_is_gone_hands_the_chat_to_people():
    turned = resume(
        Session("s", "gone", 1),
        Begin("m", NOW, "hi"),
        scene_of(graph_of(node("a", "end"), ways=[])),
    )
    assert turned.session.status is SessionStatus.FAILED
    assert turned.effects[0].kind is EffectKind.HANDOVER


def test_a_refusal_nobody_waited_for_hands_the_chat_to_people():
    graph = graph_of(
        node("a", "text", text="Hello"),
        node("b", "ask", text="?", save_as="x"),
        ways=[("a", "next", "b")],
    )
    first = begin(graph)
    assert first.session.wait
    assert first.session.wait.kind is WaitKind.ANSWER
    turned = resume(
        first.session,
        Result(first.effects[0].key, is_done=False, why="Not on WhatsApp."),
        scene_of(graph),
    )
    assert turned.session.status is SessionStatus.FAILED
    assert turned.effects[0].content == {
        "note": "A message of the bot did not go out: Not on WhatsApp."
    }


# The document


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"format": 2}, "graph.format"),
        ({"format": True}, "graph.format"),
        ([], "graph"),
        ({"nodes": [{"id": "a", "kind": "nothing"}]}, "graph.nodes.0"),
        (
            {"nodes": [{"id": "a", "kind": "text", "data": {"text": 5}}]},
            "graph.nodes.0.text.data.text",
        ),
        (
            {"nodes": [{"id": "a", "kind": "text", "data": {"odd": ""}}]},
            "graph.nodes.0.text.data.odd",
        ),
        ({"nodes": [{"id": "a b", "kind": "end"}]}, "graph.nodes.0.end.id"),
        ({"nodes": [{"id": "a", "kind": "end"}] * 2}, "graph"),
        ({"nodes": [{"id": "a", "kind": "end", "x": 1e9}]}, "graph.nodes.0.end.x"),
        (
            {"edges": [{"id": i, "from": "a", "port": "next", "to": "b"} for i in ("1", "2")]},
            "graph",
        ),
        ({"nodes": [{"id": f"n{i}", "kind": "end"} for i in range(501)]}, "graph.nodes"),
    ],
)
def test_what_is_no_graph_is_refused_with_its_place(raw: Any, place: str):
    with pytest.raises(Invalid) as caught:
        Graph.read(raw)
    assert list(caught.value.fields) == [place]


def test_a_document_survives_being_written_and_read():
    for kind, fields in FIELDS.items():
        graph = graph_of(node("a", kind, **fields), ways=[("a", "next", "a")])
        assert Graph.read(graph.to_json()) == graph


def test_documents_of_earlier_formats_are_brought_up_step_by_step():
    steps = {
        0: lambda raw: {**raw, "format": 1, "nodes": raw["steps"]},
        1: lambda raw: {**raw, "format": 2, "start": raw["nodes"][0]},
    }
    old = {"format": 0, "steps": ["a", "b"]}
    assert upgrade(old, steps=steps, newest=2) == {
        "format": 2,
        "steps": ["a", "b"],
        "nodes": ["a", "b"],
        "start": "a",
    }
    assert old == {"format": 0, "steps": ["a", "b"]}
    with pytest.raises(Invalid, match="not a flow"):
        upgrade({"format": 0}, steps=steps, newest=2)
