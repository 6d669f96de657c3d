"""The beginning."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Fields, NodeCard, line, title_field


def _body(fields: Fields) -> rx.Component:
    return line("The flow begins here")


def _panel() -> rx.Component:
    return title_field()


CARD = NodeCard("start", _body, _panel, {"next": "Then"})
