"""Macros: their list, and the form with one line per step."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.features.inbox.composing import macros
from xobito_app.ui.components import (
    button,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    menu_item,
    row_menu,
    skeleton_rows,
    table,
    text_field,
)
from xobito_app.ui.components.fields import options
from xobito_app.ui.pages.canned.macro_state import KINDS, ActionSlot, MacroRow, MacroState
from xobito_app.ui.shell import ShellState
from xobito_app.ui.theme import icon

_STATUSES = (
    ("close", "Close it"),
    ("open", "Open it again"),
    ("snooze_1h", "Snooze for an hour"),
    ("snooze_4h", "Snooze for 4 hours"),
    ("snooze_1d", "Snooze until tomorrow"),
    ("snooze_1w", "Snooze for a week"),
)


def macro_list() -> rx.Component:
    """The list, its form, and what stands there before the first one."""
    return rx.fragment(
        rx.cond(
            MacroState.is_loaded,
            rx.cond(
                MacroState.rows.length() > 0,
                table(["Name", "What it does", ""], rx.foreach(MacroState.rows, _row)),
                empty_state(
                    "wand-sparkles",
                    "No macros yet",
                    "Answer, assign and close in one press: name the steps once, run them from "
                    "any chat with a slash.",
                ),
            ),
            skeleton_rows(),
        ),
        _form(),
    )


def _row(row: ObjectVar[MacroRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.strong(row.name)),
        rx.el.td(row.steps),
        rx.el.td(
            rx.cond(
                ShellState.can["canned_replies.manage"],
                row_menu(
                    menu_item("Edit", icon_name="pencil", on_select=MacroState.edit(row.id)),
                    menu_item(
                        "Delete",
                        icon_name="trash-2",
                        danger=True,
                        on_select=MacroState.remove(row.id),
                    ),
                ),
            )
        ),
        key=row.id,
    )


def _form() -> rx.Component:
    errors = MacroState.errors
    return dialog(
        rx.cond(MacroState.macro_id != "", "Change the macro", "New macro"),
        rx.el.form(
            text_field(
                "Name",
                name="name",
                default_value=MacroState.name,
                errors=errors,
                max_length=macros.NAME_LIMIT,
            ),
            rx.foreach(MacroState.slots, _slot),
            button(
                "Add an action",
                icon_name="plus",
                weight="ghost",
                compact=True,
                disabled=MacroState.slots.length() >= macros.MOST_ACTIONS,
                on_click=MacroState.add_action,
            ),
            rx.cond(
                errors["actions"] != "",
                rx.el.p(errors["actions"], class_name="field-error", role="alert"),
            ),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=MacroState.save,
            class_name="form",
        ),
        line="All actions happen together, or none does.",
        open=MacroState.is_open,
        on_open_change=MacroState.set_open,
    )


def _slot(slot: ObjectVar[ActionSlot]) -> rx.Component:
    return rx.el.div(
        rx.el.select(
            *options([(str(kind), words) for kind, words in KINDS.items()]),
            value=slot.kind,
            on_change=lambda kind: MacroState.set_kind(slot.id, kind),
            aria_label="Action",
            class_name="input input-compact",
        ),
        rx.match(
            slot.kind,
            ("send", _choice(slot, "Choose a reply", _offered(MacroState.replies))),
            (
                "assign",
                _choice(
                    slot,
                    "Choose whom",
                    rx.el.option("Whoever runs it", value=macros.ME),
                    rx.el.option("Nobody", value=macros.NOBODY),
                    _offered(MacroState.people),
                ),
            ),
            ("status", _choice(slot, "Choose", *options(_STATUSES))),
            ("group", _choice(slot, "Choose a group", _offered(MacroState.groups))),
            rx.el.textarea(
                name=slot.id.to(str) + "-value",
                default_value=slot.value,
                rows="2",
                max_length=4096,
                aria_label="Note",
                placeholder="What the note says",
                class_name="input input-compact",
            ),
        ),
        rx.el.button(
            icon("x", size=14),
            type="button",
            aria_label="Remove this action",
            disabled=MacroState.slots.length() == 1,
            on_click=MacroState.remove_action(slot.id),
            class_name="button button-ghost button-icon button-compact",
        ),
        rx.cond(
            slot.problem != "",
            rx.el.p(slot.problem, class_name="field-error macro-problem", role="alert"),
        ),
        key=slot.id,
        class_name="macro-line",
    )


def _offered(choices: Any) -> rx.Component:
    return rx.foreach(
        choices, lambda choice: rx.el.option(choice[1], value=choice[0], key=choice[0])
    )


def _choice(slot: ObjectVar[ActionSlot], hint: str, *choices: rx.Component) -> rx.Component:
    return rx.el.select(
        rx.el.option(hint, value=""),
        *choices,
        name=slot.id.to(str) + "-value",
        default_value=slot.value,
        key=slot.id.to(str) + slot.kind.to(str),
        aria_label=hint,
        class_name="input input-compact",
    )
