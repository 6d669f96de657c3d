"""Charts in the colors of the theme; each has its figures in words or in a table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components.buttons import text_button
from xobito_app.ui.components.layout import table
from xobito_app.ui.components.marks import Tone

_AXIS = {"fontSize": 12, "fill": "var(--muted)"}


@dataclass(frozen=True, slots=True)
class Point:
    """A column of a chart: what stands below it, and how high it is."""

    label: str
    count: int


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


def funnel(rows: rx.Var[Any], *, label: str, on_choose: Any) -> rx.Component:
    """Return steps below one another, each with its bar, count and share.

    Args:
        rows: Have `id`, `label`, `tone`, `count`, `share`, `width` in per cent, and `state`, which
            is what `on_choose` is called with where it is not empty.
        label: What the steps are of, for screen readers.
    """

    def line(row: ObjectVar[Any]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                rx.cond(
                    row.state != "",
                    text_button(row.label, on_click=on_choose(row.state)),
                    row.label,
                ),
                scope="row",
            ),
            rx.el.td(
                rx.el.div(
                    rx.el.span(
                        class_name=rx.Var.create("bar-part bar-") + row.tone.to(str),
                        style={"width": row.width.to_string() + "%"},
                    ),
                    class_name="bar",
                    aria_hidden="true",
                )
            ),
            rx.el.td(row.count, class_name=styles.TABULAR),
            rx.el.td(row.share, class_name=f"{styles.TABULAR} {styles.MUTED}"),
            key=row.id,
        )

    return rx.el.table(
        rx.el.caption(label, class_name=styles.SR_ONLY),
        rx.el.tbody(rx.foreach(rows, line)),
        class_name="funnel",
    )


def column_chart(
    points: rx.Var[list[Point]], *, label: rx.Var[str], heads: tuple[str, str]
) -> rx.Component:
    """Return columns over time, and the same figures in a table that opens.

    Args:
        points: As `Point`; a window of at most about a hundred.
        label: What the columns count.
        heads: Of the table: what stands below a column, and what it counts.
    """
    drawn = rx.recharts.bar_chart(
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--hairline)"),
        rx.recharts.x_axis(
            data_key="label", tick=_AXIS, tick_line=False, stroke="var(--hairline)", min_tick_gap=24
        ),
        rx.recharts.y_axis(
            tick=_AXIS, tick_line=False, axis_line=False, width=40, allow_decimals=False
        ),
        rx.recharts.graphing_tooltip(
            content_style={
                "background": "var(--surface-float)",
                "border": "1px solid var(--hairline)",
                "borderRadius": "var(--radius)",
                "color": "var(--text)",
            },
            cursor={"fill": "var(--hover)"},
        ),
        rx.recharts.bar(
            data_key="count", name=heads[1], fill="var(--accent)", is_animation_active=False
        ),
        data=points.to(list[dict[str, Any]]),
        width="100%",
        height=180,
        max_bar_size=32,
        # The table says the same to who cannot see it.
        custom_attrs={"accessibilityLayer": False},
    )
    return rx.el.figure(
        rx.el.figcaption(label, class_name=styles.CARD_NOTE),
        rx.el.div(drawn, aria_hidden="true"),
        rx.el.details(
            rx.el.summary("Show as a table"),
            table(heads, rx.foreach(points, _figures)),
        ),
        class_name="chart",
    )


def _figures(point: ObjectVar[Point], place: rx.Var[int]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(point.label, class_name=styles.TABULAR),
        rx.el.td(point.count, class_name=styles.TABULAR),
        key=place.to_string(),
    )
