"""A pause."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import Fields, NodeCard, line, text_field, title_field


def _body(fields: Fields) -> rx.Component:
    return line(
        rx.cond(
            fields["duration"],
            rx.fragment("Waits ", fields["duration"].to(str)),
            rx.fragment("Waits until ", fields["until"].to(str)),
        )
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        text_field("duration", "How long", plain=True, hint="Like 30m, 4h or 2d."),
        text_field("until", "Or until", plain=True, hint="A time like 09:00, or business_hours."),
    )


NAMES = {"next": "Then", "replied": "They write before"}
CARD = NodeCard("delay", _body, _panel, NAMES, fresh={"duration": "1h"})
