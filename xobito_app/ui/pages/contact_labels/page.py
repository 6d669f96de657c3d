"""How the team sorts its contacts: statuses, sources, groups and fields of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
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
    skeleton_rows,
    table,
    tabs,
    text_area,
    text_field,
)
from xobito_app.ui.pages.contact_labels.field_state import FIELD_KINDS, FieldRow, FieldsState
from xobito_app.ui.pages.contact_labels.state import KINDS, LabelFormState, LabelRow, LabelsState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.shell.state import ShellState

_WORDS = {"status": "Status", "source": "Source", "group": "Group"}
_EMPTY = {
    "status": "Statuses are the stages a contact goes through, like New, Customer, Lost.",
    "source": "Sources say where people came from, like Website or Fair.",
    "group": "Groups are labels that several contacts share, like VIP or Wholesale.",
}


def contact_labels() -> rx.Component:
    """Return the four lists in tabs; the primary action is that of the open one."""
    state = LabelsState
    return page_body(
        page_header(
            "Statuses, sources, groups, fields", _new_button(), line="How contacts are sorted."
        ),
        rx.match(
            state.stage,
            (
                "ready",
                tabs(
                    ("status", "Statuses", _labels("status", state.statuses)),
                    ("source", "Sources", _labels("source", state.sources)),
                    ("group", "Groups", _labels("group", state.groups)),
                    ("field", "Own fields", _fields()),
                    value=state.tab,
                    on_change=state.show_tab,
                ),
            ),
            ("failed", error_state(state.problem, state.load)),
            skeleton_rows(),
        ),
        _label_form(),
        _label_question(),
        _field_form(),
        _field_question(),
    )


def _new_button() -> rx.Component:
    can = ShellState.can
    found: Any = rx.match(
        LabelsState.tab,
        *(
            (
                kind,
                rx.cond(
                    can[permission.value],
                    button(
                        f"New {word}",
                        weight="primary",
                        icon_name="plus",
                        on_click=LabelFormState.write_new,
                    ),
                ),
            )
            for kind, (permission, word) in KINDS.items()
        ),
        rx.cond(
            can[Permission.CUSTOM_FIELDS_MANAGE.value],
            button(
                "New field",
                weight="primary",
                icon_name="plus",
                on_click=FieldsState.ask("edit", ""),
            ),
        ),
    )
    return found


def _labels(kind: str, rows: ArrayVar[Sequence[LabelRow]]) -> rx.Component:
    return rx.cond(
        rows,
        table(
            (_WORDS[kind], "Contacts", ""),
            rx.foreach(rows, lambda row: _label(kind, row)),
        ),
        empty_state("tags", f"No {_WORDS[kind].lower()} yet", _EMPTY[kind]),
    )


def _label(kind: str, row: ObjectVar[LabelRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.cond(
                row.color,
                rx.el.span(class_name="status-dot", style={"background": row.color}),
            ),
            rx.el.span(row.name, class_name=styles.CELL_MAIN),
            rx.cond(row.is_default, badge("Default", "accent", style={"marginLeft": "8px"})),
        ),
        rx.el.td(
            ReactRouterLink.create(
                row.contacts, to=row.link, class_name=f"{styles.LINK} {styles.TABULAR}"
            )
        ),
        rx.el.td(
            rx.cond(
                ShellState.can[KINDS[kind][0].value],
                row_menu(
                    menu_item(
                        "Change",
                        icon_name="pencil",
                        on_select=LabelFormState.ask("edit", kind, row.id),
                    ),
                    menu_item(
                        "Delete",
                        icon_name="trash-2",
                        danger=True,
                        on_select=LabelFormState.ask("delete", kind, row.id),
                    ),
                ),
            ),
            class_name=styles.CELL_END,
        ),
        key=row.id,
    )


def _label_form() -> rx.Component:
    state = LabelFormState
    return dialog(
        rx.cond(state.row_id, rx.Var.create("Change the "), rx.Var.create("New ")).to(str)
        + state.kind,
        rx.el.form(
            text_field(
                "Name", name="name", default_value=state.name, errors=state.errors, auto_focus=True
            ),
            rx.cond(
                state.kind == "status",
                text_field(
                    "Color",
                    name="color",
                    kind="color",
                    default_value=state.color,
                    errors=state.errors,
                ),
            ),
            rx.cond(
                (state.kind == "status") | ((state.kind == "source") & (state.row_id != "")),
                check_field(
                    "New contacts get it",
                    name="is_default",
                    default_checked=state.is_default,
                    disabled=state.is_default,
                ),
            ),
            problem(state.errors.get("form", "").to(str)),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=state.save,
            class_name=styles.FORM,
            key=state.row_id,
        ),
        open=state.question == "edit",
        on_open_change=state.dismiss,
    )


def _label_question() -> rx.Component:
    state = LabelFormState
    none = rx.cond(state.kind == "status", rx.fragment(), rx.el.option("Nothing", value=""))
    return dialog(
        rx.Var.create("Delete ") + state.name + "?",
        rx.el.form(
            problem(state.errors.get("form", "").to(str)),
            rx.cond(
                state.is_used,
                select_field(
                    "Give its contacts instead",
                    rx.fragment(
                        none,
                        rx.foreach(
                            state.others,
                            lambda other: rx.el.option(other[1], value=other[0], key=other[0]),
                        ),
                    ),
                    name="replace_with",
                    errors=state.errors,
                ),
            ),
            dialog_foot(dialog_close(), button("Delete", weight="danger", type="submit")),
            on_submit=state.remove,
            class_name=styles.FORM,
        ),
        line=rx.cond(
            state.is_used, "It is in use. No contact is deleted.", "No contact has it any more."
        ),
        open=state.question == "delete",
        on_open_change=state.dismiss,
    )


def _fields() -> rx.Component:
    return rx.cond(
        FieldsState.rows,
        table(
            ("Field", "Holds", "Name for import and API", ""), rx.foreach(FieldsState.rows, _field)
        ),
        empty_state(
            "text-cursor-input",
            "No own field yet",
            "Birthday, customer number, shoe size: what you want to know about every contact.",
        ),
    )


def _field(row: ObjectVar[FieldRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.span(row.label, class_name=styles.CELL_MAIN),
            " ",
            rx.cond(row.is_required, badge("Required", "accent")),
            rx.cond(row.is_active, rx.fragment(), badge("Hidden", "neutral")),
        ),
        rx.el.td(row.kind_words),
        rx.el.td(rx.el.code(row.slug), class_name=styles.CELL_MUTED),
        rx.el.td(
            rx.cond(
                ShellState.can[Permission.CUSTOM_FIELDS_MANAGE.value],
                row_menu(
                    menu_item(
                        "Change", icon_name="pencil", on_select=FieldsState.ask("edit", row.id)
                    ),
                    menu_item(
                        "Move up",
                        icon_name="arrow-up",
                        disabled=row.is_first,
                        on_select=FieldsState.move(row.id, -1),
                    ),
                    menu_item(
                        "Move down",
                        icon_name="arrow-down",
                        disabled=row.is_last,
                        on_select=FieldsState.move(row.id, 1),
                    ),
                    menu_item(
                        "Delete",
                        icon_name="trash-2",
                        danger=True,
                        on_select=FieldsState.ask("delete", row.id),
                    ),
                ),
            ),
            class_name=styles.CELL_END,
        ),
        key=row.id,
    )


def _field_form() -> rx.Component:
    state = FieldsState
    row, errors = state.open_row, state.errors
    chooses = (state.kind == "dropdown") | (state.kind == "checkboxes")
    return dialog(
        rx.cond(row.id, "Change the field", "New field"),
        rx.el.form(
            text_field(
                "Label", name="label", default_value=row.label, errors=errors, auto_focus=True
            ),
            rx.cond(row.id, rx.fragment(), _fixed_fields()),
            rx.cond(
                chooses,
                text_area(
                    "Choices",
                    name="options",
                    rows=4,
                    default_value=row.options,
                    errors=errors,
                    help="One on each line.",
                ),
            ),
            text_field("Help below the field", name="help", default_value=row.help, errors=errors),
            text_field(
                "Example in the empty field",
                name="placeholder",
                default_value=row.placeholder,
                errors=errors,
            ),
            text_field(
                "Filled in for new contacts",
                name="default",
                default_value=row.default,
                errors=errors,
            ),
            check_field("Required", name="is_required", default_checked=row.is_required),
            check_field(
                "Shown in the list of contacts",
                name="shows_in_table",
                default_checked=row.shows_in_table,
            ),
            check_field("In use", name="is_active", default_checked=row.is_active),
            problem(errors.get("form", "").to(str)),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=state.save,
            class_name=styles.FORM,
            key=row.id,
        ),
        open=state.question == "edit",
        on_open_change=state.dismiss,
    )


def _fixed_fields() -> rx.Component:
    """What a field keeps for good once it is made."""
    state = FieldsState
    return rx.fragment(
        select_field(
            "Holds",
            tuple(FIELD_KINDS.items()),
            name="kind",
            value=state.kind,
            on_change=state.choose_kind,
            errors=state.errors,
        ),
        text_field(
            "Name for import and API",
            name="slug",
            errors=state.errors,
            help="Left empty, it is made from the label. It never changes.",
        ),
    )


def _field_question() -> rx.Component:
    state = FieldsState
    return confirm_dialog(
        rx.Var.create("Delete ") + state.open_row.label.to(str) + "?",
        "What contacts have in it goes too. Taking it out of use keeps it.",
        verb="Delete",
        open=state.question == "delete",
        on_open_change=state.dismiss,
        on_confirm=state.remove,
    )
