"""What Meta counts of templates with buttons: who pressed what, day by day.

Meta: `template_analytics` of an account. It tells of a template, not of a campaign; reads and
clicks count for 7 days after a message, days are UTC, and what is older than 90 days is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connections
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.templates.insight_repository import InsightRepository, summed
from xobito_app.features.templates.job_types import TEMPLATES_INSIGHTS
from xobito_app.features.templates.schemas import Insights
from xobito_app.models.connection import Connection
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client_templates import ANALYTICS_AT_ONCE
from xobito_app.whatsapp.errors import GraphError

REACH = timedelta(days=90)
"""Meta: how far back it tells."""
STILL_MOVES = timedelta(days=9)
"""Clicks count for seven days; a day more on either side, as days are UTC."""
DAILY = timedelta(hours=23)
ON_OPENING = timedelta(hours=1)
MOST_AT_ONCE = 2000
"""Templates asked about in one run; the next run goes on with the rest."""


async def fetch_insights(workspace_id: UUID, template_id: UUID | None = None) -> int:
    """Ask Meta what it counted, of one template or of all that are due; return of how many.

    One that somebody looks at is due after `ON_OPENING`, all others after `DAILY`.

    Raises:
        Unavailable: Meta cannot be reached right now.
    """
    before = clock.now() - (ON_OPENING if template_id else DAILY)
    async with unit_of_work(workspace_id) as uow:
        connected = await connections.list_connected(uow.session, workspace_id)
        due = await InsightRepository(uow.session, workspace_id).list_due(
            before, template_id, MOST_AT_ONCE
        )
    count = 0
    for connection in connected:
        mine = [row for row in due if row.connection_id == connection.id]
        for at in range(0, len(mine), ANALYTICS_AT_ONCE):
            some = mine[at : at + ANALYTICS_AT_ONCE]
            problem = await _fetch(connection, some)
            count += len(some)
            if problem:
                # What Meta does not tell of these it does not tell of the others.
                await _note(workspace_id, [row.id for row in mine], problem)
                break
    return count


async def _fetch(connection: Connection, rows: Sequence[Template]) -> str:
    """Take over what Meta counted of some templates; return why it did not tell."""
    now = clock.business_now()
    since = now - (REACH if any(row.insights_at is None for row in rows) else STILL_MOVES)
    client = await client_for(connection)
    try:
        points = await client.template_analytics(
            credentials_of(connection),
            connection.waba_id,
            start=since.replace(hour=0, minute=0, second=0, microsecond=0),
            end=now,
            template_ids=[row.meta_id for row in rows],
        )
    except GraphError as error:
        return error.advice.explanation
    ids = {row.meta_id: row.id for row in rows}
    days = [day for point in points if (day := _day_of(point, ids))]
    async with unit_of_work(connection.workspace_id) as uow:
        await InsightRepository(uow.session, connection.workspace_id).put(days)
    await _note(connection.workspace_id, list(ids.values()), "")
    return ""


async def _note(workspace_id: UUID, template_ids: Collection[UUID], problem: str) -> None:
    async with unit_of_work(workspace_id) as uow:
        insights = InsightRepository(uow.session, workspace_id)
        await insights.note_asked(template_ids, clock.now(), problem)
        for template_id in template_ids:
            announce(uow.session, workspace_id, Topic.TEMPLATE, template_id)


def _day_of(point: dict[str, Any], ids: dict[str, UUID]) -> dict[str, Any] | None:
    """Read one of Meta's points; None for what it does not say whole."""
    template_id = ids.get(coerce.identifier(point.get("template_id")) or "")
    start = coerce.integer(point.get("start"))
    if template_id is None or start is None:
        return None
    return {
        "template_id": template_id,
        "day": datetime.fromtimestamp(start, UTC).date(),
        **{name: coerce.integer(point.get(name)) or 0 for name in ("sent", "delivered", "read")},
        "clicks": [
            {
                "type": coerce.text(click.get("type")) or "",
                "button_content": coerce.text(click.get("button_content")) or "",
                "count": coerce.integer(click.get("count")) or 0,
            }
            for click in coerce.mappings(point.get("clicked"))
        ],
    }


async def read_insights(
    session: AsyncSession, actor: Actor, *, template_id: UUID, since: date
) -> Insights:
    """Return what Meta counted of a template since a day; what is old is asked for anew.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    insights = InsightRepository(session, actor.workspace_id)
    row = await insights.get(template_id)
    await ask_anew(session, actor.workspace_id, [template_id])
    return await _load(insights, row, since, None)


async def ask_anew(
    session: AsyncSession, workspace_id: UUID, template_ids: Collection[UUID]
) -> None:
    """Have Meta asked about templates somebody looks at, unless it was asked within the hour."""
    insights = InsightRepository(session, workspace_id)
    for template_id in template_ids:
        if await insights.list_due(clock.now() - ON_OPENING, template_id, 1):
            enqueue(session, TEMPLATES_INSIGHTS, workspace_id, template_id)


async def load_insights(
    session: AsyncSession,
    workspace_id: UUID,
    template_ids: Sequence[UUID],
    *,
    since: date,
    until: date,
) -> tuple[Insights, ...]:
    """Return what Meta counted of templates between two days, of those that have buttons."""
    insights = InsightRepository(session, workspace_id)
    rows = await insights.list_by_ids(template_ids)
    found = [
        await _load(insights, rows[template_id], since, until)
        for template_id in template_ids
        if template_id in rows
    ]
    return tuple(one for one in found if one.has_buttons)


async def _load(
    insights: InsightRepository, row: Template, since: date, until: date | None
) -> Insights:
    return summed(row, await insights.list_days(row.id, since, until))


async def switch_on(actor: Actor, *, template_id: UUID) -> None:
    """Have Meta count from now on what becomes of an account's templates, for good.

    Raises:
        Forbidden: The actor may not manage the connection.
        NotFound: The workspace has no such template.
        Invalid: Nothing is connected, or Meta refuses.
        Unavailable: Meta does not answer.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    async with unit_of_work(actor.workspace_id) as uow:
        row = await InsightRepository(uow.session, actor.workspace_id).get(template_id)
        account = await connections.lock_connected(
            uow.session, actor.workspace_id, row.connection_id
        )
    if account is None:
        raise Invalid("Connect WhatsApp first: Meta counts for a connected account.")
    client = await client_for(account)
    try:
        await client.enable_insights(credentials_of(account), account.waba_id)
    except GraphError as error:
        raise Invalid(f"{error.message} {error.details or ''}".strip()) from None
    async with unit_of_work(actor.workspace_id) as uow:
        await InsightRepository(uow.session, actor.workspace_id).forget_answers(account.id)
        activity.record(
            uow.session,
            actor,
            "templates.insights_switched_on",
            about="template",
            name=account.name or account.waba_id,
        )
        enqueue(uow.session, TEMPLATES_INSIGHTS, actor.workspace_id, template_id)
        announce(uow.session, actor.workspace_id, Topic.TEMPLATE, template_id)
