"""Charts in the colors of the theme; each has its figures in words or in a table behind it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components.marks import Tone


def stacked_bar(
    *parts: tuple[Tone, rx.Var[float]], words: str | rx.Var[str], **props: Any
) -> rx.Component:
    """Return a bar of parts side by side, and what it says in words behind it.

    Args:
        parts: Each a tone and its width in per cent; what is left stays empty.
        words: The figures, for everybody.
    """
    return rx.el.div(
        rx.el.div(
            *(
                rx.el.span(
                    class_name=f"bar-part bar-{tone}", style={"width": width.to_string() + "%"}
                )
                for tone, width in parts
            ),
            class_name="bar",
            aria_hidden="true",
        ),
        rx.el.span(words, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        class_name="bar-line",
        **props,
    )
