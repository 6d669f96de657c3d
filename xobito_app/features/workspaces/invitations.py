"""Inviting people into a workspace by link. A link is judged when it is used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import service as mail
from xobito_app.features.workspaces.repository import MemberRepository, RoleRepository
from xobito_app.features.workspaces.schemas import InvitationView, InviteView
from xobito_app.features.workspaces.team import grantable
from xobito_app.models.accounts import OneTimeLink
from xobito_app.models.workspaces import Membership, Role, Workspace
from xobito_app.persistence.unit_of_work import UnitOfWork


async def invite(session: AsyncSession, actor: Actor, *, email: str, role_id: UUID) -> str:
    """Return a token that lets its holder join once, within seven days; mail it when possible.

    Raises:
        Invalid: The address is no e-mail, or its owner is already in the workspace.
        Forbidden: The actor may not invite, or the role holds more than the actor.
    """
    require(actor, Permission.STAFF_CREATE)
    address = accounts.read_email(email)
    role = await RoleRepository(session, actor.workspace_id).get(role_id)
    grantable(actor, role.permissions)
    known = await accounts.find_by_email(session, address)
    if known:
        membership = await MemberRepository(session, actor.workspace_id).find_by_user(known.id)
        if membership and membership.removed_at is None:
            raise Invalid.field("email", "This person is already in the workspace.")
    link_id, token = await accounts.make_invite(
        session,
        workspace_id=actor.workspace_id,
        role_id=role.id,
        email=address,
        made_by=actor.user_id,
    )
    activity.record(session, actor, "staff.invited", about="staff", object_id=link_id, name=address)
    workspace = await session.get(Workspace, actor.workspace_id)
    letter = mail.invitation_email(
        workspace=workspace.name if workspace else "Xobito",
        inviter=actor.name,
        link=mail.invitation_url(token),
    )
    await mail.post(session, address, letter)
    return token


async def list_invites(session: AsyncSession, actor: Actor) -> list[InviteView]:
    """Return unused invitations, newest first."""
    require(actor, Permission.STAFF_VIEW)
    roles = {r.id: r.name for r in await RoleRepository(session, actor.workspace_id).list_all()}
    now = clock.now()
    return [
        InviteView(
            id=link.id,
            email=link.email,
            role=roles.get(link.role_id, "No role") if link.role_id else "No role",
            expires_at=link.created_at + accounts.INVITE_LIFETIME,
            is_expired=now - link.created_at > accounts.INVITE_LIFETIME,
        )
        for link in await MemberRepository(session, actor.workspace_id).list_invites()
    ]


async def withdraw_invite(session: AsyncSession, actor: Actor, *, invite_id: UUID) -> None:
    """Make an invitation useless.

    Raises:
        NotFound: It was used, withdrawn, or never was this workspace's.
    """
    require(actor, Permission.STAFF_CREATE)
    links = await MemberRepository(session, actor.workspace_id).list_invites()
    link = next((link for link in links if link.id == invite_id), None)
    if link is None:
        raise NotFound("This invitation no longer exists.")
    link.used_at = clock.now()
    session.add(link)
    activity.record(session, actor, "staff.invite_withdrawn", about="staff", name=link.email)


async def read_invitation(uow: UnitOfWork, *, token: str) -> InvitationView | None:
    """Return what an invitation offers, or None when it cannot be accepted any more."""
    found = await _find_open(uow, token)
    if found is None:
        return None
    link, role = found
    workspace = await uow.session.get(Workspace, role.workspace_id)
    return InvitationView(
        email=link.email,
        workspace_name=workspace.name if workspace else "",
        role=role.name,
        has_account=await accounts.find_by_email(uow.session, link.email) is not None,
    )


async def _find_open(uow: UnitOfWork, token: str) -> tuple[OneTimeLink, Role] | None:
    """Return an invitation that may be accepted now, whatever was true when it was made.

    Whoever made it must still be allowed to, with the role as it is today; and it invites
    somebody who is not in the workspace, and was not taken out of it since.
    """
    link = await accounts.find_invite(uow.session, token)
    if link is None:
        return None
    workspace_id = ids.parse(link.workspace_id)
    await uow.enter(workspace_id)
    role = await RoleRepository(uow.session, workspace_id).find(ids.parse(link.role_id))
    held = await accounts.find_rights(uow.session, link.made_by, workspace_id)
    if role is None or not accounts.covers(held, Permission.STAFF_CREATE, *role.permissions):
        return None
    person = await accounts.find_by_email(uow.session, link.email)
    members = MemberRepository(uow.session, workspace_id)
    membership = await members.find_by_user(person.id) if person else None
    if membership and not _left_before(membership, link.created_at):
        return None
    return link, role


def _left_before(membership: Membership, made_at: datetime) -> bool:
    return membership.removed_at is not None and membership.removed_at <= made_at


async def accept_invite(
    uow: UnitOfWork, *, token: str, name: str, password: str, time_zone: str = "UTC"
) -> tuple[UUID, UUID]:
    """Join a workspace with an invitation; return the person's and the workspace's id.

    Somebody who already has an account proves it with their own password, and is signed out
    everywhere: what others know or hold of it from before must not open this workspace.

    Raises:
        Invalid: The link is dead, or a field breaks its rule.
    """
    session = uow.session
    found = await _find_open(uow, token)
    if found is None:
        raise Invalid(accounts.DEAD_LINK)
    link, role = found
    workspace_id = role.workspace_id
    user = await accounts.find_by_email(session, link.email)
    if user is None:
        user = await accounts.create_person(
            session, name=name, email=link.email, password=password, time_zone=time_zone
        )
    else:
        await accounts.prove(user, password)
        await accounts.begin_anew(session, user.id)
    members = MemberRepository(session, workspace_id)
    membership = await members.find_by_user(user.id) or Membership(
        workspace_id=workspace_id, user_id=user.id
    )
    membership.role_id = role.id
    membership.is_active, membership.removed_at = True, None
    membership.joined_at = clock.now()
    await members.add(membership)
    await accounts.void_invites(session, workspace_id=workspace_id, email=link.email)
    return user.id, workspace_id
