"""The roles of the workspace and their editor: a matrix of permissions by resource."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.components import (
    badge,
    button,
    check_field,
    dialog,
    dialog_close,
    dialog_foot,
    menu_item,
    problem,
    row_menu,
    table,
    text_field,
)
from xobito_app.ui.pages.team.role_state import RoleEditorState
from xobito_app.ui.pages.team.rows import RESOURCES, RoleRow, action_name, resource_name
from xobito_app.ui.pages.team.state import TeamState
from xobito_app.ui.shell.state import ShellState


def roles() -> rx.Component:
    """Return the roles with what they reach and how many hold them."""
    return table(
        ("Role", "Reaches", "Held by", ""), rx.foreach(TeamState.roles, _role), extra=("Reaches",)
    )


def _role(row: ObjectVar[RoleRow]) -> rx.Component:
    can = ShellState.can
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(row.name, class_name=styles.CELL_MAIN),
                rx.cond(row.is_seeded, badge("Built in")),
                class_name=styles.LINE,
            )
        ),
        rx.el.td(row.allows, class_name=f"{styles.CELL_MUTED} {styles.CELL_EXTRA}"),
        rx.el.td(row.members, class_name=styles.CELL_MUTED),
        rx.el.td(
            rx.cond(
                can[Permission.ROLES_EDIT.value] | can[Permission.ROLES_DELETE.value],
                row_menu(
                    rx.cond(
                        can[Permission.ROLES_EDIT.value],
                        menu_item(
                            "Edit", icon_name="pencil", on_select=RoleEditorState.edit(row.id)
                        ),
                    ),
                    rx.cond(
                        can[Permission.ROLES_DELETE.value],
                        menu_item(
                            "Delete",
                            icon_name="trash-2",
                            danger=True,
                            disabled=row.is_used,
                            on_select=RoleEditorState.delete(row.id),
                        ),
                    ),
                ),
            ),
            class_name=styles.CELL_END,
        ),
        key=row.id,
    )


def role_editor() -> rx.Component:
    """Return the dialog with a role's name and its matrix."""
    return dialog(
        rx.cond(RoleEditorState.role_id != "", "Edit role", "New role"),
        rx.el.form(
            text_field(
                "Name",
                name="name",
                errors=RoleEditorState.errors,
                default_value=RoleEditorState.name,
                max_length=60,
            ),
            rx.el.div(
                *(_resource(name, own) for name, own in RESOURCES.items()),
                class_name=styles.MATRIX,
            ),
            problem(RoleEditorState.errors.get("form", "").to(str)),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=RoleEditorState.save,
            class_name=styles.FORM,
        ),
        line="Changes count at once, on open pages too.",
        wide=True,
        open=RoleEditorState.is_open,
        on_open_change=RoleEditorState.set_open,
    )


def _resource(resource: str, permissions: list[Permission]) -> rx.Component:
    return rx.el.div(
        rx.el.div(resource_name(resource), class_name=styles.MATRIX_NAME),
        rx.el.div(
            *(
                check_field(
                    action_name(permission),
                    name=permission.value,
                    default_checked=RoleEditorState.granted[permission.value],
                    disabled=~RoleEditorState.own[permission.value],
                )
                for permission in permissions
            ),
            class_name=styles.MATRIX_BOXES,
        ),
        class_name=styles.MATRIX_ROW,
    )
