"""Lists one picks from: what fits in a box that opens, and people with their last words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx
from reflex.vars import ArrayVar

from xobito_app.ui import styles
from xobito_app.ui.components.states import empty_line


def picker_list(
    rows: ArrayVar[Sequence[Any]], line: Callable[[Any], rx.Component], *, empty: str
) -> rx.Component:
    """Return what can be picked, drawn by `picker_line`, or that nothing fits."""
    return rx.cond(
        rows.length() > 0,
        rx.el.ul(rx.foreach(rows, line), class_name=styles.PICKER),
        empty_line(empty),
    )


def picker_line(
    name: Any, *more: Any, on_click: Any, key: Any, is_wide: bool = False, **props: Any
) -> rx.Component:
    """Return one line of a `picker_list`: a name with more below it, or beside it when wide."""
    return rx.el.li(
        rx.el.button(
            rx.el.strong(name),
            *more,
            type="button",
            on_click=on_click,
            class_name="picker-line picker-line-wide" if is_wide else "picker-line",
            **props,
        ),
        key=key,
    )


def person_button(
    face: rx.Component, name: Any, *below: Any, when: Any = "", **props: Any
) -> rx.Component:
    """Return the button of one line in a list of people: who, when, and what stands below.

    Args:
        face: The person's avatar.
        name: Who it is.
        below: The second row; `person_words` makes the words that give way where it is narrow.
        when: The time at the end of the first row.
        props: What the button does, and whether it is the current one.
    """
    return rx.el.button(
        face,
        rx.el.span(
            rx.el.span(
                rx.el.span(name, class_name="person-name"),
                rx.el.span(when, class_name="person-when"),
                class_name="person-row",
            ),
            rx.el.span(*below, class_name="person-row"),
            class_name="person-text",
        ),
        type="button",
        class_name=styles.PERSON_BUTTON,
        **props,
    )


def person_words(words: Any) -> rx.Component:
    """Return the words below a name."""
    return rx.el.span(words, class_name="person-words")
