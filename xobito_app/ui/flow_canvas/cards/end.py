"""The end, and whether the chat is closed with it."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Field, Fields, NodeCard, line, title_field


def _body(fields: Fields) -> rx.Component:
    return line(rx.cond(fields["close_chat"], "Ends and closes the chat", "The flow ends here"))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(), Field.create(path="close_chat", label="Close the chat", kind="switch")
    )


CARD = NodeCard("end", _body, _panel)
