"""Canned replies: what the team answers again and again."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui.components import (
    button,
    dialog,
    dialog_foot,
    empty_state,
    menu_item,
    page_body,
    page_header,
    row_menu,
    skeleton_rows,
    table,
    tabs,
    text_area,
    text_field,
)
from xobito_app.ui.pages.canned.macro_state import MacroState
from xobito_app.ui.pages.canned.macros import macro_list
from xobito_app.ui.pages.canned.state import CannedState, ReplyRow
from xobito_app.ui.shell import ShellState


def canned_replies() -> rx.Component:
    """The list, its form, and what stands there before the first one."""
    return page_body(
        page_header(
            "Canned replies",
            rx.cond(
                ShellState.can["canned_replies.manage"],
                rx.cond(
                    CannedState.tab == "macros",
                    _new("New macro", MacroState.write_new),
                    _new("New reply", CannedState.write_new),
                ),
            ),
            line="Prepared answers and macros, a slash away in the composer.",
        ),
        tabs(
            ("replies", "Replies", _replies()),
            ("macros", "Macros", macro_list()),
            value=CannedState.tab,
            on_change=CannedState.show_tab,
        ),
    )


def _new(label: str, on_click: Any) -> rx.Component:
    return button(label, weight="primary", icon_name="plus", on_click=on_click)


def _replies() -> rx.Component:
    return rx.fragment(
        rx.cond(
            CannedState.is_loaded,
            rx.cond(CannedState.rows.length() > 0, _list(), _none()),
            skeleton_rows(),
        ),
        _form(),
    )


def _none() -> rx.Component:
    return empty_state(
        "zap",
        "No canned replies yet",
        "Opening hours, directions, prices: write them once, send them in a second.",
    )


def _list() -> rx.Component:
    return table(["Shortcut", "Text", ""], rx.foreach(CannedState.rows, _row))


def _row(row: ObjectVar[ReplyRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.strong(row.label)),
        rx.el.td(row.preview),
        rx.el.td(
            rx.cond(
                ShellState.can["canned_replies.manage"],
                row_menu(
                    menu_item("Edit", icon_name="pencil", on_select=CannedState.edit(row.id)),
                    menu_item(
                        "Delete",
                        icon_name="trash-2",
                        danger=True,
                        on_select=CannedState.remove(row.id),
                    ),
                ),
            )
        ),
        key=row.id,
    )


def _form() -> rx.Component:
    return dialog(
        rx.cond(CannedState.reply_id != "", "Change the reply", "New canned reply"),
        rx.el.form(
            text_field(
                "Shortcut",
                name="shortcut",
                default_value=CannedState.shortcut,
                errors=CannedState.errors,
                help="Letters a-z, numbers, - and _, like hours or price-list.",
            ),
            text_area(
                "Text",
                name="body",
                default_value=CannedState.body,
                errors=CannedState.errors,
                help="{contact.first_name}, {contact.company} and {agent.name} are filled in.",
            ),
            dialog_foot(button("Save", weight="primary", type="submit")),
            on_submit=CannedState.save,
            class_name="form",
        ),
        open=CannedState.is_open,
        on_open_change=CannedState.set_open,
    )
