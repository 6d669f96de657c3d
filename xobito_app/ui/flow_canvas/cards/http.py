"""A request to another system."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Fields,
    NodeCard,
    Rows,
    area,
    choice,
    line,
    text_field,
    title_field,
)

_METHODS = tuple((one, one) for one in ("GET", "POST", "PUT", "PATCH", "DELETE"))


def _body(fields: Fields) -> rx.Component:
    return line(fields["method"].to(str), " ", fields["url"].to(str))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        choice("method", "Method", _METHODS),
        text_field("url", "Address", placeholder="https://"),
        Rows.create(
            text_field("name", "Header", plain=True),
            text_field("value", "Value", hint="{secret.name} puts in a stored secret."),
            path="headers",
            label="Headers",
            noun="header",
            most=20,
        ),
        area("body", "Body"),
        text_field("timeout", "Seconds to wait, 30 at most", kind="number"),
        Rows.create(
            text_field("path", "Where it stands in the answer", plain=True, hint="items.0.id"),
            text_field("save_as", "Keep it in", plain=True),
            path="map",
            label="Keep of the answer",
            noun="value",
            most=30,
        ),
    )


CARD = NodeCard("http", _body, _panel, FAILED, fresh={"method": "GET", "timeout": 10})
