"""The activity log."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app import registry
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    cell,
    filter_date,
    filter_select,
    line_of,
    list_page,
    person_cell,
)
from xobito_app.ui.components import download_button, empty_state
from xobito_app.ui.pages.activity.rows import ActivityRow
from xobito_app.ui.pages.activity.state import ActivityState


def activity_page() -> rx.Component:
    """Return the log with its filters; the same filters decide what is exported."""
    state = ActivityState
    return list_page(
        state,
        title="Activity log",
        line="Who changed what, and when.",
        primary=download_button("Export CSV", href=state.export_link),
        columns=("Person", "What", "When", "IP address"),
        extra=("IP address",),
        row=_entry,
        filters=(
            filter_select(state, "person", "Person", state.people),
            filter_select(state, "area", "Area", list(registry.log_areas().items())),
            filter_date(state, "since", "From"),
            filter_date(state, "until", "To"),
        ),
        empty=empty_state(
            "history",
            "Nothing has happened yet",
            "Every change in the workspace is written down here.",
        ),
    )


def _entry(row: ObjectVar[ActivityRow]) -> rx.Component:
    return line_of(
        row,
        person_cell(row, name=row.who),
        cell(
            rx.el.span(row.before),
            rx.cond(
                row.link,
                rx.el.a(row.name, href=row.link, class_name=styles.LINK),
                rx.el.strong(row.name),
            ),
            rx.el.span(row.after),
            rx.foreach(row.changes, lambda line: rx.el.div(line, class_name=styles.ROW_LINE)),
            wrap=True,
        ),
        cell(row.when, muted=True, tabular=True),
        cell(row.address, muted=True, tabular=True, extra=True),
    )
