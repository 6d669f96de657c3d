"""Staff and invitations, as the team page shows and changes them."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.mail import links, service as mail
from xobito_app.features.workspaces import invitations, team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import conceal, reveal, toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.team.rows import InviteRow, MemberRow, RoleRow
from xobito_app.ui.security import AppState, guarded

SEES_TEAM = (Permission.STAFF_VIEW, Permission.ROLES_VIEW)
LINK = "link"
_QUESTIONS = {"remove", "hand_over"}


class TeamState(AppState):
    """The tables of the team page."""

    tab: rx.Field[str] = rx.field("people")
    members: rx.Field[list[MemberRow]] = rx.field(default_factory=list)
    invites: rx.Field[list[InviteRow]] = rx.field(default_factory=list)
    roles: rx.Field[list[RoleRow]] = rx.field(default_factory=list)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    is_owner: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(*SEES_TEAM)
    async def load(self):
        """Read members, invitations and roles."""
        viewer = await self._viewer()
        try:
            await self._read(viewer)
        except AppError as error:
            self.stage, self.problem = "failed", error.message
            return
        self.stage = "ready"

    async def _read(self, viewer: Viewer) -> None:
        actor = viewer.actor
        sees_staff = actor.can(Permission.STAFF_VIEW)
        async with unit_of_work(actor.workspace_id) as uow:
            members = await team.list_members(uow.session, actor) if sees_staff else []
            invites = await invitations.list_invites(uow.session, actor) if sees_staff else []
            roles = await team.list_roles(uow.session, actor)
        self.members = [MemberRow.of(view, viewer.user_id) for view in members]
        self.invites = [InviteRow.of(view, viewer.time_zone) for view in invites]
        self.roles = [RoleRow.of(view) for view in roles]
        self.is_owner = actor.is_owner
        if not sees_staff:
            self.tab = "roles"

    @rx.event
    @guarded(*SEES_TEAM)
    async def show_tab(self, tab: str):
        """Show people or roles."""
        self.tab = "roles" if tab == "roles" else "people"

    @rx.event
    @guarded(Permission.STAFF_EDIT)
    async def give_role(self, user_id: str, role_id: str):
        """Give a member another role; it counts at once."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await team.change_member(
                uow.session,
                viewer.actor,
                user_id=ids.parse(user_id),
                role_id=ids.parse(role_id),
            )
        await self._read(viewer)
        return toast_success("Role changed.")

    @rx.event
    @guarded(Permission.STAFF_EDIT)
    async def set_active(self, user_id: str, is_active: bool):
        """Switch a member off, which signs them out, or on again."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await team.change_member(
                uow.session,
                viewer.actor,
                user_id=ids.parse(user_id),
                is_active=is_active is True,
            )
        await self._read(viewer)
        return toast_success("Active again." if is_active is True else "Inactive, and signed out.")

    @rx.event
    @guarded(Permission.STAFF_CREATE)
    async def withdraw(self, invite_id: str):
        """Make an invitation useless."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await invitations.withdraw_invite(
                uow.session, viewer.actor, invite_id=ids.parse(invite_id)
            )
        await self._read(viewer)
        return toast_success("Invitation withdrawn.")


class InviteState(AppState):
    """The dialog that brings a person in, and the one that shows a link to pass on.

    The link itself goes to the page alone, never into the state.
    """

    is_open: rx.Field[bool] = rx.field(False)
    way: rx.Field[str] = rx.field("link")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    link_title: rx.Field[str] = rx.field("")
    link_line: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.STAFF_CREATE)
    async def show(self):
        """Open the dialog anew."""
        self.errors, self.way, self.is_open = {}, "link", True

    @rx.event
    @guarded(Permission.STAFF_CREATE)
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        self.is_open = is_open is True

    @rx.event
    @guarded(Permission.STAFF_CREATE)
    async def set_way(self, way: str):
        """Choose between a link and a password."""
        self.way = "password" if way == "password" else "link"

    @rx.event
    @guarded(Permission.STAFF_CREATE)
    async def submit(self, form: dict[str, Any]):
        """Invite a person, or add them with a password."""
        viewer = await self._viewer()
        role_id, email = forms.text(form, "role_id", 40), forms.text(form, "email")
        if not role_id:
            self.errors = {"role_id": "Choose a role."}
            return None
        token = ""
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                if self.way == "link":
                    token = await invitations.invite(
                        uow.session, viewer.actor, email=email, role_id=ids.parse(role_id)
                    )
                else:
                    await team.create_member(
                        uow.session,
                        viewer.actor,
                        name=forms.text(form, "name"),
                        email=email,
                        password=forms.text(form, "password"),
                        role_id=ids.parse(role_id),
                    )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.is_open, self.errors = False, {}
        if token:
            shown = self._show_link(
                links.invitation_url(token), "Invitation link", _invited(email.strip())
            )
            return [shown, TeamState.load]
        return [
            TeamState.load,
            toast_success("Added. They choose their own password at the first sign-in."),
        ]

    def _show_link(self, link: str, title: str, line: str) -> Event:
        self.link_title, self.link_line = title, line
        return reveal(LINK, link)

    @rx.event
    @guarded(Permission.STAFF_EDIT)
    async def make_reset_link(self, user_id: str, name: str):
        """Show a link with which a member sets a new password."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            token = await team.make_member_reset_link(
                uow.session, viewer.actor, user_id=ids.parse(user_id)
            )
        return self._show_link(
            links.reset_url(token),
            "Password reset link",
            f"Pass it on to {str(name)[:191]} only. It works once, for two hours.",
        )

    @rx.event
    @guarded(Permission.STAFF_CREATE, Permission.STAFF_EDIT)
    async def forget_link(self, _is_open: bool):
        """Take the link off the screen; it cannot be shown again."""
        self.link_title = self.link_line = ""
        return conceal(LINK)


def _invited(email: str) -> str:
    """Say what became of an invitation, and for how long its link works."""
    if mail.is_configured():
        return f"It is on its way to {email}; here it is as well. It works once, for seven days."
    return f"Pass it on to {email}. It works once, for seven days."


class MemberQuestionState(AppState):
    """Asking before something that cannot be undone."""

    question: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    _user_id: str = ""

    @rx.event
    @guarded(Permission.STAFF_DELETE, Permission.STAFF_EDIT)
    async def ask(self, question: str, user_id: str, name: str):
        """Ask about removing a member or handing the workspace over."""
        if question in _QUESTIONS:
            self.question, self.name = question, str(name)[:191]
            self._user_id = str(user_id)

    @rx.event
    @guarded(Permission.STAFF_DELETE, Permission.STAFF_EDIT)
    async def dismiss(self, _is_open: bool):
        """Leave everything as it is."""
        self.question = ""

    @rx.event
    @guarded(Permission.STAFF_DELETE)
    async def remove(self):
        """Take the member out of the workspace."""
        actor = await self._actor(Permission.STAFF_DELETE)
        self.question = ""
        async with unit_of_work(actor.workspace_id) as uow:
            await team.remove_member(uow.session, actor, user_id=ids.parse(self._user_id))
        return [TeamState.load, toast_success("Removed. What they wrote stays.")]

    @rx.event
    @guarded(Permission.STAFF_EDIT)
    async def hand_over(self):
        """Make the member the owner; only the owner gets past the service."""
        actor = await self._actor(Permission.STAFF_EDIT)
        self.question = ""
        async with unit_of_work(actor.workspace_id) as uow:
            await team.hand_over(uow.session, actor, user_id=ids.parse(self._user_id))
        return [TeamState.load, toast_success("The workspace has a new owner.")]
