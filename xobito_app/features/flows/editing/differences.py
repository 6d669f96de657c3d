"""What is new in a graph, in words people understand and on the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xobito_app.features.flows.engine.graph import Graph, Node

MOST = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is new.

    Attributes:
        node: Where it is on the canvas; empty for the flow as a whole.
        how: `added`, `changed` or `removed`.
    """

    node: str
    how: str
    sentence: str


def differences(old: Graph | None, new: Graph) -> list[Difference]:
    """Return what changed from one graph to the next; moving a node is no change."""
    if old is None:
        return [Difference("", "added", f"The first version, with {len(new.nodes)} nodes")]
    found: list[Difference] = []
    for node in new.nodes:
        before = old.by_id.get(node.id)
        if before is None:
            found.append(Difference(node.id, "added", f"Added {_called(node)}"))
        elif before.kind != node.kind or before.data != node.data:
            found.append(Difference(node.id, "changed", f"Changed {_called(node)}"))
    for node in old.nodes:
        if node.id not in new.by_id:
            found.append(Difference(node.id, "removed", f"Removed {_called(node)}"))
    found += _ways(old, new)
    if old.triggers != new.triggers:
        found.append(Difference("", "changed", "Changed what begins the flow"))
    if old.start != new.start:
        found.append(Difference(new.start, "changed", "Changed where the flow begins"))
    if old.variables != new.variables:
        found.append(Difference("", "changed", "Changed the variables it is started with"))
    return found[:MOST]


def _ways(old: Graph, new: Graph) -> list[Difference]:
    found: list[Difference] = []
    for node in new.nodes:
        before: Mapping[str, str] = old.ways.get(node.id, {})
        after: Mapping[str, str] = new.ways.get(node.id, {})
        if before != after and node.id in old.by_id:
            found.append(Difference(node.id, "changed", f"Changed where {_called(node)} leads"))
    return found


def _called(node: Node) -> str:
    return f"{node.data.noun} “{node.data.title}”" if node.data.title else node.data.noun
