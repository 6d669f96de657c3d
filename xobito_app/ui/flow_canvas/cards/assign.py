"""A handover to people."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Fields, NodeCard, area, choice, line, title_field


def _body(fields: Fields) -> rx.Component:
    return line("To ", fields["to"].to(str))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        choice("to", "Who gets the chat", "assignees"),
        area("note", "What they read in the thread", 2000),
    )


NAMES = {"next": "Given back to the bot", "none": "Nobody can take it"}
CARD = NodeCard("assign", _body, _panel, NAMES, fresh={"to": "nobody"})
