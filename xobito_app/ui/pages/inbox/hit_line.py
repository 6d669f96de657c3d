"""A line of the left pane that leads into a thread: a search result, a mention."""

from __future__ import annotations

from typing import Any

import reflex as rx

Words = rx.Var[str]


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
