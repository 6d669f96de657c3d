"""A place on the map."""

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
    return bubble(words(fields, "name", "A place"), line(fields["address"].to(str)))


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        text_field("latitude", "Latitude in degrees", kind="number"),
        text_field("longitude", "Longitude in degrees", kind="number"),
        text_field("name", "Name of the place"),
        text_field("address", "Address"),
    )


CARD = NodeCard("location", _body, _panel, FAILED)
