"""The Event journal: every delivery of Meta's raw, what it did, or why it failed."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import (
    badge,
    button,
    chip,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    error_state,
    link_button,
    list_foot,
    note,
    page_body,
    page_header,
    skeleton_rows,
    table,
)
from xobito_app.ui.pages.journal.state import FILTERS, DeliveryRow, JournalState
from xobito_app.ui.shell.state import ShellState

_HEADS = ("Received", "State", "Kind", "What it did")


def journal() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Event journal",
            link_button("Doctor", to="/doctor", icon_name="stethoscope"),
            button("Refresh", icon_name="refresh-cw", on_click=JournalState.load),
            line="Every delivery of Meta's as it came, what it did, or why it failed.",
        ),
        rx.cond(JournalState.late, note(JournalState.late, "danger")),
        rx.el.div(
            *(
                chip(
                    label,
                    aria_pressed=rx.cond(JournalState.state == state, "true", "false"),
                    on_click=JournalState.filter_state(state),
                )
                for state, label in FILTERS
            ),
            class_name=styles.TOOLBAR,
        ),
        rx.cond(
            JournalState.failure,
            error_state(JournalState.failure, JournalState.load),
            rx.cond(JournalState.is_loaded, _list(), skeleton_rows()),
        ),
        _detail(),
    )


def _list() -> rx.Component:
    return rx.cond(
        JournalState.rows,
        rx.el.div(
            table(_HEADS, rx.foreach(JournalState.rows, _row)),
            list_foot(
                is_first=JournalState.is_first,
                on_first=JournalState.load,
                has_more=JournalState.cursor,
                on_more=JournalState.show_older,
                words=("Newest", "Older"),
            ),
        ),
        empty_state(
            "scroll-text",
            rx.cond(JournalState.state, "Nothing in this state", "Nothing has come in yet"),
            "As soon as Meta delivers something to this workspace, it stands here.",
        ),
    )


def _row(row: ObjectVar[DeliveryRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.button(
                row.when,
                type="button",
                class_name=f"{styles.LINK} {styles.TABULAR}",
                title=row.full_time,
                aria_label=rx.Var.create("Open the delivery of ") + row.full_time.to(str),
                on_click=JournalState.open_delivery(row.id),
            )
        ),
        rx.el.td(badge(row.state, row.tone)),
        rx.el.td(rx.el.span(row.kinds, class_name=styles.MONO)),
        rx.el.td(row.told, " ", rx.el.span(row.repeats, class_name=styles.MUTED)),
        key=row.id,
    )


def _detail() -> rx.Component:
    detail = JournalState.detail
    return dialog(
        detail.row.kinds,
        rx.el.div(
            rx.el.p(badge(detail.row.state, detail.row.tone), " ", detail.row.told),
            rx.el.p(detail.facts, " ", detail.row.repeats, class_name=styles.MUTED),
            rx.cond(detail.is_cut, note("Only the beginning is shown.", "info")),
            rx.cond(
                detail.is_covered,
                note(
                    "Your role does not show every conversation, so names, numbers and texts are "
                    "covered here.",
                    "info",
                ),
            ),
            rx.el.pre(detail.body, class_name="raw", tab_index=0),
            class_name=styles.STACK,
        ),
        dialog_foot(
            dialog_close("Close"),
            rx.cond(
                ShellState.can.contains("connection.manage"),
                button(
                    "Read again",
                    weight="primary",
                    icon_name="rotate-ccw",
                    busy=JournalState.is_replaying,
                    on_click=JournalState.replay,
                ),
            ),
        ),
        line=detail.row.full_time,
        open=JournalState.is_open,
        on_open_change=JournalState.set_open,
        wide=True,
    )
