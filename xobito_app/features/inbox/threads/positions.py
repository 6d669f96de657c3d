"""Where the entries of threads stand in time: the inbox's own and what other features sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select as sa_select, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import paging
from xobito_app.core.paging import Page
from xobito_app.features.inbox import rules
from xobito_app.models.inbox import Conversation, Message
from xobito_app.persistence import keyset
from xobito_app.persistence.keyset import Position

Branch = Any
"""A SELECT of (at, id); its type differs with each clause."""


def of_threads(
    workspace_id: UUID, own: Sequence[ColumnElement[bool]], threads: ColumnElement[bool]
) -> list[Branch]:
    """Return one SELECT of positions for each place entries come from.

    Args:
        workspace_id: Whose threads they are.
        own: Which rows of `Message`.
        threads: Which rows of `Conversation`, for what others sent.
    """
    mine: Branch = select(col(Message.at).label("at"), col(Message.id).label("id")).where(
        col(Message.workspace_id) == workspace_id, col(Message.kind) != rules.REACTION, *own
    )
    sources = registry.thread_sources()
    return [mine, *(source.positions(workspace_id, threads, None) for source in sources)]


def of_thread(workspace_id: UUID, conversation_id: UUID) -> list[Branch]:
    """Return where the entries of one thread stand."""
    own = [col(Message.conversation_id) == conversation_id]
    return of_threads(workspace_id, own, col(Conversation.id) == conversation_id)


async def newest(
    session: AsyncSession, branches: Sequence[Branch], cursor: str, limit: int
) -> Page[Position]:
    """Return a window of positions before a cursor, the newest first."""
    return await _window(session, branches, cursor, limit, is_newest_first=True)


async def oldest(
    session: AsyncSession, branches: Sequence[Branch], cursor: str, limit: int
) -> Page[Position]:
    """Return a window of positions after a cursor, the oldest first."""
    return await _window(session, branches, cursor, limit, is_newest_first=False)


async def _window(
    session: AsyncSession,
    branches: Sequence[Branch],
    cursor: str,
    limit: int,
    *,
    is_newest_first: bool,
) -> Page[Position]:
    beyond = keyset.before if is_newest_first else keyset.after
    position = paging.decode(cursor) if cursor else None

    def ordered(table: Any) -> Branch:
        keys = (table.c.at, table.c.id)
        order = [key.desc() if is_newest_first else key.asc() for key in keys]
        return sa_select(*keys).order_by(*order).limit(limit + 1)

    windows: list[Branch] = []
    for branch in branches:
        rows = branch.subquery()
        window = ordered(rows)
        if position:
            window = window.where(beyond(position, rows.c.at, rows.c.id))
        windows.append(window)
    # Each branch reads its own index from the cursor on.
    merged = union_all(*(sa_select(window.subquery()) for window in windows)).subquery()
    found = await _rows(session, ordered(merged))
    return paging.page_of(found, limit, lambda row: row)


async def numbered(
    session: AsyncSession, branches: Sequence[Branch], page: int, per_page: int
) -> Page[Position]:
    """Return a numbered page of positions, the oldest first, with how many there are."""
    merged = union_all(*(sa_select(branch.subquery()) for branch in branches)).subquery()
    counting = sa_select(func.count()).select_from(merged)
    total = (await (await session.connection()).execute(counting)).scalar_one()
    offset = (page - 1) * per_page
    if offset >= total:
        return Page((), total=total)
    ordered = sa_select(merged).order_by(merged.c.at, merged.c.id)
    return Page(
        tuple(await _rows(session, ordered.offset(offset).limit(per_page))),
        total=total,
    )


async def find(
    session: AsyncSession, branches: Sequence[Branch], entry_id: UUID
) -> Position | None:
    """Return where one entry stands; None when it is not among these."""
    for branch in branches:
        rows = branch.subquery()
        if found := await _rows(session, sa_select(rows).where(rows.c.id == entry_id)):
            return found[0]
    return None


async def _rows(session: AsyncSession, statement: Branch) -> list[Position]:
    rows: Any = await (await session.connection()).execute(statement)
    return [(at, row_id) for at, row_id in rows]
