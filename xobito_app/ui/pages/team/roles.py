"""Roles: their list, and the editor with a matrix of permissions by resource."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.errors import NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.workspaces import team
from xobito_app.ui import forms, styles
from xobito_app.ui.blocks import (
    Fields,
    Form,
    ListState,
    Page,
    RowFormState,
    Viewer,
    actions_cell,
    allowed,
    cell,
    confirm_delete,
    form_dialog,
    line_of,
    list_view,
    main_cell,
    new_button,
    whole,
)
from xobito_app.ui.components import badge, check_field, menu_item
from xobito_app.ui.pages.team.rows import RESOURCES, RoleRow, action_name, resource_name
from xobito_app.ui.security import AppState, permitted

_EDIT, _DELETE = Permission.ROLES_EDIT, Permission.ROLES_DELETE


@permitted(view=(Permission.STAFF_VIEW, Permission.ROLES_VIEW))
class RolesState(ListState, AppState):
    """The roles of the workspace."""

    rows: rx.Field[list[RoleRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[RoleRow]:
        return whole(RoleRow.of(view) for view in await self._call(team.list_roles))


@permitted(create=Permission.ROLES_CREATE, edit=_EDIT, delete=_DELETE)
class RoleFormState(RowFormState, AppState):
    """The role being made or changed."""

    listed: ClassVar = RolesState
    saved_words: ClassVar = "Role saved."
    deleted_words: ClassVar = "Role deleted."
    own: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        actor = await self._actor()
        # Nobody hands out a right they do not hold, so those boxes cannot be ticked.
        self.own = {permission.value: actor.can(permission) for permission in Permission}
        if row_id is None:
            return {}
        roles = await self._call(team.list_roles)
        role = next((role for role in roles if role.id == row_id), None)
        if role is None:
            raise NotFound("This role no longer exists.")
        return {"name": role.name, **dict.fromkeys(role.permissions, "on")}

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        wanted = [permission.value for permission in Permission if forms.is_on(form, permission)]
        name = forms.text(form, "name")
        await self._call(team.save_role, role_id=row_id, name=name, permissions=wanted)

    async def _delete(self, row_id: UUID) -> None:
        await self._call(team.delete_role, role_id=row_id)


def roles() -> rx.Component:
    """Return the roles with what they allow and how many people have them."""
    return rx.fragment(
        list_view(
            RolesState,
            columns=("Role", "Allows", "People", ""),
            row=_role,
            extra=("Allows",),
            empty=rx.fragment(),
        ),
        _editor(),
        confirm_delete(RoleFormState, "role", "Nobody has it. This cannot be undone."),
    )


def new_role() -> rx.Component:
    """Return the button that begins a role."""
    return new_button("New role", RoleFormState, Permission.ROLES_CREATE)


def _role(row: ObjectVar[RoleRow]) -> rx.Component:
    state = RoleFormState
    edit = menu_item("Edit", icon_name="pencil", on_select=state.edit(row.id))
    delete = menu_item(
        "Delete",
        icon_name="trash-2",
        danger=True,
        disabled=row.is_used,
        on_select=state.ask("delete", row.id, row.name),
    )
    built_in = rx.cond(row.is_seeded, badge("Built in"))
    return line_of(
        row,
        main_cell(row.name, built_in, on_open=state.edit(row.id), needs=_EDIT),
        cell(row.allows, muted=True, extra=True),
        cell(row.members, muted=True),
        actions_cell(allowed(_EDIT, edit), allowed(_DELETE, delete), needs=(_EDIT, _DELETE)),
    )


def _editor() -> rx.Component:
    fields = Fields(RoleFormState)
    matrix = [_resource(fields, name, own) for name, own in RESOURCES.items()]
    return form_dialog(
        RoleFormState,
        fields.text("Name", "name", max_length=60, auto_focus=True),
        rx.el.div(*matrix, class_name=styles.MATRIX),
        new="New role",
        edit="Edit role",
        line="Changes count at once, on open pages too.",
        wide=True,
    )


def _resource(fields: Fields, resource: str, permissions: list[Permission]) -> rx.Component:
    boxes = [
        check_field(
            action_name(permission),
            name=permission.value,
            default_checked=fields.value(permission.value) != "",
            disabled=~RoleFormState.own[permission.value],
        )
        for permission in permissions
    ]
    return rx.el.div(
        rx.el.div(resource_name(resource), class_name=styles.MATRIX_NAME),
        rx.el.div(*boxes, class_name=styles.MATRIX_BOXES),
        class_name=styles.MATRIX_ROW,
    )
