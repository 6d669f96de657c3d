"""Queries that cannot leave their workspace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from xobito_app.core.errors import NotFound
from xobito_app.models.base import WorkspaceRow
from xobito_app.persistence.arrays import any_of, chunks

T = TypeVar("T", bound=WorkspaceRow)


class Repository(Generic[T]):
    """Rows of one table in one workspace; `scoped()` is the only way to begin a statement."""

    model: type[T]
    missing = "Not found."

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in getattr(cls, "__orig_bases__", ()):
            if arguments := get_args(base):
                cls.model = arguments[0]

    def __init__(self, session: AsyncSession, workspace_id: UUID) -> None:
        self.session = session
        self.workspace_id = workspace_id

    def scoped(self) -> SelectOfScalar[T]:
        """Begin a statement over the rows of this workspace."""
        return select(self.model).where(col(self.model.workspace_id) == self.workspace_id)

    async def one_or_none(self, statement: SelectOfScalar[T]) -> T | None:
        """Run a statement that finds at most one row."""
        return (await self.session.exec(statement)).one_or_none()

    async def all(self, statement: SelectOfScalar[T]) -> Sequence[T]:
        """Run a statement that the caller has limited."""
        return (await self.session.exec(statement)).all()

    async def find(self, row_id: UUID) -> T | None:
        """Return the row with an id, if this workspace has it."""
        return await self.one_or_none(self.scoped().where(col(self.model.id) == row_id))

    async def get(self, row_id: UUID, *, lock: bool = False) -> T:
        """Return the row with an id, locked for change on request.

        One that is loaded already is read anew with its lock: it may have changed while that was
        waited for.

        Raises:
            NotFound: It is missing or another workspace's.
        """
        statement = self.scoped().where(col(self.model.id) == row_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = await self.one_or_none(statement)
        if row is None:
            raise NotFound(self.missing)
        return row

    async def list_by_ids(self, row_ids: Sequence[UUID]) -> dict[UUID, T]:
        """Return the rows among these ids that this workspace has."""
        return {row.id: row for row in await self.all_any(col(self.model.id), row_ids)}

    async def all_any(self, wanted: Any, keys: Collection[Any]) -> list[T]:
        """Return the rows of this workspace whose column holds one of these keys."""
        found: list[T] = []
        for some in chunks(keys):
            found += await self.all(self.scoped().where(any_of(wanted, some)))
        return found

    async def add(self, row: T) -> T:
        """Insert a row and let the database judge it at once."""
        self.session.add(row)
        await self.session.flush()
        return row

    async def delete(self, row: T) -> None:
        """Delete a row."""
        await self.session.delete(row)
        await self.session.flush()
