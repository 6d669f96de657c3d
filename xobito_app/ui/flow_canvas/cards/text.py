"""A plain message."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Field,
    Fields,
    NodeCard,
    area,
    bubble,
    title_field,
    words,
)
from xobito_app.whatsapp import limits


def _body(fields: Fields) -> rx.Component:
    return bubble(words(fields, "text"))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        area("text", "Message", limits.TEXT_BODY),
        Field.create(path="preview_url", label="Show a preview of the first link", kind="switch"),
    )


CARD = NodeCard("text", _body, _panel, FAILED, fresh={"preview_url": True})
