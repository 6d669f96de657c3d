"""What is wrong with a flow before it runs, each with the node and a way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from xobito_app.core import patterns
from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine import triggers
from xobito_app.features.flows.engine.graph import Graph, Node
from xobito_app.features.flows.engine.node import FAILED, NEXT, OTHER, TIMEOUT, Known
from xobito_app.features.flows.engine.nodes.goto import Goto
from xobito_app.features.flows.engine.nodes.http import SECRET, Http
from xobito_app.features.flows.engine.scene import BUILT_IN
from xobito_app.features.flows.engine.text import names_in

MOST = 200
"""Problems told at once."""
_MAY_END = {NEXT, FAILED, TIMEOUT, OTHER, "invalid", "none", "replied", "otherwise"}
"""Ports people leave open on purpose; those of choices, rules and arms they forget."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        node: Where; empty for the flow as a whole.
        field: The field of the node.
        is_fatal: Whether the flow cannot be published like this.
    """

    code: str
    node: str
    message: str
    field: str = ""
    is_fatal: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return it as REST tells it."""
        return asdict(self)


def problems_of(graph: Graph, known: Known) -> list[Problem]:
    """Return what is wrong, the worst first, at most `MOST`."""
    found = [
        *_beginnings(graph),
        *_fields(graph, known),
        *_variables(graph, known),
        *_ways(graph),
        *_unreachable(graph),
        *_loops(graph),
    ]
    found.sort(key=lambda problem: not problem.is_fatal)
    return found[:MOST]


def _beginnings(graph: Graph) -> Iterator[Problem]:
    if not graph.nodes:
        yield Problem("empty", "", "Draw the first node: what is the customer told?")
    elif graph.start not in graph.by_id:
        yield Problem("no_start", "", "Choose the node the flow begins with.")
    for number, trigger in enumerate(graph.triggers):
        where = f"triggers.{number}"
        if trigger.match in triggers.WORDLESS:
            continue
        if not any(word.strip() for word in trigger.keywords):
            yield Problem("no_keyword", "", "Write the keywords that begin the flow.", where)
        for word in trigger.keywords if trigger.match == "regex" else ():
            try:
                patterns.check(word)
            except Invalid as error:
                yield Problem("bad_pattern", "", error.message, where)


def _fields(graph: Graph, known: Known) -> Iterator[Problem]:
    known_here = _with_own_names(graph, known)
    for node in graph.nodes:
        for flaw in node.data.flaws(known_here):
            yield Problem(flaw.code, node.id, flaw.message, flaw.field, flaw.is_fatal)


def _with_own_names(graph: Graph, known: Known) -> Known:
    own = {variable.name for variable in graph.variables}
    own |= names_set_in(graph)
    for node in graph.nodes:
        if isinstance(node.data, Goto):
            own |= set(known.flows.get(node.data.flow_id, ()))
    return Known(
        names={*known.names, *own, *BUILT_IN},
        templates=known.templates,
        flows=known.flows,
        groups=known.groups,
        secrets=known.secrets,
        files=known.files,
    )


def names_set_in(graph: Graph) -> set[str]:
    """Return the variables a flow sets."""
    return {name for node in graph.nodes for name in node.data.names_set()}


def _variables(graph: Graph, known: Known) -> Iterator[Problem]:
    names = _with_own_names(graph, known).names
    for node in graph.nodes:
        read = {name for text in node.data.texts() for name in names_in(text)}
        read |= set(node.data.names_read())
        for name in sorted(read - set(names)):
            if not name.startswith(SECRET):
                message = f"Nothing sets “{name}”. Correct the name, or set it before."
                yield Problem("unknown_variable", node.id, message)
            elif not isinstance(node.data, Http):
                yield Problem("secret_shown", node.id, "Secrets can only be used in HTTP requests.")


def _ways(graph: Graph) -> Iterator[Problem]:
    for edge in graph.edges:
        node = graph.by_id.get(edge.from_)
        if node is None or edge.to not in graph.by_id or edge.port not in node.data.ports:
            yield Problem(
                "loose_edge",
                edge.from_ if node else "",
                "A connection leads nowhere. Delete it, or connect it again.",
                is_fatal=False,
            )
    for node in graph.nodes:
        ways = graph.ways.get(node.id, {})
        for port in node.data.ports:
            if port not in ways and port not in _MAY_END:
                yield Problem(
                    "dead_end",
                    node.id,
                    f"“{_title_of(node, port)}” leads nowhere, so the flow ends there.",
                    port,
                    is_fatal=False,
                )


def _title_of(node: Node, port: str) -> str:
    """Return what people wrote at a way out."""
    told = node.data.model_dump()
    rows = [row for value in told.values() if isinstance(value, tuple | list) for row in value]
    rows += [inner for row in rows if isinstance(row, dict) for inner in row.get("rows", ())]
    for row in rows:
        if isinstance(row, dict) and row.get("id") == port and row.get("title"):
            return str(row["title"])
    return port


def _unreachable(graph: Graph) -> Iterator[Problem]:
    reached: set[str] = set()
    ahead = [graph.start] if graph.start in graph.by_id else []
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead += graph.ways.get(node_id, {}).values()
    for node in graph.nodes if reached else ():
        if node.id not in reached:
            yield Problem(
                "unreachable",
                node.id,
                "Nothing leads here. Connect it, or delete it.",
                is_fatal=False,
            )


def _loops(graph: Graph) -> Iterator[Problem]:
    """Find ways that turn without waiting for a person or for time."""
    ahead = {
        node.id: {
            to
            for port, to in graph.ways.get(node.id, {}).items()
            if port in node.data.ports and port not in node.data.held_ports
        }
        for node in graph.nodes
    }
    while True:
        try:
            TopologicalSorter(ahead).prepare()
        except CycleError as error:
            loop = list(dict.fromkeys(error.args[1]))
            yield Problem(
                "endless_loop",
                loop[-1],
                "This goes round without waiting for anybody. Ask something, or add a delay.",
            )
            for node_id in loop:
                ahead[node_id] = set()
        else:
            return
