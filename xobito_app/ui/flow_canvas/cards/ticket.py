"""A new ticket."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    area,
    choice,
    text_field,
    title_field,
    words,
)

_PRIORITIES = (("low", "Low"), ("medium", "Medium"), ("high", "High"), ("urgent", "Urgent"))


def _body(fields: Fields) -> rx.Component:
    return words(fields, "subject", "Opens a ticket")


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        text_field("subject", "Subject", 191),
        choice("priority", "Priority", _PRIORITIES),
        text_field("department", "Department", 100, plain=True),
        area("body", "What it is about", 2000),
    )


CARD = NodeCard("ticket", _body, _panel, {"next": "Then"}, fresh={"priority": "medium"})
