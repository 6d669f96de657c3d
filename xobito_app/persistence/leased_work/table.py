"""Tables whose rows are claimed under a lease, and holding on to a row.

`claimed_at` is both when the lease began and what tells one hold on a row from every other: whoever
records an outcome compares it under the row's lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Update, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from xobito_app.core import clock
from xobito_app.models.base import Row
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.leased_work.outcomes import LeaseLost
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Row)
K = TypeVar("K")


@dataclass(slots=True)
class Lease:
    """A worker's hold on one row.

    Attributes:
        workspace_id: None for tables that belong to no workspace.
        at: When it was last taken or renewed; no other hold on the row has the same.
        has_begun: From then on the world outside may have seen the work.
    """

    workspace_id: UUID | None
    row_id: UUID
    at: datetime
    has_begun: bool = False

    def begin(self) -> None:
        """Say that the work cannot be taken back from here on."""
        self.has_begun = True


@dataclass(slots=True)
class Claimed(Generic[K]):
    """A row in this worker's hands, as it was when it was claimed: whole, or what the work reads.

    Features add what their work needs: it is read when claiming, as working has no transaction.
    """

    lease: Lease
    row: K


@dataclass(frozen=True, slots=True)
class LeasedTable(Generic[R]):
    """A table of work, with a column `claimed_at` and, where attempts count, `attempts`.

    Attributes:
        waiting: States of rows that wait for a worker.
        held: The state of a row in a worker's hands. A row in it without `claimed_at` waits too.
        lease: A worker that said nothing for so long is dead.
        unknown: What becomes of a dead worker's row when its work may have happened: it is not
            done again by itself. None: doing it twice does no harm, the next worker takes it up.
        state: The name of the column with the state.
        due: The name of the column that says from when on a row is due; empty is at once.
        order: Which of the due rows come first.
        key: Columns that rows share which must be done one at a time, in the order of `sequence`.
        sequence: The order of rows of one key.
    """

    model: type[R]
    waiting: tuple[StrEnum, ...]
    held: StrEnum
    lease: timedelta
    unknown: StrEnum | None = None
    state: str = "state"
    due: str = ""
    order: tuple[str, ...] = ("id",)
    key: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()

    def is_due(self, now: datetime) -> ColumnElement[bool]:
        """Say that a row may be claimed: it waits and is due, and so are none before it."""
        is_due = self._is_waiting(now)
        if self.due:
            due = self._column(self.due)
            is_due &= or_(due.is_(None), due <= now)
        return is_due & self._is_first(now) if self.key else is_due

    def _is_waiting(self, now: datetime) -> ColumnElement[bool]:
        state = self._column(self.state)
        if self.unknown is not None:
            return any_of(state, self.waiting)
        return any_of(state, self._open) & or_(state != self.held, self.is_expired(now))

    def is_expired(self, now: datetime) -> ColumnElement[bool]:
        """Say that the lease of a held row has ended, or that there is none."""
        claimed_at = self._column("claimed_at")
        return or_(claimed_at.is_(None), claimed_at <= now - self.lease)

    def is_held(self, now: datetime, *, of: Any = None) -> ColumnElement[bool]:
        """Say that a row is in a worker's hands, for all that is known."""
        is_held = self._column(self.state, of) == self.held
        if self.unknown is not None:
            return is_held
        return is_held & (self._column("claimed_at", of) > now - self.lease)

    def _is_first(self, now: datetime) -> ColumnElement[bool]:
        """Say that a row is the first of its key, and that no other of it is being done.

        The first is looked up, not "none is less": PostgreSQL then asks the index once a row and
        stops at the limit, instead of comparing every two rows of a long line.
        """
        model: Any = self.model
        other, working = aliased(model), aliased(model)
        is_open = any_of(self._column(self.state, other), self._open)
        first = select(other.id).where(*self._same_key(other), is_open)
        first = first.order_by(*(self._column(name, other) for name in self.sequence)).limit(1)
        others = select(working.id).where(*self._same_key(working), self.is_held(now, of=working))
        others = others.where(working.id != model.id)
        return (col(model.id) == first.scalar_subquery()) & ~others.exists()

    def _same_key(self, other: Any) -> list[ColumnElement[bool]]:
        names = ("workspace_id", *self.key) if self._is_of_workspace else self.key
        return [self._column(name, other) == self._column(name) for name in names]

    @property
    def _open(self) -> tuple[StrEnum, ...]:
        return (*self.waiting, self.held)

    @property
    def _is_of_workspace(self) -> bool:
        return "workspace_id" in self.model.model_fields

    def _column(self, name: str, of: Any = None) -> Any:
        return col(getattr(of or self.model, name))

    def scoped(self, workspace_id: UUID | None) -> SelectOfScalar[R]:
        """Begin a statement over the rows of a workspace, or of a table outside workspaces."""
        return select(self.model).where(*self._is_of(workspace_id))

    def _is_of(self, workspace_id: UUID | None) -> list[ColumnElement[bool]]:
        return [self._column("workspace_id") == workspace_id] if self._is_of_workspace else []

    async def claim(
        self,
        session: AsyncSession,
        workspace_id: UUID | None,
        limit: int,
        *conditions: ColumnElement[bool],
    ) -> list[Claimed[R]]:
        """Take due rows in hand, and count the attempt; others see it once this commits.

        Args:
            limit: How many at most.
            conditions: What else must be true of them.
        """
        now = clock.now()
        claiming = self._claiming(workspace_id, limit, conditions, now).returning(self.model)
        found = await session.exec(claiming.execution_options(populate_existing=True))
        rows = sorted(found.scalars(), key=self._place)
        return [Claimed(Lease(workspace_id, row.id, now), row) for row in rows]

    async def claim_columns(
        self,
        session: AsyncSession,
        workspace_id: UUID | None,
        limit: int,
        columns: Sequence[str],
        *conditions: ColumnElement[bool],
    ) -> list[tuple[Lease, tuple[Any, ...]]]:
        """Do as `claim`, and read of each row these columns alone: at full speed that counts.

        Their order is PostgreSQL's own.
        """
        now = clock.now()
        claiming = self._claiming(workspace_id, limit, conditions, now)
        wanted = [self._column(name) for name in columns]
        found = await (await session.connection()).execute(
            claiming.returning(self._column("id"), *wanted)
        )
        return [(Lease(workspace_id, row[0], now), tuple(row[1:])) for row in found]

    def _claiming(
        self,
        workspace_id: UUID | None,
        limit: int,
        conditions: Sequence[ColumnElement[bool]],
        now: datetime,
    ) -> Update:
        due = (
            select(self._column("id"))
            .where(*self._is_of(workspace_id), self.is_due(now), *conditions)
            .order_by(*(self._column(name) for name in self.order))
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        changes: dict[str, Any] = {self.state: self.held, "claimed_at": now}
        if self._counts_attempts:
            changes["attempts"] = self._column("attempts") + 1
        return (
            update(self.model)
            .where(self._column("id") == due.c.id)
            .values(**changes)
            .execution_options(synchronize_session=False)
        )

    def _place(self, row: R) -> tuple[tuple[bool, Any], ...]:
        """Return what puts claimed rows into their order again; PostgreSQL has NULL last too."""
        values = [getattr(row, name) for name in self.order]
        return tuple((value is None, value) for value in values)

    def fits(self, row: R, lease: Lease) -> bool:
        """Tell whether a row is still held under this lease."""
        held: Any = row
        return getattr(row, self.state) == self.held and held.claimed_at == lease.at

    async def lock(self, session: AsyncSession, lease: Lease) -> R | None:
        """Return the row locked for change, when it is still held under this lease."""
        row = await self.lock_any(session, lease)
        return row if row is not None and self.fits(row, lease) else None

    async def lock_any(self, session: AsyncSession, lease: Lease) -> R | None:
        """Return the row locked for change, whoever holds it; None when it is gone."""
        found = await session.exec(
            self.scoped(lease.workspace_id)
            .where(self._column("id") == lease.row_id)
            .with_for_update()
            # What was loaded before may have changed while the lock was waited for.
            .execution_options(populate_existing=True)
        )
        return found.one_or_none()

    async def renew(self, lease: Lease) -> bool:
        """Hold on to a row for longer; tell whether it was still held."""
        held_at = lease.at
        try:
            async with unit_of_work(lease.workspace_id) as uow:
                row = await self.lock(uow.session, lease)
                if row is None:
                    return False
                # Before the commit frees the row: whoever waits for it here compares with `at`.
                lease.at = clock.now()
                self._set(row, claimed_at=lease.at)
                uow.session.add(row)
        except BaseException:
            lease.at = held_at
            raise
        return True

    async def confirm(self, lease: Lease) -> None:
        """Make sure of the hold on a row before a step that cannot be taken back.

        Raises:
            LeaseLost: Another worker has it, or it was settled.
        """
        if not await self.renew(lease):
            raise LeaseLost

    async def keep(self, held: Callable[[], Iterable[Lease]]) -> None:
        """Renew what is held again and again, until cancelled: the heartbeat."""
        third = self.lease / 3
        while True:
            await asyncio.sleep(third.total_seconds())
            for lease in list(held()):
                if clock.now() - lease.at >= third:
                    # Those that fail may still hold until the next time.
                    with logged("leased_work.not_renewed", lease):
                        await self.renew(lease)

    def put_back(self, row: R, due_at: datetime, *, is_try: bool = True) -> None:
        """Let a row wait for its next attempt; without `is_try` this one does not count."""
        if self.waiting:
            self._set(row, **{self.state: self.waiting[0]})
        if self.due:
            self._set(row, **{self.due: due_at})
        self._set(row, claimed_at=None)
        if not is_try:
            self._count(row, -1)

    async def give_back(self, leases: Collection[Lease]) -> None:
        """Let rows wait whose work was not begun: it is the next worker's turn."""
        for lease in leases:
            with logged("leased_work.not_given_back", lease):
                async with unit_of_work(lease.workspace_id) as uow:
                    row = await self.lock(uow.session, lease)
                    if row is not None:
                        self.put_back(row, clock.now(), is_try=False)
                        uow.session.add(row)

    async def list_due(
        self, session: AsyncSession, workspace_id: UUID | None, limit: int
    ) -> Sequence[R]:
        """Return rows that wait for a worker, for those who have to wake one."""
        statement = self.scoped(workspace_id).where(self.is_due(clock.now())).limit(limit)
        return (await session.exec(statement)).all()

    async def list_expired(
        self, session: AsyncSession, workspace_id: UUID | None, limit: int
    ) -> list[Claimed[R]]:
        """Return rows in the hands of dead workers, each with the hold they had on it."""
        statement = (
            self.scoped(workspace_id)
            .where(self._column(self.state) == self.held, self.is_expired(clock.now()))
            .limit(limit)
        )
        rows: Any = (await session.exec(statement)).all()
        return [Claimed(Lease(workspace_id, row.id, row.claimed_at), row) for row in rows]

    @property
    def _counts_attempts(self) -> bool:
        return "attempts" in self.model.model_fields

    def _count(self, row: R, by: int) -> None:
        if self._counts_attempts:
            counted: Any = row
            counted.attempts += by

    def _set(self, row: R, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)


@contextlib.contextmanager
def logged(event: str, lease: Lease) -> Iterator[None]:
    """Let the block fail without harm to others: the log says so."""
    try:
        yield
    except Exception as error:
        log.warning(event, extra={"row_id": str(lease.row_id), "reason": type(error).__name__})


@contextlib.asynccontextmanager
async def held_row(
    table: LeasedTable[Any], workspace_id: UUID, row_id: UUID
) -> AsyncIterator[Lease | None]:
    """Hold one row for as long as the block lasts; None when it is not to be had.

    The block settles the row itself, piece by piece, each under `lock`. What is not settled when it
    ends, however it ends, the next worker may take up at once.
    """
    async with unit_of_work(workspace_id) as uow:
        claimed = await table.claim(uow.session, workspace_id, 1, col(table.model.id) == row_id)
    if not claimed:
        yield None
        return
    lease = claimed[0].lease
    keeping = asyncio.create_task(table.keep(lambda: [lease]))
    try:
        yield lease
    finally:
        keeping.cancel()
        with logged("leased_work.not_given_back", lease):
            async with unit_of_work(workspace_id) as uow:
                row = await table.lock(uow.session, lease)
                if row is not None:
                    row.claimed_at = None
                    uow.session.add(row)
