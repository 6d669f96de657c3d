"""Who can be given a customer's chat, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.workspaces.repository import MemberRepository, RoleRepository
from xobito_app.models.workspaces import Role


@dataclass(frozen=True, slots=True)
class Answerer:
    """A person who may reply, and when a chat was last given to them by itself."""

    user_id: UUID
    name: str
    email: str
    role: str
    last_assigned_at: datetime | None


async def list_answerers(session: AsyncSession, workspace_id: UUID) -> list[Answerer]:
    """Return the active members whose role allows replying and seeing their own chats."""
    roles: dict[UUID | None, Role] = {
        role.id: role for role in await RoleRepository(session, workspace_id).list_all()
    }
    replying = {role.id for role in roles.values() if Permission.INBOX_REPLY in role.permissions}
    return [
        Answerer(
            user.id,
            user.name,
            user.email,
            role.name if (role := roles.get(membership.role_id)) else "",
            membership.last_assigned_at,
        )
        for membership, user in await MemberRepository(session, workspace_id).list_present()
        if membership.is_active and (membership.is_owner or membership.role_id in replying)
    ]


async def note_turn(session: AsyncSession, workspace_id: UUID, user_id: UUID) -> None:
    """Remember that a person was just given a chat, so that the next one goes to another."""
    membership = await MemberRepository(session, workspace_id).find_by_user(user_id)
    if membership is not None:
        membership.last_assigned_at = clock.now()
        session.add(membership)
        await session.flush()
