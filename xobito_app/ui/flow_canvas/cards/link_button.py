"""A message with a button that opens a page."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Fields,
    NodeCard,
    area,
    bubble,
    text_field,
    title_field,
    words,
)
from xobito_app.whatsapp import limits


def _body(fields: Fields) -> rx.Component:
    return bubble(
        words(fields, "text"), rx.el.div(fields["label"].to(str), class_name="flow-button")
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        area("text", "Message", limits.INTERACTIVE_BODY),
        text_field("label", "The button says", limits.CTA_LABEL),
        text_field("url", "It opens", placeholder="https://"),
    )


CARD = NodeCard("link_button", _body, _panel, FAILED)
