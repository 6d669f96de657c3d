"""A question whose answer is kept."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    Rows,
    area,
    bubble,
    choice,
    line,
    text_field,
    title_field,
    words,
)
from xobito_app.whatsapp import limits

_TYPES = (
    ("text", "Words"),
    ("number", "A number"),
    ("email", "An e-mail address"),
    ("phone", "A phone number"),
    ("date", "A date"),
    ("choice", "One of some choices"),
    ("location", "Their location"),
    ("media", "A photo or a file"),
)


def _body(fields: Fields) -> rx.Component:
    return rx.fragment(
        bubble(words(fields, "text")),
        rx.cond(fields["save_as"], line("Kept in ", fields["save_as"].to(str))),
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        area("text", "Question", limits.TEXT_BODY),
        choice("type", "The answer is", _TYPES),
        Rows.create(
            text_field("title", "Title", limits.LIST_ROW_TITLE),
            path="choices",
            label="Choices",
            noun="choice",
            most=limits.LIST_ROWS,
            prefix="c",
        ),
        text_field("save_as", "Keep the answer in", plain=True, hint="A name like size."),
        area("retry_text", "What is said to an answer that will not do", limits.TEXT_BODY),
        text_field("retries", "How often it is asked again", kind="number"),
        text_field("timeout", "Wait at most", plain=True, hint="Like 30m, 4h or 2d."),
    )


NAMES = {
    "next": "Answered",
    "invalid": "Never a right answer",
    "timeout": "Nobody answers",
    "failed": "If it fails",
}
CARD = NodeCard(
    "ask",
    _body,
    _panel,
    NAMES,
    rows="choices",
    when=("type", "choice"),
    otherwise=("next",),
    fresh={"type": "text", "retries": 2},
)
