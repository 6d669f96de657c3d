"""Lines of the left pane that lead to what was said in a thread."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.ui.components import avatar, person_button
from xobito_app.ui.components.pickers import person_words


def hit_line(
    *,
    key: rx.Var[str],
    initials: rx.Var[str],
    tone: int | rx.Var[int],
    name: Any,
    when: rx.Var[str],
    words: Any,
    on_click: Any,
    mark: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """Return the line: who, when, the words in question, and a mark for what is new."""
    return rx.el.li(
        person_button(
            avatar(initials, tone, size="medium"),
            name,
            person_words(words),
            *([mark] if mark is not None else []),
            when=when,
            on_click=on_click,
        ),
        key=key,
        class_name="thread-row",
        **props,
    )
