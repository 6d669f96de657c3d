"""Who of a workspace holds a permission, for what is told to them alone."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Permission
from xobito_app.features.workspaces.repository import MemberRepository, RoleRepository


async def list_emails(
    session: AsyncSession, workspace_id: UUID, *, holding: Permission
) -> list[str]:
    """Return the addresses of the active members who hold a permission, for mail to them."""
    roles = await RoleRepository(session, workspace_id).list_all()
    allowing = {role.id for role in roles if holding in role.permissions}
    return [
        user.email
        for membership, user in await MemberRepository(session, workspace_id).list_present()
        if membership.is_active and (membership.is_owner or membership.role_id in allowing)
    ]
