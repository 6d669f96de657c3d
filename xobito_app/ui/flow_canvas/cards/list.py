"""A question with a list of answers."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    Rows,
    area,
    bubble,
    text_field,
    title_field,
    words,
)
from xobito_app.whatsapp import limits


def _body(fields: Fields) -> rx.Component:
    return bubble(
        words(fields, "text"), rx.el.div(fields["button"].to(str), class_name="flow-button")
    )


def _panel() -> rx.Component:
    row = rx.fragment(
        text_field("title", "Title", limits.LIST_ROW_TITLE),
        text_field("description", "Description", limits.LIST_ROW_DESCRIPTION),
    )
    return rx.fragment(
        title_field(),
        area("text", "Question", limits.INTERACTIVE_BODY),
        text_field("button", "The button that opens the list", limits.LIST_BUTTON),
        Rows.create(
            text_field("title", "Section", limits.LIST_SECTION_TITLE),
            Rows.create(
                row, path="rows", label="Rows", noun="row", most=limits.LIST_ROWS, prefix="r"
            ),
            path="sections",
            label="Sections",
            noun="section",
            most=limits.LIST_SECTIONS,
            fresh={"rows": []},
        ),
        text_field("save_as", "Keep the answer in", plain=True, hint="A name like size."),
        text_field("timeout", "Wait at most", plain=True, hint="Like 30m, 4h or 2d."),
    )


NAMES = {"other": "Anything else", "timeout": "Nobody answers", "failed": "If it fails"}
CARD = NodeCard(
    "list",
    _body,
    _panel,
    NAMES,
    rows="sections.rows",
    fresh={"button": "Choose", "sections": [{"rows": [{"id": "r1", "title": "First"}]}]},
)
