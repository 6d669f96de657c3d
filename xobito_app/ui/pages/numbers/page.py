"""The Numbers page: which accounts and numbers are connected and how they are doing."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    actions_cell,
    allowed,
    can,
    cell,
    confirm,
    line_of,
    loaded,
    main_cell,
)
from xobito_app.ui.components import (
    badge,
    button,
    card,
    empty_state,
    icon_button,
    link_button,
    menu_item,
    note,
    page_body,
    page_header,
    table,
)
from xobito_app.ui.pages.numbers.rows import AccountRow, NumberRow
from xobito_app.ui.pages.numbers.state import NumbersState

_MANAGE = Permission.CONNECTION_MANAGE


def numbers() -> rx.Component:
    """Return the whole page."""
    state = NumbersState
    sync = button("Sync now", icon_name="refresh-cw", busy=state.is_busy, on_click=state.sync)
    return page_body(
        page_header(
            "Numbers",
            link_button("Doctor", to="/doctor", icon_name="stethoscope"),
            allowed(
                _MANAGE,
                rx.cond(state.accounts, sync),
                link_button("Connect", to="/connect", weight="primary", icon_name="plug"),
            ),
            line="Your business numbers on WhatsApp, with their quality and limits.",
        ),
        loaded(state, _content(), rows=4),
        confirm(
            state,
            "disconnect",
            title=rx.Var.create("Disconnect ") + state.asked_name + "?",
            line="Its token is revoked and deleted, Meta stops sending, and the inbox becomes "
            "read-only. None of your data is deleted.",
            verb="Disconnect",
            on_confirm=state.disconnect,
        ),
    )


def _content() -> rx.Component:
    return rx.cond(
        NumbersState.accounts,
        rx.el.div(
            rx.foreach(NumbersState.accounts, _account),
            _tier(),
            table(
                ("Number", "Quality", "Status", "Messaging limit", "Speed", ""),
                rx.foreach(NumbersState.numbers, _row),
                extra=("Messaging limit", "Speed"),
            ),
            class_name=styles.STACK,
        ),
        empty_state(
            "smartphone",
            "No number is connected",
            "Connect a WhatsApp Business Account, or try everything with the simulator first.",
            allowed(_MANAGE, link_button("Connect", to="/connect", weight="primary")),
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
                can(_MANAGE) & row.is_connected,
                icon_button(
                    "unplug",
                    "Disconnect",
                    on_click=NumbersState.ask("disconnect", row.id, row.name),
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
    make_primary = menu_item(
        "Make primary", icon_name="star", on_select=NumbersState.make_primary(row.id)
    )
    return line_of(
        row,
        main_cell(row.phone, rx.cond(row.is_primary, badge("Primary", "accent")), line=row.name),
        rx.el.td(badge(row.quality, row.quality_tone)),
        rx.el.td(badge(row.status, row.status_tone)),
        cell(row.tier, extra=True),
        cell(row.speed, extra=True, tabular=True),
        rx.cond(row.may_be_primary, actions_cell(make_primary, needs=_MANAGE), rx.el.td()),
    )
