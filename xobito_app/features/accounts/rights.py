"""What somebody may do in a workspace right now, for what they left to be used later."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import ALL, Permission
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.models.workspaces import Membership, Role


def granted(membership: Membership, role: Role | None) -> frozenset[Permission]:
    """Return what a member may do; words of another version of the list allow nothing."""
    if membership.is_owner:
        return ALL
    known = {str(p): p for p in Permission}
    return frozenset(known[p] for p in role.permissions if p in known) if role else frozenset()


async def find_rights(
    session: AsyncSession, user_id: UUID | None, workspace_id: UUID
) -> frozenset[Permission] | None:
    """Return what a person may do in the workspace the session has entered.

    None when they are not active there, or nobody at all.
    """
    if user_id is None:
        return None
    membership = await AccountRepository(session).find_membership(user_id, workspace_id)
    if membership is None or not membership.is_active or membership.removed_at is not None:
        return None
    role = await session.get(Role, membership.role_id) if membership.role_id else None
    return granted(membership, role)
