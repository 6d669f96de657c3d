"""The Event journal: every delivery of Meta's raw, what it did, or why it failed."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, cell, filter_chips, line_of, list_page, main_cell
from xobito_app.ui.components import (
    badge,
    button,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    link_button,
    note,
)
from xobito_app.ui.pages.journal.state import FILTERS, DeliveryRow, JournalState


def journal() -> rx.Component:
    """Return the whole page."""
    state = JournalState
    return list_page(
        state,
        _detail(),
        title="Event journal",
        line="Everything Meta delivered, what it did, or why it failed.",
        primary=(
            link_button("Doctor", to="/doctor", icon_name="stethoscope"),
            button("Refresh", icon_name="refresh-cw", on_click=state.load),
        ),
        above=rx.cond(state.late, note(state.late, "danger")),
        columns=("Received", "Status", "Kind", "Result"),
        extra=("Kind",),
        row=_row,
        filters=filter_chips(state, "state", FILTERS),
        empty=empty_state(
            "scroll-text",
            "Nothing received yet",
            "As soon as Meta delivers something to this workspace, it appears here.",
        ),
    )


def _row(row: ObjectVar[DeliveryRow]) -> rx.Component:
    return line_of(
        row,
        main_cell(
            row.when,
            on_open=JournalState.open_row(row.id),
            label=rx.Var.create("Open the delivery of ") + row.full_time.to(str),
        ),
        rx.el.td(badge(row.state, row.tone)),
        cell(rx.el.span(row.kinds, class_name=styles.MONO), extra=True, title=row.kinds),
        cell(row.told, " ", rx.el.span(row.repeats, class_name=styles.MUTED), wrap=True),
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
                    "hidden here.",
                    "info",
                ),
            ),
            rx.el.pre(detail.body, class_name="raw", tab_index=0),
            class_name=styles.STACK,
        ),
        dialog_foot(
            dialog_close("Close"),
            allowed(
                Permission.CONNECTION_MANAGE,
                button(
                    "Read again",
                    weight="primary",
                    icon_name="rotate-ccw",
                    busy=JournalState.is_busy,
                    on_click=JournalState.replay,
                ),
            ),
        ),
        line=detail.row.full_time,
        open=JournalState.is_open,
        on_open_change=JournalState.set_open,
        wide=True,
    )
