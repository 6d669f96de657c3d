"""The Numbers page: which accounts and numbers are connected and how they are doing."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import (
    badge,
    button,
    card,
    confirm_dialog,
    empty_state,
    error_state,
    icon_button,
    link_button,
    menu_item,
    note,
    page_body,
    page_header,
    row_menu,
    skeleton_rows,
    table,
)
from xobito_app.ui.pages.numbers.rows import AccountRow, NumberRow
from xobito_app.ui.pages.numbers.state import NumbersState
from xobito_app.ui.shell.state import ShellState

_MAY = ShellState.can.contains("connection.manage")


def numbers() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Numbers",
            link_button("Doctor", to="/doctor", icon_name="stethoscope"),
            rx.cond(
                _MAY & NumbersState.accounts,
                button(
                    "Sync now",
                    icon_name="refresh-cw",
                    busy=NumbersState.is_syncing,
                    on_click=NumbersState.sync,
                ),
            ),
            rx.cond(
                _MAY, link_button("Connect", to="/connect", weight="primary", icon_name="plug")
            ),
            line="Your business numbers at WhatsApp, with their quality and limits.",
        ),
        rx.cond(
            NumbersState.failure,
            error_state(NumbersState.failure, NumbersState.load),
            rx.cond(NumbersState.is_loaded, _content(), skeleton_rows(4)),
        ),
        confirm_dialog(
            rx.Var.create("Disconnect ") + NumbersState.leaving_name + "?",
            "The token is forgotten and revoked, Meta stops sending, the inbox becomes read-only. "
            "Nothing of your data is deleted.",
            verb="Disconnect",
            open=NumbersState.leaving_id != "",
            on_open_change=NumbersState.set_leaving,
            on_confirm=NumbersState.leave,
        ),
    )


def _content() -> rx.Component:
    return rx.cond(
        NumbersState.accounts,
        rx.el.div(
            rx.foreach(NumbersState.accounts, _account),
            _tier(),
            table(
                ["Number", "Quality", "Status", "Messaging limit", "Speed", ""],
                rx.foreach(NumbersState.numbers, _row),
            ),
            class_name=styles.STACK,
        ),
        empty_state(
            "smartphone",
            "No number is connected",
            "Connect a WhatsApp Business Account, or try everything with the simulator first.",
            rx.cond(_MAY, link_button("Connect", to="/connect", weight="primary")),
        ),
    )


def _account(row: ObjectVar[AccountRow]) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row.name, " ", badge(row.state, row.tone), class_name=styles.CARD_TITLE),
                rx.el.p(row.line, class_name=styles.CARD_NOTE),
                rx.cond(row.reason, note(row.reason, "warning", icon_name="triangle-alert")),
            ),
            rx.cond(
                _MAY & row.is_connected,
                icon_button(
                    "unplug",
                    "Disconnect",
                    on_click=NumbersState.ask_to_leave(row.id),
                ),
            ),
            class_name="account-head",
        ),
        key=row.id,
    )


def _tier() -> rx.Component:
    tier = NumbersState.tier
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Messaging tier: ", tier.title, class_name=styles.CARD_TITLE),
                rx.el.p(tier.line, class_name=styles.CARD_NOTE),
                rx.el.div(
                    rx.el.div(
                        class_name=rx.Var.create("meter-fill meter-") + tier.tone.to(str),
                        style={"width": tier.percent},
                    ),
                    class_name="meter",
                    aria_hidden="true",
                ),
                class_name=styles.GROW,
            ),
            class_name="account-head",
        )
    )


def _row(row: ObjectVar[NumberRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.span(row.phone, class_name=f"{styles.TABULAR} number-phone"),
            " ",
            rx.cond(row.is_primary, badge("Primary", "accent")),
            rx.el.div(row.name, class_name=styles.MUTED),
        ),
        rx.el.td(badge(row.quality, row.quality_tone)),
        rx.el.td(badge(row.status, row.status_tone)),
        rx.el.td(row.tier),
        rx.el.td(row.speed),
        rx.el.td(
            rx.cond(
                _MAY & row.may_be_primary,
                row_menu(
                    menu_item(
                        "Make primary",
                        icon_name="star",
                        on_select=NumbersState.make_primary(row.id),
                    )
                ),
            ),
            class_name=styles.CELL_END,
        ),
        key=row.id,
    )
