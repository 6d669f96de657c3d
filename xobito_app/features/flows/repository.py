"""Statements on flows, their versions, talks and what waits for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select

from xobito_app.core.errors import NotFound
from xobito_app.models.flows import (
    Flow,
    FlowChange,
    FlowInput,
    FlowInputState,
    FlowSecret,
    FlowSession,
    FlowStep,
    FlowTalk,
    FlowVersion,
)
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.repository import Repository

LIVE = ("active", "handed_over")


class FlowRepository(Repository[Flow]):
    """Flows of one workspace."""

    missing = "This flow no longer exists."

    async def list_published(self) -> Sequence[Flow]:
        """Return the flows that answer, in the order they were made."""
        return await self.all(
            self.scoped()
            .where(col(Flow.published_id).is_not(None))
            .order_by(col(Flow.id))
            .limit(1000)
        )


class VersionRepository(Repository[FlowVersion]):
    """Published graphs of one workspace."""

    missing = "This version no longer exists."

    async def newest_number(self, flow_id: UUID) -> int:
        """Return the number of the newest version of a flow; 0 when there is none."""
        statement = (
            select(func.max(FlowVersion.number))
            .where(col(FlowVersion.workspace_id) == self.workspace_id)
            .where(col(FlowVersion.flow_id) == flow_id)
        )
        return (await self.session.exec(statement)).one() or 0

    async def get_number(self, flow_id: UUID, number: int) -> FlowVersion:
        """Return a version of a flow by its number.

        Raises:
            NotFound: There is none.
        """
        found = await self.one_or_none(
            self.scoped().where(
                col(FlowVersion.flow_id) == flow_id, col(FlowVersion.number) == number
            )
        )
        if found is None:
            raise NotFound(self.missing)
        return found

    async def numbers_of(self, version_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return the numbers of versions."""
        statement = (
            select(FlowVersion.id, FlowVersion.number)
            .where(col(FlowVersion.workspace_id) == self.workspace_id)
            .where(any_of(col(FlowVersion.id), version_ids))
        )
        return dict((await self.session.exec(statement)).all())


class ChangeRepository(Repository[FlowChange]):
    """Changes of the drafts of one workspace."""

    async def find_change(self, flow_id: UUID, change_id: str) -> FlowChange | None:
        """Return a change by the id whoever made it gave it."""
        return await self.one_or_none(
            self.scoped().where(
                col(FlowChange.flow_id) == flow_id, col(FlowChange.change_id) == change_id
            )
        )

    async def newest(self, flow_id: UUID, limit: int) -> Sequence[FlowChange]:
        """Return the newest changes of a draft, newest first."""
        return await self.all(
            self.scoped()
            .where(col(FlowChange.flow_id) == flow_id)
            .order_by(col(FlowChange.rev).desc())
            .limit(limit)
        )

    async def authors_since(self, flow_id: UUID, rev: int) -> list[str]:
        """Return who changed a draft after a revision, by name."""
        statement = (
            select(FlowChange.author_name)
            .where(col(FlowChange.workspace_id) == self.workspace_id)
            .where(col(FlowChange.flow_id) == flow_id, col(FlowChange.rev) > rev)
            .group_by(col(FlowChange.author_name))
            .order_by(col(FlowChange.author_name))
            .limit(100)
        )
        return [name for name in await self.session.exec(statement) if name]


class TalkRepository(Repository[FlowTalk]):
    """Recorded talks of one workspace."""

    missing = "This recorded talk no longer exists."


class SessionRepository(Repository[FlowSession]):
    """Talks of one workspace."""

    missing = "This talk no longer exists."

    async def lock_live(self, conversation_ids: Collection[UUID]) -> dict[UUID, FlowSession]:
        """Return the talks that are not over, by conversation; its thread is locked already."""
        rows = await self.all(
            self.scoped()
            .where(any_of(col(FlowSession.conversation_id), conversation_ids))
            .where(col(FlowSession.status).in_(LIVE))
            .with_for_update()
        )
        return {row.conversation_id: row for row in rows}

    async def list_live(self, conversation_ids: Collection[UUID]) -> dict[UUID, FlowSession]:
        """Return the talks that are not over, by conversation."""
        rows = await self.all(
            self.scoped()
            .where(any_of(col(FlowSession.conversation_id), conversation_ids))
            .where(col(FlowSession.status).in_(LIVE))
        )
        return {row.conversation_id: row for row in rows}

    async def list_due(self, now: datetime, limit: int) -> Sequence[FlowSession]:
        """Return talks whose wait has ended."""
        return await self.all(
            self.scoped()
            .where(col(FlowSession.status) == "active", col(FlowSession.due_at) <= now)
            .order_by(col(FlowSession.due_at))
            .limit(limit)
        )

    async def count_since(self, contact_ids: Collection[UUID], since: datetime) -> dict[UUID, int]:
        """Return how many talks some contacts began since a moment."""
        statement = (
            select(FlowSession.contact_id, func.count())
            .where(col(FlowSession.workspace_id) == self.workspace_id)
            .where(any_of(col(FlowSession.contact_id), contact_ids))
            .where(col(FlowSession.started_at) > since)
            .group_by(col(FlowSession.contact_id))
        )
        return dict((await self.session.exec(statement)).all())


class StepRepository(Repository[FlowStep]):
    """What nodes did in the talks of one workspace."""

    async def insert_all(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write steps down."""
        if rows:
            await self.session.exec(insert(FlowStep), params=rows)


class InputRepository(Repository[FlowInput]):
    """What the bots of one workspace have not heard yet."""

    async def insert_new(self, rows: Sequence[FlowInput]) -> int:
        """Note what was said, unless it waits already; return how many are new."""
        if not rows:
            return 0
        statement = (
            insert(FlowInput)
            .on_conflict_do_nothing(index_elements=["workspace_id", "key"])
            .returning(col(FlowInput.id))
        )
        inserted = await self.session.exec(statement, params=[row.model_dump() for row in rows])
        return len(list(inserted.scalars()))

    async def lock_first(
        self, now: datetime, limit: int, *, only: Collection[UUID] | None = None
    ) -> Sequence[FlowInput]:
        """Return what waits longest in each conversation, locked; what others hold is left out."""
        earlier = aliased(FlowInput)
        first = (
            select(earlier.id)
            .where(col(earlier.workspace_id) == col(FlowInput.workspace_id))
            .where(col(earlier.conversation_id) == col(FlowInput.conversation_id))
            .where(col(earlier.state) == FlowInputState.WAITING)
            .order_by(col(earlier.rank), col(earlier.at), col(earlier.id))
            .limit(1)
            .correlate(FlowInput)
        )
        statement = (
            self.scoped()
            .where(col(FlowInput.state) == FlowInputState.WAITING)
            .where(or_(col(FlowInput.next_try_at).is_(None), col(FlowInput.next_try_at) <= now))
            .where(col(FlowInput.id) == first.scalar_subquery())
        )
        if only is not None:
            statement = statement.where(any_of(col(FlowInput.id), only))
        return await self.all(
            statement.order_by(col(FlowInput.rank), col(FlowInput.at), col(FlowInput.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def forget(self, input_ids: Collection[UUID]) -> None:
        """Delete what was heard."""
        await self.session.exec(
            delete(FlowInput)
            .where(col(FlowInput.workspace_id) == self.workspace_id)
            .where(any_of(col(FlowInput.id), input_ids))
            .execution_options(synchronize_session=False)
        )

    async def has_waiting(self, now: datetime) -> bool:
        """Tell whether anything is to be heard now."""
        found = await self.all(
            self.scoped()
            .where(col(FlowInput.state) == FlowInputState.WAITING)
            .where(or_(col(FlowInput.next_try_at).is_(None), col(FlowInput.next_try_at) <= now))
            .limit(1)
        )
        return bool(found)


class SecretRepository(Repository[FlowSecret]):
    """Secrets that requests of flows name."""

    missing = "This secret no longer exists."
