"""The activity log: who did what to which object, when and from where."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.paging import Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import shorten
from xobito_app.features.activity.filters import ActivityFilter
from xobito_app.features.activity.schemas import ActivityView
from xobito_app.models.workspaces import Activity
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.repository import Repository


class ActivityRepository(Repository[Activity]):
    """Entries of one workspace's log."""

    async def page(
        self,
        *,
        user_id: UUID | None,
        action: str,
        since: datetime | None,
        until: datetime | None,
        cursor: str,
        limit: int,
    ) -> Page[Activity]:
        """Return a window of entries, newest first."""
        statement = self.scoped()
        if user_id:
            statement = statement.where(col(Activity.user_id) == user_id)
        if action:
            statement = statement.where(col(Activity.action).startswith(action, autoescape=True))
        if since:
            statement = statement.where(col(Activity.at) >= since)
        if until:
            statement = statement.where(col(Activity.at) < until)
        if cursor:
            at, row_id = paging.decode(cursor)
            statement = statement.where(
                or_(
                    col(Activity.at) < at,
                    (col(Activity.at) == at) & (col(Activity.id) < row_id),
                )
            )
        statement = statement.order_by(col(Activity.at).desc(), col(Activity.id).desc())
        rows = await self.all(statement.limit(limit + 1))
        return paging.page_of(rows, limit, lambda row: (row.at, row.id))


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    about: str = "",
    object_id: object = "",
    name: str = "",
    **detail: Any,
) -> None:
    """Note a state-changing action in the same unit of work. Never pass a secret as detail."""
    session.add(
        Activity(
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            actor_name=shorten(actor.name, 191),
            action=action,
            object_type=about,
            object_id=str(object_id),
            object_name=shorten(name, 191),
            detail=detail,
            address=actor.address,
        )
    )


async def list_activity(
    session: AsyncSession,
    actor: Actor,
    *,
    activity_filter: ActivityFilter | None = None,
    cursor: str = "",
    limit: int = paging.WINDOW,
) -> Page[ActivityView]:
    """Return a window of the log, newest first.

    Raises:
        Forbidden: The actor may not see the log.
    """
    require(actor, Permission.ACTIVITY_LOG_VIEW)
    chosen = activity_filter or ActivityFilter()
    page = await ActivityRepository(session, actor.workspace_id).page(
        user_id=chosen.user_id,
        action=chosen.action,
        since=chosen.since,
        until=chosen.until,
        cursor=cursor,
        limit=limit,
    )
    return page.map(ActivityView.of)


async def list_about(
    session: AsyncSession,
    workspace_id: UUID,
    object_id: UUID,
    *,
    actions: Collection[str],
    before: keyset.Position | None = None,
    limit: int,
) -> list[ActivityView]:
    """Return the newest entries of some actions about one object, or those before a position.

    The caller judges who may see them.
    """
    entries = ActivityRepository(session, workspace_id)
    statement = entries.scoped()
    if before:
        statement = statement.where(keyset.before(before, col(Activity.at), col(Activity.id)))
    rows = await entries.all(
        statement.where(col(Activity.object_id) == str(object_id))
        .where(any_of(col(Activity.action), actions))
        .order_by(col(Activity.at).desc(), col(Activity.id).desc())
        .limit(limit)
    )
    return [ActivityView.of(row) for row in rows]
