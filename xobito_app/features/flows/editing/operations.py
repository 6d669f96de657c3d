"""Operations on a draft: entities put and deleted, in the order the server takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.graph import Graph

MOST_AT_ONCE = 1_000
Raw = dict[str, Any]


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Put(_Operation):
    """A node or an edge is from now on like this."""

    op: Literal["put"]
    kind: Literal["node", "edge"]
    value: dict[str, Any]


class Settings(_Operation):
    """The beginning, the triggers or the variables of the flow are from now on like this."""

    op: Literal["set"]
    kind: Literal["flow"]
    value: dict[str, Any]


class Delete(_Operation):
    """A node or an edge is gone."""

    op: Literal["del"]
    kind: Literal["node", "edge"]
    id: str = Field(max_length=40)


Operation = Put | Settings | Delete
_LIST: TypeAdapter[list[Operation]] = TypeAdapter(
    Annotated[list[Annotated[Operation, Field(discriminator="op")]], Field(max_length=MOST_AT_ONCE)]
)
_SETTABLE = {"start", "triggers", "variables"}


def read(raw: Any) -> list[Operation]:
    """Read operations.

    Raises:
        Invalid: They are none, or too many.
    """
    try:
        return _LIST.validate_python(raw)
    except ValidationError:
        raise Invalid(
            f"This change cannot be read. Send at most {MOST_AT_ONCE} operations to put, set or "
            "delete something."
        ) from None


def apply(graph: Mapping[str, Any], operations: Sequence[Operation]) -> tuple[Graph, list[Raw]]:
    """Return a draft after some operations, and what was really done to it.

    An edge takes its port from the edge that had it: the end of that one is told as well, so that
    everybody who follows has the same document.

    Raises:
        Invalid: The document would be malformed.
    """
    nodes: dict[str, Raw] = {str(node["id"]): dict(node) for node in graph.get("nodes", ())}
    edges: dict[str, Raw] = {str(edge["id"]): dict(edge) for edge in graph.get("edges", ())}
    document = {name: graph[name] for name in _SETTABLE if name in graph}
    done: list[Raw] = []
    for one in operations:
        match one:
            case Settings(value=value):
                if not value.keys() <= _SETTABLE:
                    raise Invalid("Only start, triggers and variables of a flow can be set.")
                document |= value
            case Put(kind="node", value=value):
                nodes[_id(value)] = value
            case Put(value=value):
                done += _free(edges, value)
                edges[_id(value)] = value
            case Delete(kind=kind, id=gone):
                (nodes if kind == "node" else edges).pop(gone, None)
        done.append(one.model_dump(mode="json"))
    read_graph = Graph.read(
        {**document, "nodes": list(nodes.values()), "edges": list(edges.values())}
    )
    return read_graph, [_as_kept(one, read_graph) for one in done]


def _as_kept(operation: Raw, graph: Graph) -> Raw:
    """Return an operation with what it puts as the document holds it: all tabs have the same."""
    if operation["op"] == "put" and operation["kind"] == "node":
        node = graph.by_id.get(operation["value"]["id"])
        return {**operation, "value": node.to_json()} if node else operation
    return operation


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Raw]:
    """Return the operations that make one document of another."""
    operations: list[Raw] = []
    for kind, name in (("node", "nodes"), ("edge", "edges")):
        before = {part["id"]: part for part in old.get(name, ())}
        after = {part["id"]: part for part in new.get(name, ())}
        operations += [
            {"op": "del", "kind": kind, "id": gone} for gone in before if gone not in after
        ]
        operations += [
            {"op": "put", "kind": kind, "value": part}
            for part_id, part in after.items()
            if before.get(part_id) != part
        ]
    changed = {name: new[name] for name in _SETTABLE if name in new and new[name] != old.get(name)}
    if changed:
        operations.append({"op": "set", "kind": "flow", "value": changed})
    return operations


def _id(value: Mapping[str, Any]) -> str:
    found = value.get("id")
    if not isinstance(found, str):
        raise Invalid("Every node and connection needs an id.")
    return found


def _free(edges: dict[str, Raw], value: Mapping[str, Any]) -> list[Raw]:
    """Take a port from the edge that has it; return what that is as operations."""
    port = (value.get("from"), value.get("port"))
    taken = [
        edge_id
        for edge_id, edge in edges.items()
        if (edge.get("from"), edge.get("port")) == port and edge_id != value.get("id")
    ]
    for edge_id in taken:
        del edges[edge_id]
    return [{"op": "del", "kind": "edge", "id": edge_id} for edge_id in taken]
