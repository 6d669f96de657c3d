"""The cards of all kinds of nodes, found by looking into `cards/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

import reflex as rx

from xobito_app.features.flows import service as flows
from xobito_app.ui.flow_canvas import cards
from xobito_app.ui.flow_canvas.parts import NodeCard

ORDER = (
    "text",
    "buttons",
    "list",
    "ask",
    "media",
    "link_button",
    "location",
    "contact_card",
    "template",
    "condition",
    "split",
    "delay",
    "set",
    "update_contact",
    "http",
    "ai",
    "assign",
    "ticket",
    "goto",
    "end",
    "start",
)


@cache
def cards_by_kind() -> Mapping[str, NodeCard]:
    """Return the card of each kind, in the order of the palette."""
    found = {
        card.kind: card
        for module in pkgutil.iter_modules(cards.__path__)
        for card in [importlib.import_module(f"{cards.__name__}.{module.name}").CARD]
    }
    return {kind: found[kind] for kind in sorted(found, key=ORDER.index)}


def rules() -> dict[str, Any]:
    """Return what the browser has to know of each kind: its name and its ways out."""
    nouns = flows.node_nouns()
    return {
        kind: {
            "label": nouns[kind],
            "names": dict(card.names),
            "fixed": [port for port in flows.fixed_ports(kind) if port not in card.otherwise],
            "defaults": flows.node_defaults(kind),
            "rows": card.rows,
            "when": list(card.when) if card.when else None,
            "otherwise": list(card.otherwise),
            "fresh": dict(card.fresh),
        }
        for kind, card in cards_by_kind().items()
    }


def palette() -> list[list[str]]:
    """Return what can be dragged onto the canvas."""
    nouns = flows.node_nouns()
    return [[kind, nouns[kind]] for kind in cards_by_kind() if kind != "start"]


def bodies() -> dict[str, Any]:
    """Return the component that draws the inside of each kind's card."""
    return {kind: _body(card) for kind, card in cards_by_kind().items()}


def panels() -> dict[str, Any]:
    """Return the component with the fields of each kind."""
    return {kind: _panel(card) for kind, card in cards_by_kind().items()}


def _body(card: NodeCard) -> Any:
    def drawn(*, fields: rx.Var[dict[str, Any]]) -> rx.Component:
        return card.body(fields.to(dict[str, Any]))

    drawn.__name__ = f"flow_{card.kind}_body"
    return rx.memo(drawn)._as_var()


def _panel(card: NodeCard) -> Any:
    def drawn(*, fields: rx.Var[dict[str, Any]]) -> rx.Component:
        return card.panel()

    drawn.__name__ = f"flow_{card.kind}_panel"
    return rx.memo(drawn)._as_var()
