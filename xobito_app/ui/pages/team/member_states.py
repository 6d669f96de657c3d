"""People: members and invitations, the form that invites, links to pass on, questions."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.errors import Findings
from xobito_app.core.permissions import Permission
from xobito_app.features.mail import links, service as mail
from xobito_app.features.workspaces import invitations, team
from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    Form,
    FormState,
    ListState,
    Page,
    QuestionState,
    SecretState,
    Viewer,
    whole,
)
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.team.rows import InviteRow, MemberRow
from xobito_app.ui.security import AppState, guarded_by, permitted

LINK = "link"


@permitted(view=Permission.STAFF_VIEW, edit=Permission.STAFF_EDIT, delete=Permission.STAFF_DELETE)
class MembersState(ListState, QuestionState, AppState):
    """The members of the workspace."""

    rows: rx.Field[list[MemberRow]] = rx.field(default_factory=list)
    roles: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    is_owner: rx.Field[bool] = rx.field(False)

    async def _prepare(self, viewer: Viewer) -> None:
        roles = await self._call(team.list_roles)
        self.roles = [(str(role.id), role.name) for role in roles]
        self.is_owner = viewer.actor.is_owner

    async def _page(self, viewer: Viewer, cursor: str) -> Page[MemberRow]:
        found = await self._call(team.list_members)
        return whole(MemberRow.of(view, viewer.user_id) for view in found)

    @rx.event
    @guarded_by("edit")
    async def give_role(self, user_id: str, role_id: str):
        """Give a member another role; it counts at once."""
        return await self._change(user_id, "Role changed.", role_id=ids.parse(role_id))

    @rx.event
    @guarded_by("edit")
    async def set_active(self, user_id: str, is_active: bool):
        """Switch a member off, which signs them out, or on again."""
        words = "Active again." if is_active else "Deactivated and signed out."
        return await self._change(user_id, words, is_active=is_active)

    async def _change(self, user_id: str, words: str, **change: Any) -> list[Any]:
        await self._call(team.change_member, user_id=ids.parse(user_id), **change)
        return [MembersState.load, toast_success(words)]

    @rx.event
    @guarded_by("delete")
    async def remove(self):
        """Take the member who was asked about out of the workspace."""
        await self._call(team.remove_member, user_id=self._answered())
        return [MembersState.load, toast_success("Removed. What they wrote stays.")]

    @rx.event
    @guarded_by("edit")
    async def hand_over(self):
        """Make the member who was asked about the owner; only the owner passes the service."""
        await self._call(team.hand_over, user_id=self._answered())
        return [MembersState.load, toast_success("The workspace has a new owner.")]


@permitted(view=Permission.STAFF_VIEW, edit=Permission.STAFF_CREATE)
class InvitesState(ListState, AppState):
    """The invitations nobody has accepted yet."""

    rows: rx.Field[list[InviteRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[InviteRow]:
        found = await self._call(invitations.list_invites)
        return whole(InviteRow.of(view, viewer.time_zone) for view in found)

    @rx.event
    @guarded_by("edit")
    async def withdraw(self, invite_id: str):
        """Make an invitation useless."""
        await self._call(invitations.withdraw_invite, invite_id=ids.parse(invite_id))
        return [InvitesState.load, toast_success("Invitation withdrawn.")]


@permitted(create=Permission.STAFF_CREATE, edit=Permission.STAFF_EDIT)
class InviteState(FormState, SecretState, AppState):
    """The form that adds a person, and the link to pass on, which is shown once."""

    secret: ClassVar = LINK
    way: rx.Field[str] = rx.field("link")
    link_title: rx.Field[str] = rx.field("")
    link_line: rx.Field[str] = rx.field("")

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        self.way = "link"
        return {}

    def _reload(self) -> list[Any]:
        return [MembersState.load, InvitesState.load]

    @rx.event
    @guarded_by("create")
    async def set_way(self, way: str):
        """Choose between a link and a password."""
        self.way = "password" if way == "password" else "link"

    async def _save(self, row_id: UUID | None, form: Form) -> tuple[str, str]:
        email, role = forms.text(form, "email").strip(), forms.text(form, "role_id", 40)
        found = Findings()
        found.expect(role, "role_id", "Choose a role.")
        found.expect(email, "email", "Enter an e-mail address.")
        found.check()
        given = {"email": email, "role_id": ids.parse(role)}
        if self.way == "link":
            return email, await self._call(invitations.invite, **given)
        name, password = forms.text(form, "name"), forms.text(form, "password")
        await self._call(team.create_member, name=name, password=password, **given)
        return email, ""

    def _saved(self, result: tuple[str, str]) -> list[Any]:
        email, token = result
        if not token:
            words = "Added. They choose their own password when they first sign in."
            return [toast_success(words), *self._reload()]
        link = links.invitation_url(token)
        return [self._show_link(link, "Invitation link", _invited(email)), *self._reload()]

    def _show_link(self, link: str, title: str, line: str) -> Event:
        self.link_title, self.link_line = title, line
        return self._reveal(link)

    @rx.event
    @guarded_by("edit")
    async def make_reset_link(self, user_id: str, name: str):
        """Show a link with which a member sets a new password."""
        token = await self._call(team.make_member_reset_link, user_id=ids.parse(user_id))
        return self._show_link(
            links.reset_url(token),
            "Password reset link",
            f"Pass it on to {name[:191]} only. It works once, for two hours.",
        )


def _invited(email: str) -> str:
    """Say what became of an invitation, and for how long its link works."""
    if mail.is_configured():
        return f"It was sent to {email}; you can also pass it on. It works once, for seven days."
    return f"Pass it on to {email}. It works once, for seven days."
