"""Changes of the contact."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Field,
    Fields,
    NodeCard,
    Pairs,
    choice,
    line,
    title_field,
)


def _body(fields: Fields) -> rx.Component:
    return line("Changes what is known about the contact")


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        choice("status", "Status", "statuses"),
        choice("source", "Source", "sources"),
        Field.create(path="add_groups", label="Add to groups", kind="tags", options="groups"),
        Field.create(
            path="remove_groups", label="Take out of groups", kind="tags", options="groups"
        ),
        Pairs.create(path="fields", label="Fields", names="contact_fields", keys=""),
        Field.create(path="opt_out", label="Stop marketing to them", kind="switch"),
    )


CARD = NodeCard("update_contact", _body, _panel, {"next": "Then"})
