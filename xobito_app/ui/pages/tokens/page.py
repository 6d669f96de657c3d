"""Settings → API tokens: the keys with which other systems use the REST API."""

from __future__ import annotations

from itertools import groupby

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app import registry
from xobito_app.features.tokens.rules import STANDARD_RATE
from xobito_app.ui import styles
from xobito_app.ui.components import (
    badge,
    button,
    check_field,
    confirm_dialog,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    error_state,
    menu_item,
    page_body,
    page_header,
    problem,
    row_menu,
    select_field,
    shown_once,
    skeleton_rows,
    table,
    text_field,
)
from xobito_app.ui.pages.tokens.state import LIVES, NEW_KEY, TokenFormState, TokenRow, TokensState

_HEADS = ("Name", "May", "Limit", "Last used", "State", "")
_NAMES = {
    "messagebots": "Message bots",
    "templatebots": "Template bots",
}


def api_tokens() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "API tokens",
            rx.el.a(
                "Documentation",
                href="/api/docs",
                target="_blank",
                rel="noopener",
                class_name=f"{styles.BUTTON} button-secondary",
            ),
            button("New token", weight="primary", icon_name="plus", on_click=TokenFormState.begin),
            line="Keys with which other systems use the REST API of this workspace.",
        ),
        rx.match(
            TokensState.stage,
            ("ready", rx.cond(TokensState.rows, _list(), _none())),
            ("failed", error_state(TokensState.problem, TokensState.load)),
            skeleton_rows(),
        ),
        _form(),
        _shown_once(),
        _question(),
    )


def _none() -> rx.Component:
    return empty_state(
        "key-round",
        "No tokens yet",
        "Make one for each system that reads or writes here, with no more than it needs.",
        button("New token", icon_name="plus", on_click=TokenFormState.begin),
    )


def _list() -> rx.Component:
    return table(_HEADS, rx.foreach(TokensState.rows, _row), extra=("May", "Limit", "Last used"))


def _row(row: ObjectVar[TokenRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.div(row.name, class_name=styles.ROW_TITLE),
            rx.el.div(row.prefix, class_name=f"{styles.ROW_LINE} {styles.MONO}"),
        ),
        rx.el.td(rx.el.span(row.abilities, title=row.all_abilities), class_name=styles.CELL_EXTRA),
        rx.el.td(row.rate, class_name=f"{styles.CELL_EXTRA} {styles.TABULAR}"),
        rx.el.td(row.used, class_name=f"{styles.CELL_EXTRA} {styles.TABULAR}"),
        rx.el.td(
            badge(row.state, row.tone),
            rx.cond(row.ends, rx.el.div(row.ends, class_name=styles.ROW_LINE)),
        ),
        rx.el.td(
            row_menu(
                rx.cond(
                    row.is_live,
                    menu_item(
                        "Revoke",
                        icon_name="ban",
                        danger=True,
                        on_select=TokensState.ask_to_revoke(row.id, row.name),
                    ),
                    menu_item(
                        "Remove from the list",
                        icon_name="trash-2",
                        on_select=TokensState.remove(row.id),
                    ),
                )
            ),
            class_name=styles.CELL_END,
        ),
        key=row.id,
    )


def _form() -> rx.Component:
    errors = TokenFormState.errors
    return dialog(
        "New token",
        rx.el.form(
            text_field("Name", name="name", errors=errors, max_length=60, placeholder="Web shop"),
            _abilities(),
            problem(errors.get("abilities", "").to(str)),
            rx.el.div(
                text_field(
                    "Requests a minute",
                    name="rate_limit",
                    kind="number",
                    errors=errors,
                    default_value=str(STANDARD_RATE),
                    min="0",
                    help="0 is unlimited.",
                ),
                select_field("Ends", LIVES, name="lives", default_value="", errors=errors),
                class_name=styles.FORM_ROW,
            ),
            problem(errors.get("form", "").to(str)),
            dialog_foot(dialog_close(), button("Create", weight="primary", type="submit")),
            on_submit=TokenFormState.submit,
            class_name=styles.FORM,
        ),
        line="Tick only what the other system needs.",
        open=TokenFormState.is_open,
        on_open_change=TokenFormState.set_open,
        wide=True,
    )


def _abilities() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.div(
                rx.el.div(_NAMES.get(things, things.capitalize()), class_name=styles.MATRIX_NAME),
                rx.el.div(
                    *(
                        check_field(
                            ability.partition(".")[2].capitalize(),
                            name=ability,
                            aria_label=f"{things} {ability.partition('.')[2]}",
                            disabled=~TokenFormState.offered[ability],
                        )
                        for ability in those
                    ),
                    class_name=styles.MATRIX_BOXES,
                ),
                class_name=styles.MATRIX_ROW,
            )
            for things, those in groupby(
                registry.abilities(), key=lambda ability: ability.partition(".")[0]
            )
        ),
        class_name=styles.MATRIX,
    )


def _shown_once() -> rx.Component:
    return dialog(
        "Your new token",
        shown_once(NEW_KEY, label="API token"),
        dialog_foot(dialog_close("I have kept it")),
        line="Keep it now: it is not shown again.",
        open=TokenFormState.is_shown,
        on_open_change=TokenFormState.forget,
    )


def _question() -> rx.Component:
    return confirm_dialog(
        rx.Var.create("Revoke ") + TokensState.asked_name + "?",
        "Whatever uses this token is locked out with its next request.",
        verb="Revoke",
        open=TokensState.asked_id != "",
        on_open_change=TokensState.dismiss,
        on_confirm=TokensState.revoke,
    )
