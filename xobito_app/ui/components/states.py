"""What stands where content is missing: empty, loading, failed, not allowed; and notes."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components.buttons import button
from xobito_app.ui.theme import icon

_WIDTHS = (38, 54, 30, 46, 34, 60, 42, 50)


def empty_state(
    icon_name: str,
    title: str | rx.Var[str],
    line: str | rx.Var[str],
    *actions: rx.Component,
    **props: Any,
) -> rx.Component:
    """Return a picture in line style, what this place is for, and one action."""
    return rx.el.div(
        rx.el.div(icon(icon_name, size=24), class_name="state-picture"),
        rx.el.div(title, class_name="state-title"),
        rx.el.p(line, class_name="state-line"),
        rx.el.div(*actions, class_name="state-action") if actions else rx.fragment(),
        class_name="state",
        **props,
    )


def empty_line(words: str | rx.Var[str]) -> rx.Component:
    """Return what stands in the place of a few rows within a box or a panel."""
    return rx.el.p(words, class_name="empty-line")


def error_state(line: str | rx.Var[str], on_retry: Any) -> rx.Component:
    """Return the reason why something could not be shown, and a way to try again."""
    return empty_state(
        "cloud-off",
        "This could not be loaded",
        line,
        button("Try again", icon_name="rotate-ccw", on_click=on_retry),
        role="alert",
    )


def skeleton_rows(rows: int = 6) -> rx.Component:
    """Return grey lines in the place of rows; they show only when loading takes a while."""
    return rx.el.div(
        *(
            rx.el.div(
                rx.el.div(class_name="skeleton-bar", style={"width": "28px", "height": "28px"}),
                rx.el.div(
                    class_name="skeleton-bar", style={"width": f"{_WIDTHS[i % len(_WIDTHS)]}%"}
                ),
                class_name="skeleton-row",
            )
            for i in range(rows)
        ),
        class_name="skeleton",
        aria_busy="true",
        aria_label="Loading",
    )


def note(
    words: str | rx.Var[str],
    tone: Literal["neutral", "info", "success", "warning", "danger"] = "neutral",
    *actions: rx.Component,
    icon_name: str = "info",
    **props: Any,
) -> rx.Component:
    """Return a sentence in a soft box, and what can be done about it."""
    return rx.el.div(
        icon(icon_name),
        rx.el.span(words, class_name=styles.GROW),
        *actions,
        class_name=f"note note-{tone}",
        **props,
    )


def problem(words: rx.Var[str]) -> rx.Component:
    """Return the sentence of a failure, when there is one."""
    return rx.cond(
        words, note(words, "danger", icon_name="circle-alert", role="alert"), rx.fragment()
    )
