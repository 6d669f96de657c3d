"""The activity log."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app import registry
from xobito_app.ui import styles
from xobito_app.ui.components import (
    avatar,
    button,
    empty_state,
    error_state,
    link_button,
    page_body,
    page_header,
    skeleton_rows,
    table,
)
from xobito_app.ui.pages.activity.rows import ActivityRow
from xobito_app.ui.pages.activity.state import ActivityState
from xobito_app.ui.theme import icon


def activity_page() -> rx.Component:
    """Return the log with its filters; the same filters decide what is exported."""
    return page_body(
        page_header(
            "Activity log",
            rx.el.a(
                icon("download"),
                "Export CSV",
                href=ActivityState.export_link,
                download="",
                class_name="button button-secondary",
            ),
        ),
        _filters(),
        rx.match(
            ActivityState.stage,
            ("ready", rx.cond(ActivityState.rows, _entries(), _nothing())),
            ("failed", error_state(ActivityState.problem, ActivityState.load)),
            skeleton_rows(10),
        ),
    )


def _filters() -> rx.Component:
    chosen = ActivityState.chosen
    return rx.el.form(
        rx.el.select(
            rx.el.option("Anybody", value=""),
            rx.foreach(
                ActivityState.people,
                lambda person: rx.el.option(person[1], value=person[0], key=person[0]),
            ),
            name="person",
            aria_label="Person",
            default_value=chosen["person"],
            key=chosen["person"] + ActivityState.people.length().to_string(),
            class_name=f"{styles.INPUT_COMPACT} filter",
        ),
        rx.el.select(
            rx.el.option("Everything", value=""),
            *(rx.el.option(words, value=area) for area, words in registry.log_areas().items()),
            name="area",
            aria_label="Area",
            default_value=chosen["area"],
            key=chosen["area"],
            class_name=f"{styles.INPUT_COMPACT} filter",
        ),
        _date("since", "From"),
        _date("until", "to"),
        button("Filter", type="submit", compact=True),
        rx.cond(
            ActivityState.is_narrowed,
            link_button("Clear", to="/activity", weight="ghost", compact=True),
        ),
        on_submit=ActivityState.narrow,
        class_name=styles.TOOLBAR,
    )


def _date(name: str, words: str) -> rx.Component:
    value = ActivityState.chosen[name]
    return rx.el.label(
        rx.el.span(words, class_name=styles.FIELD_HELP),
        rx.el.input(
            type="date",
            name=name,
            default_value=value,
            key=value,
            class_name=f"{styles.INPUT_COMPACT} filter",
        ),
        class_name=styles.LINE,
    )


def _entries() -> rx.Component:
    return rx.fragment(
        table(
            ("Who", "What", "When", "From"),
            rx.foreach(ActivityState.rows, _entry),
            extra=("From",),
        ),
        rx.el.div(
            button(
                "Newer",
                compact=True,
                icon_name="chevron-left",
                disabled=~ActivityState.has_newer,
                on_click=ActivityState.newer,
            ),
            button(
                "Older",
                compact=True,
                icon_name="chevron-right",
                disabled=~ActivityState.has_older,
                on_click=ActivityState.older,
            ),
            class_name=styles.TABLE_FOOT,
        ),
    )


def _entry(row: ObjectVar[ActivityRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                avatar(row.initials, row.tone, size="small"),
                rx.el.span(row.who, class_name=styles.CELL_MAIN),
                class_name=styles.CELL_PERSON,
            )
        ),
        rx.el.td(
            rx.el.span(row.before),
            rx.cond(
                row.link,
                rx.el.a(row.name, href=row.link, class_name=styles.LINK),
                rx.el.strong(row.name),
            ),
            rx.el.span(row.after),
            rx.foreach(row.changes, lambda line: rx.el.div(line, class_name=styles.ROW_LINE)),
        ),
        rx.el.td(row.when, class_name=f"{styles.CELL_MUTED} {styles.CELL_TIME}"),
        rx.el.td(
            row.address, class_name=f"{styles.CELL_MUTED} {styles.TABULAR} {styles.CELL_EXTRA}"
        ),
        key=row.id,
    )


def _nothing() -> rx.Component:
    return empty_state(
        "history",
        rx.cond(ActivityState.is_narrowed, "Nothing fits these filters", "Nothing happened yet"),
        "Whatever changes something in the workspace is written down here.",
    )
