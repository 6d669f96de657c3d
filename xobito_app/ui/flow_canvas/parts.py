"""The components of the canvas as Python sees them, and what a kind of node looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

_FILES = tuple(
    rx.asset(name, shared=True)
    for name in ("flow_document.js", "flow_store.js", "flow_fields.jsx", "flow_canvas.jsx")
)
_LIBRARY = _FILES[-1].importable_path
FLOW = "@xyflow/react@12.12.1"
LAYOUT = "@dagrejs/dagre@3.1.3"

Fields = ObjectVar[dict[str, Any]]


class _Part(rx.NoSSRComponent):
    library = _LIBRARY
    lib_dependencies: list[str] = [FLOW, LAYOUT]


class Field(_Part):
    """An input bound to a path of the node that is selected."""

    tag = "Field"

    path: rx.Var[str]
    label: rx.Var[str]
    kind: rx.Var[str]
    limit: rx.Var[int]
    hint: rx.Var[str]
    options: rx.Var[Any]
    plain: rx.Var[bool]
    placeholder: rx.Var[str]


class Rows(_Part):
    """A list of parts of a node, each with the fields that are its children."""

    tag = "Rows"

    path: rx.Var[str]
    label: rx.Var[str]
    noun: rx.Var[str]
    most: rx.Var[int]
    prefix: rx.Var[str]
    fresh: rx.Var[dict[str, Any]]


class Pairs(_Part):
    """Texts by name: the fields of a contact, the blanks of a template."""

    tag = "Pairs"

    path: rx.Var[str]
    label: rx.Var[str]
    names: rx.Var[str]
    keys: rx.Var[str]


def _changed(
    flow_id: rx.Var[str], change_id: rx.Var[str], operations: rx.Var[list[dict[str, Any]]]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[list[dict[str, Any]]]]:
    return flow_id, change_id, operations


def _selected(node_id: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (node_id,)


class FlowCanvas(_Part):
    """The whole editor: palette, canvas and panel."""

    tag = "FlowCanvas"

    flow_id: rx.Var[str]
    graph: rx.Var[dict[str, Any]]
    rev: rx.Var[int]
    feed: rx.Var[list[dict[str, Any]]]
    refused: rx.Var[list[str]]
    epoch: rx.Var[int]
    overlay: rx.Var[dict[str, Any]]
    rules: rx.Var[dict[str, Any]]
    bodies: rx.Var[dict[str, Any]]
    panels: rx.Var[dict[str, Any]]
    palette: rx.Var[list[list[str]]]
    choices: rx.Var[dict[str, Any]]
    can_edit: rx.Var[bool]
    focus: rx.Var[dict[str, Any]]

    on_ops: rx.EventHandler[_changed]
    on_reload: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> Any:
        """Bring React Flow's own stylesheet along."""
        return {"": "@xyflow/react/dist/style.css"}


@dataclass(frozen=True, slots=True)
class NodeCard:
    """How a kind of node is drawn and edited.

    Attributes:
        kind: The engine's.
        body: What its card shows, made of its fields.
        panel: Its fields in the side panel.
        names: What its fixed ways out are called.
        rows: Where its rows are that are ways out, as a path.
        when: A field and the value with which it has rows.
        otherwise: Its ways out while it has no rows.
        fresh: What a new one begins with.
    """

    kind: str
    body: Callable[[Fields], rx.Component]
    panel: Callable[[], rx.Component]
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: str = ""
    when: tuple[str, str] | None = None
    otherwise: tuple[str, ...] = ()
    fresh: Mapping[str, Any] = field(default_factory=dict[str, Any])


FAILED = {"next": "Then", "failed": "If it fails"}


def title_field() -> rx.Component:
    """Return the field every node has."""
    return Field.create(path="title", label="Name on the canvas", limit=80, plain=True)


def text_field(path: str, label: str, limit: int = 0, **props: Any) -> rx.Component:
    """Return a field of one line."""
    return Field.create(path=path, label=label, limit=limit, **props)


def area(path: str, label: str, limit: int = 0, **props: Any) -> rx.Component:
    """Return a field of several lines."""
    return Field.create(path=path, label=label, kind="textarea", limit=limit, **props)


def choice(
    path: str, label: str, options: str | Sequence[tuple[str, str]], **props: Any
) -> rx.Component:
    """Return a field of given choices: listed, or named among those the page knows."""
    rows = options if isinstance(options, str) else [list(one) for one in options]
    return Field.create(path=path, label=label, kind="select", options=rows, **props)


def bubble(*children: Any) -> rx.Component:
    """Return a message as WhatsApp draws it."""
    return rx.el.div(*children, class_name="flow-bubble")


def words(fields: Fields, name: str, otherwise: str = "…") -> rx.Component:
    """Return a text of a node, or what stands there while it has none."""
    value = fields[name].to(str)
    return rx.cond(
        value, rx.el.p(value, class_name="flow-words"), rx.el.p(otherwise, class_name="muted")
    )


def line(*children: Any) -> rx.Component:
    """Return one quiet line of a card."""
    return rx.el.p(*children, class_name="flow-line")
