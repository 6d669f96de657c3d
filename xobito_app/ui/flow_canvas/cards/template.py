"""An approved template."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    FAILED,
    Fields,
    NodeCard,
    Pairs,
    bubble,
    choice,
    line,
    title_field,
    words,
)


def _body(fields: Fields) -> rx.Component:
    return bubble(
        words(fields, "template_name", "Choose a template"),
        line(fields["template_language"].to(str)),
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        choice("template_name", "Template", "template_names"),
        choice("template_language", "Language", "template_languages"),
        Pairs.create(path="variables", label="What fills its blanks", names="", keys="blanks"),
    )


CARD = NodeCard("template", _body, _panel, FAILED)
