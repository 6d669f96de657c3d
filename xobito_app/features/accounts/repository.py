"""Reading people and their sessions. People exist outside workspaces, so nothing is scoped here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, cast, func, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from xobito_app.core import clock, crypto, ids
from xobito_app.features.accounts import rules
from xobito_app.models.accounts import LinkKind, OneTimeLink, SignInTry, User, UserSession
from xobito_app.models.workspaces import Membership, Workspace
from xobito_app.persistence.arrays import any_of, chunks

FoundSession = tuple[UserSession, User, Membership | None, Workspace]


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

    async def find_membership(self, user_id: UUID, workspace_id: UUID) -> Membership | None:
        """Return a person's membership of a workspace, whatever became of it."""
        statement = select(Membership).where(
            col(Membership.user_id) == user_id, col(Membership.workspace_id) == workspace_id
        )
        return (await self.session.exec(statement)).one_or_none()

    async def list_places(self, user_id: UUID) -> Sequence[UUID]:
        """Return the workspaces a person belongs to, inactive in some of them or not."""
        statement = (
            select(Membership.workspace_id)
            .where(col(Membership.user_id) == user_id, col(Membership.removed_at).is_(None))
            .limit(100)
        )
        return (await self.session.exec(statement)).all()

    async def find_session(self, token_hash: str) -> FoundSession | None:
        """Return the session of a cookie's hash with everything that decides what it may do."""
        statement = self._sessions().where(col(UserSession.token_hash) == token_hash)
        return (await self.session.exec(statement)).one_or_none()

    async def find_sessions(self, session_ids: Collection[UUID]) -> list[FoundSession]:
        """Return sessions by id, each with everything that decides what it may do."""
        found: list[FoundSession] = []
        for piece in chunks(session_ids):
            statement = self._sessions().where(any_of(col(UserSession.id), piece))
            found += (await self.session.exec(statement)).all()
        return found

    def _sessions(self) -> Select[UserSession, User, Membership, Workspace]:
        return (
            select(UserSession, User, Membership, Workspace)
            .join(User, col(User.id) == col(UserSession.user_id))
            .join(Workspace, col(Workspace.id) == col(UserSession.workspace_id))
            .join(
                Membership,
                (col(Membership.user_id) == col(UserSession.user_id))
                & (col(Membership.workspace_id) == col(UserSession.workspace_id)),
                isouter=True,
            )
        )

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

    async def lock_tries(self, subjects: Sequence[str]) -> Sequence[SignInTry]:
        """Return the counts of some subjects, made where missing; nobody else changes them now."""
        now, ordered = clock.now(), sorted(subjects)
        rows = [
            {"id": ids.new(), "subject": subject, "failures": 0, "last_at": now}
            for subject in ordered
        ]
        connection = await self.session.connection()
        await connection.execute(insert(SignInTry).on_conflict_do_nothing(), rows)
        statement = (
            select(SignInTry)
            .where(any_of(col(SignInTry.subject), ordered))
            .order_by(col(SignInTry.subject))
            .with_for_update()
        )
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

    async def take_failure_back(self, subject: str) -> None:
        """Count one failed try less."""
        fewer = func.greatest(col(SignInTry.failures) - 1, 0)
        await self.session.exec(
            update(SignInTry).where(col(SignInTry.subject) == subject).values(failures=fewer)
        )

    async def use_step(self, user_id: UUID, step: int) -> bool:
        """Use up a time step of a second factor; False when it, or a later one, was used before."""
        statement = (
            update(User)
            .where(col(User.id) == user_id, col(User.totp_last_step) < step)
            .values(totp_last_step=step)
            .returning(col(User.id))
        )
        return (await self.session.exec(statement)).first() is not None

    async def use_recovery_code(self, user_id: UUID, code_hash: str) -> bool:
        """Use up a recovery code; False when the person has no such code any more."""
        codes = col(User.recovery_hashes)
        statement = (
            update(User)
            .where(col(User.id) == user_id, codes.contains([code_hash]))
            .values(recovery_hashes=codes.op("-", return_type=JSONB())(cast(code_hash, Text)))
            .returning(col(User.id))
        )
        return (await self.session.exec(statement)).first() is not None

    async def find_link(self, token: str, kind: LinkKind) -> OneTimeLink | None:
        """Return an unused link by its token, locked so that it is used once."""
        statement = (
            select(OneTimeLink)
            .where(col(OneTimeLink.token_hash) == crypto.hash_token(token))
            .where(col(OneTimeLink.kind) == kind, col(OneTimeLink.used_at).is_(None))
            .with_for_update()
        )
        return (await self.session.exec(statement)).one_or_none()

    async def void_resets(self, user_id: UUID) -> None:
        """Make the reset links of a person useless."""
        await self._void(
            col(OneTimeLink.kind) == LinkKind.RESET, col(OneTimeLink.user_id) == user_id
        )

    async def void_invites(self, workspace_id: UUID, *, email: str) -> None:
        """Make the invitations of an e-mail address to a workspace useless."""
        await self._void(
            col(OneTimeLink.kind) == LinkKind.INVITE,
            col(OneTimeLink.workspace_id) == workspace_id,
            col(OneTimeLink.email) == email,
        )

    async def void_links_made_by(self, workspace_id: UUID, user_id: UUID) -> None:
        """Make what somebody made for people of a workspace useless."""
        await self._void(
            col(OneTimeLink.workspace_id) == workspace_id, col(OneTimeLink.made_by) == user_id
        )

    async def _void(self, *which: ColumnElement[bool]) -> None:
        await self.session.exec(
            update(OneTimeLink)
            .where(col(OneTimeLink.used_at).is_(None), *which)
            .values(used_at=clock.now())
        )

    async def add(self, row: User | UserSession | OneTimeLink | Membership | Workspace) -> None:
        """Insert a row and let the database judge it at once."""
        self.session.add(row)
        await self.session.flush()
