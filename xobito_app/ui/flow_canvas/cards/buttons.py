"""A question with buttons."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    Rows,
    area,
    bubble,
    line,
    text_field,
    title_field,
    words,
)
from xobito_app.whatsapp import limits


def _body(fields: Fields) -> rx.Component:
    return bubble(
        rx.cond(fields["header"], line(fields["header"].to(str))),
        words(fields, "text"),
        rx.cond(fields["footer"], line(fields["footer"].to(str))),
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        area("text", "Question", limits.INTERACTIVE_BODY),
        Rows.create(
            text_field("title", "Title", limits.REPLY_BUTTON_TITLE),
            path="buttons",
            label="Buttons",
            noun="button",
            most=limits.REPLY_BUTTONS,
            prefix="b",
        ),
        text_field("header", "Header", limits.INTERACTIVE_HEADER),
        text_field("footer", "Footer", limits.INTERACTIVE_FOOTER),
        text_field("save_as", "Keep the answer in", plain=True, hint="A name like size."),
        text_field("timeout", "Wait at most", plain=True, hint="Like 30m, 4h or 2d."),
    )


NAMES = {"other": "Anything else", "timeout": "Nobody answers", "failed": "If it fails"}
CARD = NodeCard(
    "buttons",
    _body,
    _panel,
    NAMES,
    rows="buttons",
    fresh={"buttons": [{"id": "b1", "title": "Yes"}, {"id": "b2", "title": "No"}]},
)
