"""Values that are kept."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    Rows,
    area,
    line,
    text_field,
    title_field,
)


def _body(fields: Fields) -> rx.Component:
    return line("Keeps values")


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        Rows.create(
            text_field("name", "Variable", plain=True, hint="A name like size."),
            area("value", "Value"),
            path="assignments",
            label="Variables",
            noun="variable",
            most=50,
        ),
    )


CARD = NodeCard("set", _body, _panel, {"next": "Then"})
