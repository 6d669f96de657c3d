"""The role editor."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.team.state import TeamState
from xobito_app.ui.security import AppState, guarded


class RoleEditorState(AppState):
    """The role being made or changed."""

    is_open: rx.Field[bool] = rx.field(False)
    role_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    granted: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    own: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Permission.ROLES_CREATE)
    async def begin(self):
        """Start a new role with nothing in it."""
        await self._show("", "", frozenset())

    @rx.event
    @guarded(Permission.ROLES_EDIT)
    async def edit(self, role_id: str):
        """Open a role for change."""
        actor = await self._actor(Permission.ROLES_EDIT)
        async with unit_of_work(actor.workspace_id) as uow:
            roles = await team.list_roles(uow.session, actor)
        role = next((role for role in roles if str(role.id) == role_id), None)
        if role:
            await self._show(role_id, role.name, role.permissions)

    async def _show(self, role_id: str, name: str, granted: frozenset[str]) -> None:
        actor = await self._actor()
        self.role_id, self.name, self.errors = role_id, name, {}
        self.granted = {permission.value: permission.value in granted for permission in Permission}
        # Nobody hands out a right they do not hold, so those boxes cannot be ticked.
        self.own = {permission.value: actor.can(permission) for permission in Permission}
        self.is_open = True

    @rx.event
    @guarded(Permission.ROLES_CREATE, Permission.ROLES_EDIT)
    async def set_open(self, is_open: bool):
        """Close the editor."""
        self.is_open = is_open is True

    @rx.event
    @guarded(Permission.ROLES_CREATE, Permission.ROLES_EDIT)
    async def save(self, form: dict[str, Any]):
        """Create or change the role; whoever holds it feels it at once."""
        actor = await self._actor(Permission.ROLES_CREATE, Permission.ROLES_EDIT)
        wanted = [permission.value for permission in Permission if forms.is_on(form, permission)]
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await team.save_role(
                    uow.session,
                    actor,
                    role_id=ids.parse(self.role_id) if self.role_id else None,
                    name=forms.text(form, "name"),
                    permissions=wanted,
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.is_open = False
        return [TeamState.load, toast_success("Role saved.")]

    @rx.event
    @guarded(Permission.ROLES_DELETE)
    async def delete(self, role_id: str):
        """Delete a role nobody holds."""
        actor = await self._actor(Permission.ROLES_DELETE)
        async with unit_of_work(actor.workspace_id) as uow:
            await team.delete_role(uow.session, actor, role_id=ids.parse(role_id))
        return [TeamState.load, toast_success("Role deleted.")]
