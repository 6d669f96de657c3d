"""Reading workspaces, their members and roles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.models.accounts import LinkKind, OneTimeLink, User
from xobito_app.models.workspaces import Membership, Role, Workspace
from xobito_app.persistence.repository import Repository


class RoleRepository(Repository[Role]):
    """Roles of one workspace."""

    missing = "This role no longer exists."

    async def list_all(self) -> Sequence[Role]:
        """Return all roles, seeded ones first."""
        return await self.all(
            self.scoped().order_by(col(Role.is_seeded).desc(), col(Role.created_at)).limit(200)
        )

    async def find_by_name(self, name: str) -> Role | None:
        """Return a role by name, whatever its case."""
        return await self.one_or_none(self.scoped().where(func.lower(Role.name) == name.lower()))

    async def count_members(self) -> dict[UUID, int]:
        """Return how many present members hold each role."""
        statement = (
            select(Membership.role_id, func.count())
            .where(col(Membership.workspace_id) == self.workspace_id)
            .where(col(Membership.removed_at).is_(None), col(Membership.role_id).is_not(None))
            .group_by(col(Membership.role_id))
        )
        return {role: count for role, count in await self.session.exec(statement) if role}


class MemberRepository(Repository[Membership]):
    """Members of one workspace."""

    missing = "This person is not in the workspace."

    async def list_present(self) -> Sequence[tuple[Membership, User]]:
        """Return everybody who has not been removed, by name."""
        statement = (
            select(Membership, User)
            .join(User, col(User.id) == col(Membership.user_id))
            .where(col(Membership.workspace_id) == self.workspace_id)
            .where(col(Membership.removed_at).is_(None))
            .order_by(func.lower(User.name), col(User.id))
            .limit(500)
        )
        return (await self.session.exec(statement)).all()

    async def names(self) -> dict[UUID, str]:
        """Return the names of all members past and present, for what they left behind."""
        statement = (
            select(User.id, User.name)
            .join(Membership, col(Membership.user_id) == col(User.id))
            .where(col(Membership.workspace_id) == self.workspace_id)
            .limit(2000)
        )
        return dict((await self.session.exec(statement)).all())

    async def find_by_user(self, user_id: UUID) -> Membership | None:
        """Return a person's membership, removed or not."""
        return await self.one_or_none(self.scoped().where(col(Membership.user_id) == user_id))

    async def find_owner(self) -> Membership:
        """Return the owner's membership."""
        rows = await self.all(self.scoped().where(col(Membership.is_owner).is_(True)).limit(1))
        return rows[0]

    async def list_invites(self) -> Sequence[OneTimeLink]:
        """Return unused invitations, newest first."""
        statement = (
            select(OneTimeLink)
            .where(col(OneTimeLink.workspace_id) == self.workspace_id)
            .where(col(OneTimeLink.kind) == LinkKind.INVITE, col(OneTimeLink.used_at).is_(None))
            .order_by(col(OneTimeLink.created_at).desc())
            .limit(100)
        )
        return (await self.session.exec(statement)).all()


async def find_workspace_by_slug(session: AsyncSession, slug: str) -> Workspace | None:
    """Return a workspace by its slug."""
    return (await session.exec(select(Workspace).where(Workspace.slug == slug))).one_or_none()


async def list_workspace_ids(session: AsyncSession) -> Sequence[UUID]:
    """Return the ids of all workspaces, for sweeps."""
    return (await session.exec(select(Workspace.id).order_by(col(Workspace.id)))).all()


async def list_slugs(session: AsyncSession) -> Sequence[str]:
    """Return the slugs of all workspaces in alphabetical order."""
    return (await session.exec(select(Workspace.slug).order_by(col(Workspace.slug)))).all()
