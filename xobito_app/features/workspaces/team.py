"""Staff and roles: inviting, changing, switching off, and what each may do."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.accounts import service as accounts
from xobito_app.features.accounts.service import make_reset_link
from xobito_app.features.activity import service as activity
from xobito_app.features.workspaces.repository import MemberRepository, RoleRepository
from xobito_app.features.workspaces.schemas import (
    MemberView,
    RoleView,
)
from xobito_app.models.workspaces import Membership, Role
from xobito_app.persistence.unit_of_work import announce


async def list_members(session: AsyncSession, actor: Actor) -> list[MemberView]:
    """Return everybody in the workspace, by name. Names are needed by all who assign."""
    roles = {r.id: r for r in await RoleRepository(session, actor.workspace_id).list_all()}
    shows_details = actor.can(Permission.STAFF_VIEW)
    return [
        MemberView(
            user_id=user.id,
            name=user.name,
            email=user.email if shows_details else "",
            role_id=membership.role_id,
            role=_role_name(membership, roles),
            is_owner=membership.is_owner,
            is_active=membership.is_active,
            has_second_factor=user.totp_confirmed_at is not None,
            picture=user.picture,
        )
        for membership, user in await MemberRepository(session, actor.workspace_id).list_present()
    ]


def _role_name(membership: Membership, roles: dict[UUID, Role]) -> str:
    if membership.is_owner:
        return "Owner"
    role = roles.get(membership.role_id) if membership.role_id else None
    return role.name if role else "No role"


async def list_roles(session: AsyncSession, actor: Actor) -> list[RoleView]:
    """Return the roles of the workspace.

    Raises:
        Forbidden: The actor may see neither roles nor staff.
    """
    require(actor, Permission.ROLES_VIEW, Permission.STAFF_VIEW)
    roles = RoleRepository(session, actor.workspace_id)
    counts = await roles.count_members()
    return [
        RoleView(
            id=role.id,
            name=role.name,
            permissions=frozenset(role.permissions),
            is_seeded=role.is_seeded,
            members=counts.get(role.id, 0),
        )
        for role in await roles.list_all()
    ]


def grantable(actor: Actor, wanted: Collection[str]) -> list[str]:
    """Return known permissions; nobody can hand out a right they do not hold."""
    known = {str(p): p for p in Permission}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise Invalid.field("permissions", f"There is no permission {unknown[0]}.")
    missing = sorted(name for name in set(wanted) if not actor.can(known[name]))
    if missing:
        raise Forbidden(f"You cannot grant {missing[0]} because your own role lacks it.")
    return sorted(set(wanted))


async def save_role(
    session: AsyncSession,
    actor: Actor,
    *,
    role_id: UUID | None,
    name: str,
    permissions: Collection[str],
) -> RoleView:
    """Create a role, or change one; members feel it at once.

    Raises:
        Forbidden: The actor may not, or grants more than it has.
        Invalid: The name is empty or taken.
    """
    require(actor, Permission.ROLES_EDIT if role_id else Permission.ROLES_CREATE)
    roles = RoleRepository(session, actor.workspace_id)
    title = accounts.read_name(name, limit=60)
    granted = grantable(actor, permissions)
    same_name = await roles.find_by_name(title)
    if same_name and same_name.id != role_id:
        raise Invalid.field("name", f"There is already a role {title}.")
    if role_id:
        role = await roles.get(role_id, lock=True)
        grantable(actor, role.permissions)
        role.name, role.permissions = title, granted
    else:
        role = Role(workspace_id=actor.workspace_id, name=title, permissions=granted)
    await roles.add(role)
    activity.record(
        session,
        actor,
        "role.changed" if role_id else "role.created",
        about="role",
        object_id=role.id,
        name=title,
    )
    announce(session, actor.workspace_id, Topic.ACCESS, role.id)
    counts = await roles.count_members()
    return RoleView(role.id, title, frozenset(granted), role.is_seeded, counts.get(role.id, 0))


async def delete_role(session: AsyncSession, actor: Actor, *, role_id: UUID) -> None:
    """Delete a role nobody holds.

    Raises:
        Conflict: Somebody holds it.
    """
    require(actor, Permission.ROLES_DELETE)
    roles = RoleRepository(session, actor.workspace_id)
    role = await roles.get(role_id, lock=True)
    if (await roles.count_members()).get(role_id):
        raise Conflict("Give the people with this role another one first.")
    await roles.delete(role)
    activity.record(session, actor, "role.deleted", about="role", object_id=role_id, name=role.name)


async def create_member(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    email: str,
    password: str,
    role_id: UUID,
    must_change: bool = True,
) -> UUID:
    """Add a person with a password chosen for them, to be changed at the first sign-in.

    Raises:
        Invalid: A field breaks its rule, or the e-mail belongs to an account: invite it instead.
    """
    require(actor, Permission.STAFF_CREATE)
    role = await RoleRepository(session, actor.workspace_id).get(role_id)
    grantable(actor, role.permissions)
    if await accounts.find_by_email(session, email.strip().lower()):
        raise Invalid.field("email", "This e-mail already has an account. Send an invitation.")
    user = await accounts.create_person(
        session, name=name, email=email, password=password, is_own=not must_change
    )
    await accounts.void_invites(session, workspace_id=actor.workspace_id, email=user.email)
    session.add(Membership(workspace_id=actor.workspace_id, user_id=user.id, role_id=role.id))
    activity.record(
        session, actor, "staff.created", about="staff", object_id=user.id, name=user.name
    )
    return user.id


async def _other_member(session: AsyncSession, actor: Actor, user_id: UUID) -> Membership:
    members = MemberRepository(session, actor.workspace_id)
    membership = await members.find_by_user(user_id)
    if membership is None or membership.removed_at is not None:
        raise NotFound(members.missing)
    if membership.is_owner:
        raise Forbidden("The owner cannot be changed. Hand the workspace over first.")
    return membership


async def _note(session: AsyncSession, actor: Actor, action: str, user_id: UUID) -> None:
    name = await accounts.get_name(session, user_id)
    activity.record(session, actor, action, about="staff", object_id=user_id, name=name)


async def change_member(
    session: AsyncSession,
    actor: Actor,
    *,
    user_id: UUID,
    role_id: UUID | None = None,
    is_active: bool | None = None,
) -> None:
    """Give a member another role, or switch the member off or on; both count at once.

    Raises:
        Forbidden: The member is the owner, or the role holds more than the actor.
        NotFound: No such member.
    """
    require(actor, Permission.STAFF_EDIT)
    membership = await _other_member(session, actor, user_id)
    roles = RoleRepository(session, actor.workspace_id)
    if membership.role_id:
        grantable(actor, (await roles.get(membership.role_id)).permissions)
    if role_id is not None:
        role = await roles.get(role_id)
        membership.role_id = role.id
        grantable(actor, role.permissions)
    if is_active is not None:
        membership.is_active = is_active
        if not is_active:
            await _shut_out(session, actor, user_id)
    session.add(membership)
    await _note(session, actor, "staff.changed", user_id)
    announce(session, actor.workspace_id, Topic.ACCESS, user_id)


async def _shut_out(session: AsyncSession, actor: Actor, user_id: UUID) -> None:
    await accounts.end_sessions(session, user_id, workspace_id=actor.workspace_id)
    await accounts.void_what_is_left(session, user_id, workspace_id=actor.workspace_id)


async def remove_member(session: AsyncSession, actor: Actor, *, user_id: UUID) -> None:
    """Take a member out of the workspace; what they wrote stays.

    Raises:
        Forbidden: The member is the owner.
        NotFound: No such member.
    """
    require(actor, Permission.STAFF_DELETE)
    membership = await _other_member(session, actor, user_id)
    if membership.role_id:
        roles = RoleRepository(session, actor.workspace_id)
        grantable(actor, (await roles.get(membership.role_id)).permissions)
    membership.is_active = False
    membership.removed_at = clock.now()
    session.add(membership)
    await _shut_out(session, actor, user_id)
    await _note(session, actor, "staff.removed", user_id)
    announce(session, actor.workspace_id, Topic.ACCESS, user_id)


async def make_member_reset_link(session: AsyncSession, actor: Actor, *, user_id: UUID) -> str:
    """Return a password-reset token for a member who belongs to this workspace alone.

    Raises:
        Forbidden: The member is the owner, or belongs to other workspaces too.
    """
    require(actor, Permission.STAFF_EDIT)
    membership = await _other_member(session, actor, user_id)
    if membership.role_id:
        roles = RoleRepository(session, actor.workspace_id)
        grantable(actor, (await roles.get(membership.role_id)).permissions)
    if await accounts.count_workspaces(session, user_id) > 1:
        raise Forbidden("This person belongs to other workspaces too and must reset it alone.")
    await _note(session, actor, "staff.reset_link", user_id)
    return await make_reset_link(
        session, user_id, workspace_id=actor.workspace_id, made_by=actor.user_id
    )


async def hand_over(session: AsyncSession, actor: Actor, *, user_id: UUID) -> None:
    """Make another active member the owner; the old owner becomes an Admin.

    Raises:
        Forbidden: The actor is not the owner.
        NotFound: No such active member.
    """
    if not actor.is_owner:
        raise Forbidden("Only the owner can hand the workspace over.")
    members = MemberRepository(session, actor.workspace_id)
    successor = await _other_member(session, actor, user_id)
    if not successor.is_active:
        raise NotFound("Choose an active member.")
    owner = await members.find_owner()
    roles = await RoleRepository(session, actor.workspace_id).list_all()
    owner.is_owner = False
    owner.role_id = next((r.id for r in roles if r.name == "Admin"), None)
    # One owner at any moment: the index would refuse two within one flush.
    await members.add(owner)
    successor.is_owner, successor.role_id = True, None
    await members.add(successor)
    await _note(session, actor, "workspace.handed_over", user_id)
    announce(session, actor.workspace_id, Topic.ACCESS, user_id)


async def member_name(session: AsyncSession, workspace_id: UUID, user_id: UUID) -> str:
    """Return the name of an active member.

    Raises:
        NotFound: The person is not active in the workspace.
    """
    for membership, user in await MemberRepository(session, workspace_id).list_present():
        if user.id == user_id and membership.is_active:
            return user.name
    raise NotFound("This person is not active in the workspace.")
