"""The delivery log and the delivery that is open."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.features.webhooks.rules import EVENTS
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
    list_foot,
    skeleton_rows,
    table,
)
from xobito_app.ui.components.fields import options
from xobito_app.ui.pages.webhooks.rows import FILTERS, DeliveryRow
from xobito_app.ui.pages.webhooks.state import DeliveryLogState

_HEADS = ("When", "Event", "State", "Answer", "Tried")


def delivery_log() -> rx.Component:
    """Return the log with its filters."""
    return rx.el.div(
        rx.el.div(
            *(
                chip(
                    label,
                    aria_pressed=rx.cond(DeliveryLogState.state == state, "true", "false"),
                    on_click=DeliveryLogState.filter_state(state),
                )
                for state, label in FILTERS
            ),
            rx.el.select(
                *options([("", "All events"), *((event, event) for event in EVENTS)]),
                value=DeliveryLogState.event,
                on_change=DeliveryLogState.filter_event,
                aria_label="Event",
                class_name=f"{styles.INPUT_COMPACT} filter-select",
            ),
            button("Refresh", compact=True, icon_name="refresh-cw", on_click=DeliveryLogState.load),
            class_name=styles.TOOLBAR,
        ),
        rx.cond(
            DeliveryLogState.failure,
            error_state(DeliveryLogState.failure, DeliveryLogState.load),
            rx.cond(DeliveryLogState.is_loaded, _list(), skeleton_rows()),
        ),
        class_name=styles.STACK,
    )


def _list() -> rx.Component:
    return rx.cond(
        DeliveryLogState.rows,
        rx.el.div(
            table(_HEADS, rx.foreach(DeliveryLogState.rows, _row), extra=("Answer", "Tried")),
            list_foot(
                is_first=DeliveryLogState.is_first,
                on_first=DeliveryLogState.load,
                has_more=DeliveryLogState.cursor,
                on_more=DeliveryLogState.show_older,
                words=("Newest", "Older"),
            ),
        ),
        empty_state(
            "webhook",
            "No deliveries here",
            "Change a contact, or send a test, and it stands here with the answer.",
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
                on_click=DeliveryLogState.open_delivery(row.id),
            )
        ),
        rx.el.td(rx.el.span(row.event, class_name=styles.MONO)),
        rx.el.td(badge(row.state, row.tone)),
        rx.el.td(row.answer, class_name=styles.CELL_EXTRA),
        rx.el.td(
            row.tries,
            " ",
            rx.el.span(row.took, class_name=styles.MUTED),
            class_name=f"{styles.CELL_EXTRA} {styles.TABULAR}",
        ),
        key=row.id,
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
