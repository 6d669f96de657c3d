"""How statuses, sources and groups look: the same list and form, in three sets of words."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    Fields,
    actions_cell,
    choice_options,
    delete_title,
    form,
    form_dialog,
    line_of,
    list_view,
    main_cell,
    new_button,
)
from xobito_app.ui.components import (
    badge,
    button,
    color_dot,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    menu_item,
    problem,
    select_field,
)
from xobito_app.ui.pages.contact_labels.label_states import (
    GroupFormState,
    GroupsState,
    LabelFormState,
    LabelRow,
    LabelsState,
    SourceFormState,
    SourcesState,
    StatusesState,
    StatusFormState,
)
from xobito_app.ui.reflex_parts import ReactRouterLink


@dataclass(frozen=True, slots=True)
class LabelKind:
    """One of the three lists, in words."""

    word: str
    purpose: str
    permission: Permission
    listed: type[LabelsState]
    form: type[LabelFormState]

    @property
    def has_default(self) -> bool:
        """Tell whether one of them is what new contacts get."""
        return self.word != "Group"


KINDS = (
    LabelKind(
        "Status",
        "Statuses are the stages a contact goes through, like New, Customer, Lost.",
        Permission.STATUSES_MANAGE,
        StatusesState,
        StatusFormState,
    ),
    LabelKind(
        "Source",
        "Sources say where people came from, like Website or Fair.",
        Permission.SOURCES_MANAGE,
        SourcesState,
        SourceFormState,
    ),
    LabelKind(
        "Group",
        "Groups are labels that several contacts share, like VIP or Wholesale.",
        Permission.GROUPS_MANAGE,
        GroupsState,
        GroupFormState,
    ),
)


def new_label(kind: LabelKind) -> rx.Component:
    """Return the button that begins a label."""
    return new_button(f"New {kind.word.lower()}", kind.form, kind.permission)


def label_list(kind: LabelKind) -> rx.Component:
    """Return a list with its form and its question."""
    return rx.fragment(
        list_view(
            kind.listed,
            columns=(kind.word, "Contacts", ""),
            row=lambda row: _row(kind, row),
            empty=empty_state("tags", f"No {kind.word.lower()} yet", kind.purpose, new_label(kind)),
        ),
        _form(kind),
        _question(kind),
    )


def _row(kind: LabelKind, row: ObjectVar[LabelRow]) -> rx.Component:
    return line_of(
        row,
        main_cell(
            row.name,
            rx.cond(row.is_default, badge("Default", "accent")),
            before=color_dot(row.color),
            on_open=kind.form.edit(row.id),
            needs=kind.permission,
        ),
        rx.el.td(
            ReactRouterLink.create(
                row.contacts, to=row.link, class_name=f"{styles.LINK} {styles.TABULAR}"
            )
        ),
        actions_cell(
            menu_item("Edit", icon_name="pencil", on_select=kind.form.edit(row.id)),
            menu_item(
                "Delete",
                icon_name="trash-2",
                danger=True,
                on_select=kind.form.ask_to_delete(row.id),
            ),
            needs=kind.permission,
        ),
    )


def _form(kind: LabelKind) -> rx.Component:
    state, fields = kind.form, Fields(kind.form)
    default = fields.check(
        "New contacts get it",
        "is_default",
        disabled=fields.value("is_default") != "",
    )
    shown = [fields.text("Name", "name", auto_focus=True)]
    if kind.word == "Status":
        shown += [fields.text("Color", "color", kind="color"), default]
    elif kind.has_default:
        shown.append(rx.cond(state.row_id != "", default))
    word = kind.word.lower()
    return form_dialog(state, *shown, new=f"New {word}", edit=f"Edit {word}")


def _question(kind: LabelKind) -> rx.Component:
    state = kind.form
    instead = select_field(
        "Move its contacts to",
        choice_options(state.others, "" if kind.word == "Status" else "Nothing"),
        name="replace_with",
        errors=state.errors,
    )
    return dialog(
        delete_title(state),
        form(
            problem(state.errors.get("form", "").to(str)),
            rx.cond(state.is_used, instead),
            dialog_foot(
                dialog_close(),
                button(f"Delete {kind.word.lower()}", weight="danger", type="submit"),
            ),
            on_submit=state.remove,
        ),
        line=rx.cond(
            state.is_used,
            "Contacts have it. None of them is deleted.",
            "No contact has it any more.",
        ),
        open=state.question == "delete",
        on_open_change=state.dismiss,
    )
