"""A contact card."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Fields,
    NodeCard,
    bubble,
    line,
    text_field,
    title_field,
    words,
)


def _body(fields: Fields) -> rx.Component:
    return bubble(words(fields, "name", "A contact"), line(fields["phone"].to(str)))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        text_field("name", "Name"),
        text_field("phone", "Phone number"),
        text_field("company", "Company"),
        text_field("email", "E-mail"),
    )


CARD = NodeCard("contact_card", _body, _panel, FAILED)
