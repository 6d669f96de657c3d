"""What is said of a flow before it runs: for each problem a graph that has it, and one without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.features.flows.recorded import TALKS, TEMPLATE
from tests.features.flows.test_engine import graph_of, node
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.node import Known
from xobito_app.features.flows.engine.problems import problems_of

KNOWN = Known(
    names={"contact.first_name", "contact.city"},
    templates={(TEMPLATE["name"], TEMPLATE["language"]): ("body.1", "body.2")},
    flows={"f": (), "called": ("size",)},
    groups={"VIP"},
    secrets={"crm"},
    files={"file-1"},
)
ASK = node("z", "ask", text="?", save_as="x")


def codes(graph: Graph) -> set[str]:
    return {problem.code for problem in problems_of(graph, KNOWN)}


def one(kind: str, **fields: Any) -> Graph:
    return graph_of(node("a", kind, **fields), ways=[])


ROW = {"id": "r1", "title": "One"}
IS_SET = {"left": "now", "op": "is_set"}
FILLED = {
    "template_name": "order_ready",
    "template_language": "en",
    "variables": {"body.1": "a", "body.2": "b"},
}
BAD: list[tuple[str, Graph, Graph]] = [
    ("missing_text", one("text"), one("text", text="Hi")),
    ("too_long", one("text", text="x" * 4097), one("text", text="x" * 4096)),
    ("too_long", one("text", text="x" * 4097), one("text", text="{contact.city}" + "x" * 4090)),
    ("unknown_variable", one("text", text="{order}"), one("text", text="{contact.city} {now}")),
    (
        "secret_shown",
        one("text", text="{secret.crm}"),
        one("http", url="https://a.example/{secret.crm}"),
    ),
    (
        "unknown_secret",
        one("http", url="https://a.example/{secret.no}"),
        one("http", url="https://a.example/{secret.crm}"),
    ),
    ("missing_link", one("media"), one("media", media_url="https://a.example")),
    ("missing_file", one("media", file_id="gone"), one("media", file_id="file-1")),
    (
        "no_caption",
        one("media", media_type="audio", media_url="https://a.example", caption="x"),
        one("media", media_url="https://a.example", caption="x"),
    ),
    (
        "not_a_link",
        one("link_button", text="x", label="y", url="ftp://a"),
        one("link_button", text="x", label="y", url="{contact.city}"),
    ),
    ("missing_place", one("location", latitude=1), one("location", latitude=1, longitude=0)),
    (
        "missing_template",
        one("template", template_name="gone", template_language="en"),
        one("template", **FILLED),
    ),
    (
        "missing_value",
        one(
            "template",
            template_name="order_ready",
            template_language="en",
            variables={"body.1": "a"},
        ),
        one("template", **FILLED),
    ),
    ("wrong_count", one("buttons", text="?"), one("buttons", text="?", buttons=[ROW])),
    (
        "same_title",
        one("buttons", text="?", buttons=[ROW, {"id": "r2", "title": "one "}]),
        one("buttons", text="?", buttons=[ROW]),
    ),
    (
        "same_id",
        one("buttons", text="?", buttons=[ROW, {"id": "r1", "title": "Two"}]),
        one("buttons", text="?", buttons=[ROW]),
    ),
    (
        "empty_section",
        one("list", text="?", button="b", sections=[{"title": "a", "rows": [ROW]}, {"title": "b"}]),
        one("list", text="?", button="b", sections=[{"rows": [ROW]}]),
    ),
    (
        "not_a_time",
        one("buttons", text="?", buttons=[ROW], timeout="soon"),
        one("buttons", text="?", buttons=[ROW], timeout="90d"),
    ),
    ("not_a_time", one("delay", until="25:00"), one("delay", until="business_hours")),
    ("no_time", one("delay"), one("delay", duration="5m")),
    ("no_time", one("delay", duration="5m", until="09:00"), one("delay", until="09:00")),
    ("bad_variable", one("ask", text="?", save_as="Größe"), one("ask", text="?", save_as="size_2")),
    ("unsaved", one("ask", text="?"), one("ask", text="?", save_as="x")),
    ("unsaved", one("ai", prompt="x", send=False), one("ai", prompt="x", send=True)),
    ("no_rules", one("condition"), one("condition", rules=[{"id": "a", "all": [IS_SET]}])),
    (
        "empty_rule",
        one("condition", rules=[{"id": "a"}]),
        one("condition", rules=[{"id": "a", "all": [IS_SET]}]),
    ),
    (
        "all_and_any",
        one("condition", rules=[{"id": "a", "all": [IS_SET], "any": [IS_SET]}]),
        one("condition", rules=[{"id": "a", "any": [IS_SET]}]),
    ),
    (
        "nothing_compared",
        one("condition", rules=[{"id": "a", "all": [{"op": "is_set"}]}]),
        one("condition", rules=[{"id": "a", "all": [{"op": "in_group", "right": "VIP"}]}]),
    ),
    (
        "nothing_to_compare",
        one("condition", rules=[{"id": "a", "all": [{"left": "now"}]}]),
        one("condition", rules=[{"id": "a", "all": [{"left": "now", "right": "x"}]}]),
    ),
    (
        "bad_pattern",
        one(
            "condition",
            rules=[{"id": "a", "all": [{"left": "now", "op": "matches", "right": "("}]}],
        ),
        one(
            "condition",
            rules=[{"id": "a", "all": [{"left": "now", "op": "matches", "right": "x"}]}],
        ),
    ),
    (
        "unknown_group",
        one("condition", rules=[{"id": "a", "all": [{"op": "in_group", "right": "Gone"}]}]),
        one("condition", rules=[{"id": "a", "all": [{"op": "in_group", "right": "vip"}]}]),
    ),
    (
        "unknown_variable",
        one("condition", rules=[{"id": "a", "all": [{"left": "size", "op": "is_set"}]}]),
        one("condition", rules=[{"id": "a", "all": [{"left": "time", "op": "is_set"}]}]),
    ),
    (
        "no_weight",
        one("split", arms=[{"id": "a", "weight": 0}, {"id": "b", "weight": 0}]),
        one("split", arms=[{"id": "a"}, {"id": "b"}]),
    ),
    ("nothing_set", one("set"), one("set", assignments=[{"name": "x", "value": "1"}])),
    ("nothing_changed", one("update_contact"), one("update_contact", opt_out=False)),
    (
        "unknown_field",
        one("update_contact", fields={"hat": "x"}),
        one("update_contact", fields={"city": "x"}),
    ),
    (
        "missing_header",
        one("http", url="https://a.example", headers=[{"value": "x"}]),
        one("http", url="https://a.example", headers=[{"name": "X", "value": "x"}]),
    ),
    ("nobody_named", one("assign", to="person:"), one("assign", to="person:a@shop.example")),
    ("missing_flow", one("goto"), one("goto", flow_id="f")),
    ("unpublished_flow", one("goto", flow_id="g"), one("goto", flow_id="f")),
    (
        "dead_end",
        one("buttons", text="?", buttons=[ROW]),
        graph_of(
            node("a", "buttons", text="?", buttons=[ROW]),
            node("b", "text", text="x"),
            ways=[("a", "r1", "b")],
        ),
    ),
    (
        "unreachable",
        graph_of(node("a", "text", text="x"), node("b", "text", text="x"), ways=[]),
        graph_of(
            node("a", "text", text="x"), node("b", "text", text="x"), ways=[("a", "next", "b")]
        ),
    ),
    (
        "loose_edge",
        graph_of(node("a", "text", text="x"), ways=[("a", "nothing", "a")]),
        graph_of(node("a", "text", text="x"), ways=[]),
    ),
    (
        "endless_loop",
        graph_of(
            node("a", "text", text="x"),
            node("b", "text", text="y"),
            ways=[("a", "next", "b"), ("b", "next", "a")],
        ),
        graph_of(node("a", "text", text="x"), ASK, ways=[("a", "next", "z"), ("z", "next", "a")]),
    ),
    ("no_start", Graph.read({"nodes": [ASK]}), Graph.read({"start": "z", "nodes": [ASK]})),
    ("empty", Graph.read({}), Graph.read({"start": "z", "nodes": [ASK]})),
    (
        "no_keyword",
        Graph.read({"start": "z", "nodes": [ASK], "triggers": [{"match": "exact"}]}),
        Graph.read({"start": "z", "nodes": [ASK], "triggers": [{"match": "any"}]}),
    ),
    (
        "bad_pattern",
        Graph.read(
            {"start": "z", "nodes": [ASK], "triggers": [{"match": "regex", "keywords": ["("]}]}
        ),
        Graph.read(
            {"start": "z", "nodes": [ASK], "triggers": [{"match": "exact", "keywords": ["("]}]}
        ),
    ),
]


@pytest.mark.parametrize(("code", "bad", "good"), BAD, ids=[row[0] for row in BAD])
def test_a_problem_is_seen_where_it_is_and_only_there(code: str, bad: Graph, good: Graph):
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize("recorded", TALKS, ids=str)
def test_the_flows_of_the_recorded_talks_can_be_published(recorded: Any):
    found = problems_of(Graph.read(recorded.graph), KNOWN)
    assert [problem for problem in found if problem.is_fatal and problem.code != "no_weight"] == []


def test_each_problem_is_one_sentence_that_says_what_to_do():
    for _, bad, _ in BAD:
        for problem in problems_of(bad, KNOWN):
            assert problem.message[0].isupper() or problem.message[0] == "“"
            assert problem.message.endswith(".") or problem.message.endswith("?")


def test_every_code_has_its_case():
    engine = Path(__file__).parents[3] / "xobito_app/features/flows/engine"
    written = {
        code
        for path in engine.rglob("*.py")
        for code in re.findall(r"(?:Flaw|Problem)\(\s*\"([a-z_]+)\"", path.read_text())
    }
    assert written == {code for code, _, _ in BAD}
