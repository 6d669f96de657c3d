"""The delivery log and the delivery that is open."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.features.webhooks.rules import EVENTS
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    cell,
    filter_chips,
    filter_select,
    line_of,
    list_view,
    main_cell,
)
from xobito_app.ui.components import (
    badge,
    button,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
)
from xobito_app.ui.pages.webhooks.rows import FILTERS, DeliveryRow
from xobito_app.ui.pages.webhooks.state import DeliveryLogState


def delivery_log() -> rx.Component:
    """Return the log with its filters."""
    state = DeliveryLogState
    return list_view(
        state,
        columns=("When", "Event", "Status", "Answer", "Attempts"),
        extra=("Answer", "Attempts"),
        row=_row,
        filters=(
            *filter_chips(state, "state", FILTERS),
            filter_select(state, "event", "Event", [(event, event) for event in EVENTS]),
            button("Refresh", compact=True, icon_name="refresh-cw", on_click=state.load),
        ),
        empty=empty_state(
            "webhook",
            "Nothing delivered yet",
            "Change a contact, or send a test, and it appears here with the answer.",
        ),
    )


def _row(row: ObjectVar[DeliveryRow]) -> rx.Component:
    took = rx.el.span(row.took, class_name=styles.MUTED)
    return line_of(
        row,
        main_cell(
            row.when,
            on_open=DeliveryLogState.open_row(row.id),
            label=rx.Var.create("Open the delivery of ") + row.full_time.to(str),
        ),
        cell(rx.el.span(row.event, class_name=styles.MONO), title=row.event),
        rx.el.td(badge(row.state, row.tone)),
        cell(row.answer, extra=True),
        cell(row.tries, " ", took, extra=True, tabular=True),
    )


def open_delivery() -> rx.Component:
    """Return the delivery that is open, with its request and answer."""
    detail = DeliveryLogState.detail
    return dialog(
        detail.row.event,
        rx.el.div(
            rx.el.p(badge(detail.row.state, detail.row.tone), " ", detail.row.answer),
            rx.el.p(
                "To ",
                detail.url,
                ", tried ",
                detail.row.tries,
                ". ",
                detail.row.took,
                class_name=styles.MUTED,
            ),
            rx.el.h3("Request", class_name=styles.CARD_TITLE),
            rx.el.pre(detail.request, class_name="raw", tab_index=0),
            rx.el.h3("Answer", class_name=styles.CARD_TITLE),
            rx.el.pre(detail.response, class_name="raw", tab_index=0),
            class_name=styles.STACK,
        ),
        dialog_foot(
            dialog_close("Close"),
            rx.cond(
                detail.row.can_repeat,
                button(
                    "Send again",
                    weight="primary",
                    icon_name="rotate-ccw",
                    on_click=DeliveryLogState.redeliver,
                ),
            ),
        ),
        line=detail.row.full_time,
        open=DeliveryLogState.is_open,
        on_open_change=DeliveryLogState.set_open,
        wide=True,
    )
