"""Reading people and their sessions. People exist outside workspaces, so nothing is scoped here."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto
from xobito_app.features.accounts import rules
from xobito_app.models.accounts import LinkKind, OneTimeLink, SignInTry, User, UserSession
from xobito_app.models.workspaces import Membership, Workspace
from xobito_app.persistence.arrays import any_of


class AccountRepository:
    """People, their sessions, failed tries and one-time links."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find_user(self, user_id: UUID) -> User | None:
        """Return a person by id."""
        return await self.session.get(User, user_id)

    async def find_user_by_email(self, email: str) -> User | None:
        """Return a person by e-mail address, whatever its case."""
        statement = select(User).where(func.lower(User.email) == email.lower())
        return (await self.session.exec(statement)).one_or_none()

    async def count_users(self) -> int:
        """Return 0 or 1: whether anybody exists."""
        return len((await self.session.exec(select(User.id).limit(1))).all())

    async def list_memberships(self, user_id: UUID) -> Sequence[tuple[Membership, Workspace]]:
        """Return the workspaces a person may enter, by name."""
        statement = (
            select(Membership, Workspace)
            .join(Workspace, col(Workspace.id) == col(Membership.workspace_id))
            .where(col(Membership.user_id) == user_id, col(Membership.is_active).is_(True))
            .where(col(Membership.removed_at).is_(None))
            .order_by(col(Workspace.name))
            .limit(100)
        )
        return (await self.session.exec(statement)).all()

    async def find_session(
        self, token: str
    ) -> tuple[UserSession, User, Membership | None, Workspace] | None:
        """Return the session of a cookie with everything that decides what it may do."""
        statement = (
            select(UserSession, User, Membership, Workspace)
            .join(User, col(User.id) == col(UserSession.user_id))
            .join(Workspace, col(Workspace.id) == col(UserSession.workspace_id))
            .join(
                Membership,
                (col(Membership.user_id) == col(UserSession.user_id))
                & (col(Membership.workspace_id) == col(UserSession.workspace_id)),
                isouter=True,
            )
            .where(col(UserSession.token_hash) == crypto.hash_token(token))
        )
        return (await self.session.exec(statement)).one_or_none()

    async def list_sessions(self, user_id: UUID) -> Sequence[UserSession]:
        """Return a person's unrevoked sessions, last seen first."""
        statement = (
            select(UserSession)
            .where(col(UserSession.user_id) == user_id, col(UserSession.revoked_at).is_(None))
            .order_by(col(UserSession.last_seen_at).desc())
            .limit(50)
        )
        return (await self.session.exec(statement)).all()

    async def revoke_sessions(
        self,
        user_id: UUID,
        *,
        only: UUID | None = None,
        keep: UUID | None = None,
        workspace_id: UUID | None = None,
    ) -> None:
        """End a person's sessions: one, all but one, or those in one workspace."""
        statement = (
            update(UserSession)
            .where(col(UserSession.user_id) == user_id, col(UserSession.revoked_at).is_(None))
            .values(revoked_at=clock.now())
        )
        if only:
            statement = statement.where(col(UserSession.id) == only)
        if keep:
            statement = statement.where(col(UserSession.id) != keep)
        if workspace_id:
            statement = statement.where(col(UserSession.workspace_id) == workspace_id)
        await self.session.exec(statement)

    async def find_tries(self, subjects: Sequence[str]) -> Sequence[SignInTry]:
        """Return the failed tries counted for an account and an address."""
        statement = select(SignInTry).where(any_of(col(SignInTry.subject), subjects))
        return (await self.session.exec(statement)).all()

    async def count_failure(self, subject: str) -> None:
        """Add one failed try to those not forgiven yet; tries at the same moment all count."""
        now = clock.now()
        statement = insert(SignInTry).values(
            id=SignInTry(subject=subject).id, subject=subject, failures=1, last_at=now
        )
        await self.session.exec(
            statement.on_conflict_do_update(
                index_elements=["subject"],
                set_={
                    "failures": case(
                        (col(SignInTry.last_at) < now - rules.FORGIVEN_AFTER, 1),
                        else_=col(SignInTry.failures) + 1,
                    ),
                    "last_at": now,
                },
            )
        )

    async def forget_failures(self, subject: str) -> None:
        """Start counting anew after a success."""
        await self.session.exec(
            update(SignInTry).where(col(SignInTry.subject) == subject).values(failures=0)
        )

    async def find_link(self, token: str, kind: LinkKind) -> OneTimeLink | None:
        """Return an unused link by its token, locked so that it is used once."""
        statement = (
            select(OneTimeLink)
            .where(col(OneTimeLink.token_hash) == crypto.hash_token(token))
            .where(col(OneTimeLink.kind) == kind, col(OneTimeLink.used_at).is_(None))
            .with_for_update()
        )
        return (await self.session.exec(statement)).one_or_none()

    async def add(self, row: User | UserSession | OneTimeLink | Membership | Workspace) -> None:
        """Insert a row and let the database judge it at once."""
        self.session.add(row)
        await self.session.flush()
