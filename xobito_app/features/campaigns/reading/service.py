"""Campaigns as screens look at them; nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.campaigns.reading.repository import RecipientLooks
from xobito_app.features.campaigns.reading.schemas import Band, Bar, GotLine
from xobito_app.features.campaigns.reporting.recipients import load_recipient_lines
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import CampaignLine, RecipientLine
from xobito_app.features.campaigns.views import load_lines

MOST_BARS = 60
_STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600, 86400)
_LONGEST_STEP = 7 * 86400


async def read_lines(
    session: AsyncSession, actor: Actor, *, campaign_ids: Collection[UUID]
) -> tuple[CampaignLine, ...]:
    """Return the campaigns among these ids that the workspace has, with their counts.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    campaigns = CampaignRepository(session, actor.workspace_id)
    rows = await campaigns.list_by_ids(list(campaign_ids))
    return tuple(await load_lines(session, list(rows.values())))


async def read_recipients(
    session: AsyncSession, actor: Actor, *, recipient_ids: Collection[UUID]
) -> tuple[RecipientLine, ...]:
    """Return the recipients among these ids that the workspace has.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    looks = RecipientLooks(session, actor.workspace_id)
    found = await looks.list_by_ids(list(recipient_ids))
    return await load_recipient_lines(session, actor.workspace_id, list(found.values()))


async def read_band(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> Band:
    """Return how fast a campaign was sent, in at most about `MOST_BARS` stretches.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    looks = RecipientLooks(session, actor.workspace_id)
    span = await looks.span_of(campaign_id)
    if span is None:
        return Band(0, ())
    first, last = span
    step = step_of(last - first)
    since = first - timedelta(seconds=first.timestamp() % min(step, 3600))
    found = await looks.bars_of(campaign_id, since=since, step=timedelta(seconds=step))
    return Band(step, filled(found, since, last, step))


def step_of(span: timedelta) -> int:
    """Return how many seconds a stretch of a band is, so that there are few enough of them."""
    seconds = span.total_seconds() + 1
    return next((step for step in _STEPS if seconds / step <= MOST_BARS), _LONGEST_STEP)


def filled(found: Collection[Bar], since: datetime, last: datetime, step: int) -> tuple[Bar, ...]:
    """Return bars for the stretches without any message too: a gap is to be seen."""
    counts = {bar.at: bar.count for bar in found}
    places = int((last - since).total_seconds() // step) + 1
    moments = (since + timedelta(seconds=step * place) for place in range(places))
    return tuple(Bar(at, counts.get(at, 0)) for at in moments)


async def list_of_contact(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, limit: int = 20
) -> tuple[GotLine, ...]:
    """Return the campaigns a contact was sent, the newest first.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    looks = RecipientLooks(session, actor.workspace_id)
    found = await looks.list_of_contact(contact_id, limit=limit)
    return tuple(
        taken_from(
            row,
            GotLine,
            name=campaign.name,
            template_name=campaign.template_name,
            at=row.accepted_at or row.due_at or row.updated_at,
        )
        for row, campaign in found
    )
