"""Settings → API tokens: the keys with which other systems use the REST API."""

from __future__ import annotations

from itertools import groupby

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app import registry
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    Fields,
    actions_cell,
    cell,
    confirm,
    confirm_delete,
    form_dialog,
    line_of,
    list_page,
    main_cell,
    new_button,
    shown_once,
)
from xobito_app.ui.components import badge, check_field, empty_state, menu_item
from xobito_app.ui.pages.tokens.state import LIVES, NEW_KEY, TokenFormState, TokenRow, TokensState

_NAMES = {"messagebots": "Message bots", "templatebots": "Template bots"}


def api_tokens() -> rx.Component:
    """Return the whole page."""
    state = TokenFormState
    new = new_button("New token", state)
    return list_page(
        TokensState,
        _form(),
        shown_once(
            NEW_KEY,
            title="Your new token",
            label="API token",
            open=state.is_secret_shown,
            on_close=state.forget_secret,
            verb="I have saved it",
        ),
        confirm(
            state,
            "revoke",
            title=rx.Var.create("Revoke “") + state.asked_name + "”?",
            line="Whatever uses this token is refused from its next request on.",
            verb="Revoke token",
            on_confirm=state.revoke,
        ),
        confirm_delete(state, "token", "It has ended already. The activity log keeps what it did."),
        title="API tokens",
        line="Keys with which other systems use the REST API of this workspace.",
        primary=(_documentation(), new),
        columns=("Name", "Allowed to", "Limit", "Last used", "Status", ""),
        extra=("Allowed to", "Limit", "Last used"),
        row=_row,
        empty=empty_state(
            "key-round",
            "No tokens yet",
            "Make one for each system that reads or writes here, with no more than it needs.",
            new_button("New token", state),
        ),
    )


def _documentation() -> rx.Component:
    return rx.el.a(
        "Documentation",
        href="/api/docs",
        target="_blank",
        rel="noopener",
        class_name=f"{styles.BUTTON} button-secondary",
    )


def _row(row: ObjectVar[TokenRow]) -> rx.Component:
    ask = TokenFormState.ask
    revoke = menu_item(
        "Revoke", icon_name="ban", danger=True, on_select=ask("revoke", row.id, row.name)
    )
    delete = menu_item(
        "Delete", icon_name="trash-2", danger=True, on_select=ask("delete", row.id, row.name)
    )
    return line_of(
        row,
        main_cell(row.name, line=rx.el.span(row.prefix, class_name=styles.MONO)),
        cell(row.abilities, title=row.all_abilities, extra=True),
        cell(row.rate, extra=True, tabular=True),
        cell(row.used, extra=True, tabular=True),
        rx.el.td(
            badge(row.state, row.tone),
            rx.cond(row.ends, rx.el.div(row.ends, class_name=styles.ROW_LINE)),
        ),
        actions_cell(rx.cond(row.is_live, revoke, delete)),
    )


def _form() -> rx.Component:
    state, fields = TokenFormState, Fields(TokenFormState)
    return form_dialog(
        state,
        fields.text("Name", "name", max_length=60, placeholder="Web shop", auto_focus=True),
        rx.el.div(_abilities(), fields.error("abilities"), class_name="field"),
        rx.el.div(
            fields.text(
                "Requests a minute", "rate_limit", input_mode="numeric", help="0 is unlimited."
            ),
            fields.select("Expires", "lives", LIVES),
            class_name=styles.FORM_ROW,
        ),
        new="New token",
        line="Tick only what the other system needs.",
        verb="Create",
        wide=True,
    )


def _abilities() -> rx.Component:
    areas = groupby(registry.abilities(), key=lambda ability: ability.partition(".")[0])
    return rx.el.div(*(_area(area, list(own)) for area, own in areas), class_name=styles.MATRIX)


def _area(area: str, abilities: list[str]) -> rx.Component:
    boxes = [
        check_field(
            ability.partition(".")[2].capitalize(),
            name=ability,
            aria_label=f"{area} {ability.partition('.')[2]}",
            disabled=~TokenFormState.offered[ability],
        )
        for ability in abilities
    ]
    return rx.el.div(
        rx.el.div(_NAMES.get(area, area.capitalize()), class_name=styles.MATRIX_NAME),
        rx.el.div(*boxes, class_name=styles.MATRIX_BOXES),
        class_name=styles.MATRIX_ROW,
    )
