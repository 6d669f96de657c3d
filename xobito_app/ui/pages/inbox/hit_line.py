"""Lines of the left pane that lead into a thread, and what a pane says when it is empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx
from reflex.vars import ArrayVar

from xobito_app.ui.theme import icon

Words = rx.Var[str]


def pane_empty(
    picture: str, title: str, text: rx.Var[Any] | str, *, size: int = 28, **props: Any
) -> rx.Component:
    """Return the picture and the words of a pane that has nothing to show."""
    return rx.el.div(
        icon(picture, size=size),
        rx.el.p(title, class_name="empty-title"),
        rx.el.p(text, class_name="empty-text"),
        class_name="pane-empty",
        **props,
    )


def hit_lines(
    rows: ArrayVar[Sequence[Any]], line: Callable[[Any], rx.Component], *, empty: rx.Component
) -> rx.Component:
    """Return the list of lines, or what stands in its place without any."""
    return rx.cond(
        rows.length() > 0,
        rx.el.ul(rx.foreach(rows, line), class_name="thread-rows"),
        empty,
    )


def hit_line(
    *,
    key: Words,
    initials: Words,
    tone: Words,
    name: Words | rx.Component,
    when: Words,
    words: Words | rx.Component,
    on_click: Any,
    mark: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """Return the line: who, when, the words in question, and a mark for what is new."""
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                initials,
                class_name=rx.Var.create("avatar row-avatar ") + tone.to(str),
                aria_hidden="true",
            ),
            rx.el.span(
                rx.el.span(
                    rx.el.span(name, class_name="row-name"),
                    rx.el.span(when, class_name="row-when"),
                    class_name="row-top",
                ),
                rx.el.span(
                    rx.el.span(words, class_name="row-preview"),
                    *([mark] if mark is not None else []),
                    class_name="row-bottom",
                ),
                class_name="row-text",
            ),
            type="button",
            on_click=on_click,
            class_name="thread-button",
        ),
        key=key,
        class_name="thread-row",
        **props,
    )
