"""The dialog with what begins a flow."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed
from xobito_app.ui.components import button, dialog, dialog_foot, icon_button
from xobito_app.ui.pages.flow_editor.triggers_state import TriggerRow, TriggersState

AUDIENCES = (("any", "Anybody"), ("lead", "Leads"), ("customer", "Customers"))
MATCHES = (
    ("contains", "writes something with"),
    ("exact", "writes exactly"),
    ("starts_with", "begins with"),
    ("regex", "matches the pattern"),
    ("any", "writes anything"),
    ("first", "writes for the first time ever"),
    ("no_match", "writes what nothing else answers"),
)
_WORDLESS = ("any", "first", "no_match")


def triggers_dialog() -> rx.Component:
    """Return the dialog."""
    state = TriggersState
    return dialog(
        "What begins the flow",
        rx.el.div(rx.foreach(state.rows, _row), class_name=styles.STACK),
        allowed(
            Permission.FLOWS_EDIT,
            button("Add a trigger", icon_name="plus", on_click=state.add),
            dialog_foot(button("Save", weight="primary", on_click=state.save)),
        ),
        open=state.is_open,
        on_open_change=state.set_open,
        line="Without a trigger the flow begins only from another flow, or over the REST API.",
        wide=True,
    )


def _row(row: ObjectVar[TriggerRow]) -> rx.Component:
    state = TriggersState
    return rx.el.div(
        _select(row, "audience", row.audience, "Who", AUDIENCES),
        _select(row, "match", row.match, "Does what", MATCHES),
        rx.cond(
            rx.Var.create(list(_WORDLESS)).contains(row.match),
            None,
            rx.el.input(
                default_value=row.keywords,
                placeholder="menu, price",
                aria_label="Keywords, with commas between them",
                class_name=styles.INPUT,
                on_blur=lambda words: state.change(row.key, "keywords", words),
            ),
        ),
        icon_button("trash-2", label="Delete this trigger", on_click=state.remove(row.key)),
        class_name="flow-trigger",
        key=row.key,
    )


def _select(
    row: ObjectVar[TriggerRow],
    name: str,
    value: rx.Var[str],
    label: str,
    options: tuple[tuple[str, str], ...],
) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(words, value=one) for one, words in options),
        value=value,
        aria_label=label,
        class_name=styles.INPUT,
        on_change=lambda chosen: TriggersState.change(row.key, name, chosen),
    )
