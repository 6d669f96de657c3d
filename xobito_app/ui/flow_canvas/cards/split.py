"""A random split."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Fields, NodeCard, Rows, line, text_field, title_field


def _body(fields: Fields) -> rx.Component:
    return line("Chance decides")


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        Rows.create(
            text_field("title", "Name", plain=True),
            text_field("weight", "Weight", kind="number"),
            path="arms",
            label="Arms",
            noun="arm",
            most=10,
            prefix="a",
            fresh={"weight": 1},
        ),
    )


CARD = NodeCard(
    "split",
    _body,
    _panel,
    rows="arms",
    fresh={
        "arms": [
            {"id": "a1", "title": "A", "weight": 1},
            {"id": "a2", "title": "B", "weight": 1},
        ]
    },
)
