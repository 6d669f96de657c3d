"""A fork."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.flow_canvas.parts import (
    Fields,
    NodeCard,
    Rows,
    choice,
    line,
    text_field,
    title_field,
)

_OPERATORS = (
    ("equals", "is"),
    ("not_equals", "is not"),
    ("contains", "contains"),
    ("starts_with", "begins with"),
    ("ends_with", "ends with"),
    ("matches", "matches the pattern"),
    ("is_empty", "is empty"),
    ("is_set", "has a value"),
    ("less", "is less than"),
    ("greater", "is more than"),
    ("before", "is before"),
    ("after", "is after"),
    ("in_group", "contact is in the group"),
)


def _body(fields: Fields) -> rx.Component:
    return line("The first rule that holds")


def _comparisons(path: str, label: str) -> rx.Component:
    return Rows.create(
        choice("left", "What", "names"),
        choice("op", "How", _OPERATORS),
        text_field("right", "With what"),
        path=path,
        label=label,
        noun="comparison",
        most=20,
        fresh={"op": "equals"},
    )


def _panel() -> rx.Component:
    return rx.fragment(
        title_field(),
        Rows.create(
            text_field("title", "Name of the rule", plain=True),
            _comparisons("all", "All of these hold"),
            _comparisons("any", "Or instead: any of these holds"),
            path="rules",
            label="Rules",
            noun="rule",
            most=20,
            prefix="r",
        ),
    )


CARD = NodeCard("condition", _body, _panel, {"otherwise": "Otherwise"}, rows="rules")
