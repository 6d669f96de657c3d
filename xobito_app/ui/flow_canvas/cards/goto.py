"""Another flow."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Fields, NodeCard, choice, line, title_field


def _body(fields: Fields) -> rx.Component:
    return line("Runs another flow, then goes on")


def _panel() -> rx.Component:
    return rx.fragment(title_field(), choice("flow_id", "Flow", "flows"))


NAMES = {"next": "When it has ended", "none": "It is not published"}
CARD = NodeCard("goto", _body, _panel, NAMES)
