"""Words of a language model."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Field,
    Fields,
    NodeCard,
    area,
    text_field,
    title_field,
    words,
)


def _body(fields: Fields) -> rx.Component:
    return words(fields, "prompt", "Asks a language model")


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        area("prompt", "What it is asked", 10_000),
        area("system", "How it is to behave", 10_000),
        Field.create(path="send", label="Send what it writes", kind="switch"),
        text_field("save_as", "Keep what it writes in", plain=True),
    )


CARD = NodeCard("ai", _body, _panel, FAILED, fresh={"send": True})
