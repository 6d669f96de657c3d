"""Lists of contacts: searched, narrowed, sorted, in windows by keyset or by number."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.contacts.lists import filter_sql
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import (
    ContactFilter,
    ContactView,
    Sort,
)
from xobito_app.models.contacts import Contact

MOST_PER_PAGE = 100
DEEPEST = 100_000
"""Rows a numbered page may skip; who walks further takes the cursor, which is quick anywhere."""
FAR = 1000
"""Rows skipped from which on it pays to count only what follows the page."""


async def list_contacts(
    session: AsyncSession,
    actor: Actor,
    *,
    contact_filter: ContactFilter | None = None,
    sort: Sort | None = None,
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[ContactView]:
    """Return a window of contacts and the cursor of the next.

    Raises:
        Forbidden: The actor may not see contacts.
        Invalid: The cursor is damaged or of another order.
    """
    require(actor, Permission.CONTACTS_VIEW)
    return await load_window(
        session,
        actor.workspace_id,
        contact_filter=contact_filter or ContactFilter(),
        sort=sort or Sort(),
        cursor=cursor,
        limit=max(1, min(limit, MOST_PER_PAGE)),
    )


async def load_window(
    session: AsyncSession,
    workspace_id: UUID,
    *,
    contact_filter: ContactFilter,
    sort: Sort,
    cursor: str,
    limit: int,
) -> Page[ContactView]:
    """Return a window of any size. The caller judges who may see it."""
    chosen = await filter_sql.find_searched(session, workspace_id, contact_filter)
    statement = select(col(Contact.id), filter_sql.key_of(sort)).where(
        *filter_sql.conditions(workspace_id, chosen)
    )
    found = await session.exec(filter_sql.ordered(statement, sort, cursor).limit(limit + 1))
    rows: list[tuple[UUID, object]] = [(row[0], row[1]) for row in found]
    window = rows[:limit]
    views = await load_views(session, workspace_id, [row_id for row_id, _ in window])
    more = filter_sql.encode(sort, window[-1][1], window[-1][0]) if len(rows) > limit else ""
    return Page(tuple(views.values()), more)


async def page_contacts(
    session: AsyncSession,
    actor: Actor,
    *,
    contact_filter: ContactFilter | None = None,
    sort: Sort | None = None,
    page: int = 1,
    per_page: int = 15,
) -> Page[ContactView]:
    """Return a page by its number, with how many contacts there are in all.

    Raises:
        Forbidden: The actor may not see contacts.
        Invalid: The page lies too deep to be skipped to.
    """
    require(actor, Permission.CONTACTS_VIEW)
    size, number = max(1, min(per_page, MOST_PER_PAGE)), max(1, page)
    workspace_id, order, skipped = actor.workspace_id, sort or Sort(), (number - 1) * size
    if skipped > DEEPEST:
        # Behind the end there is nothing, however far; only what exists is too deep to skip to.
        total = await count_contacts(session, actor, contact_filter=contact_filter)
        if skipped >= total:
            return Page((), total=total)
        raise Invalid.field("page", "Too deep for page numbers. Walk with the cursor instead.")
    chosen = await filter_sql.find_searched(
        session, workspace_id, contact_filter or ContactFilter()
    )
    statement = select(col(Contact.id), filter_sql.key_of(order)).where(
        *filter_sql.conditions(workspace_id, chosen)
    )
    found = await session.exec(filter_sql.ordered(statement, order, "").offset(skipped).limit(size))
    rows: list[tuple[UUID, object]] = [(row[0], row[1]) for row in found]
    if rows and skipped >= FAR and chosen == ContactFilter():
        # All that lies before the page was just walked over: only the rest is left to be counted.
        last = filter_sql.encode(order, rows[-1][1], rows[-1][0])
        rest = await _count(session, workspace_id, chosen, filter_sql.behind(order, last))
        total = skipped + len(rows) + rest
    else:
        total = await _count(session, workspace_id, chosen)
    views = await load_views(session, workspace_id, [row_id for row_id, _ in rows])
    return Page(tuple(views.values()), total=total)


async def count_contacts(
    session: AsyncSession, actor: Actor, *, contact_filter: ContactFilter | None = None
) -> int:
    """Return how many contacts a filter means.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    return await _count(session, actor.workspace_id, contact_filter or ContactFilter())


async def _count(
    session: AsyncSession,
    workspace_id: UUID,
    contact_filter: ContactFilter,
    *more: ColumnElement[bool],
) -> int:
    statement = (
        select(func.count())
        .select_from(Contact)
        .where(*filter_sql.conditions(workspace_id, contact_filter), *more)
    )
    return (await session.exec(statement)).one()
