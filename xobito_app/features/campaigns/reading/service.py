"""Campaigns as people look at them; nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.campaigns.reading.repository import CampaignLists, RecipientLists
from xobito_app.features.campaigns.reading.schemas import (
    CampaignLine,
    CampaignReport,
    CampaignView,
    GotLine,
    RecipientLine,
    Tally,
)
from xobito_app.features.campaigns.repository import CampaignRepository

BARS = 60
"""About how many bars the band of sends has."""
_STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600, 86400)


async def list_campaigns(
    session: AsyncSession,
    actor: Actor,
    *,
    search: str = "",
    status: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[CampaignLine]:
    """Return a window of campaigns with their counts, the newest first.

    Raises:
        Forbidden: The actor may not see campaigns.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    rows = await CampaignLists(session, actor.workspace_id).page(
        search=search, status=status, cursor=cursor, limit=limit + 1
    )
    tallies = await tally(session, actor, campaign_ids=[row.id for row in rows[:limit]])
    page = paging.page_of(rows, limit, lambda row: (row.created_at, row.id))
    return page.map(lambda row: taken_from(row, CampaignLine, tally=tallies[row.id]))


async def read_many(
    session: AsyncSession, actor: Actor, *, campaign_ids: list[UUID]
) -> tuple[CampaignLine, ...]:
    """Return the campaigns among these ids that the workspace has, with their counts.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    rows = await CampaignLists(session, actor.workspace_id).list_by_ids(campaign_ids)
    tallies = await tally(session, actor, campaign_ids=list(rows))
    return tuple(
        taken_from(row, CampaignLine, tally=tallies[row_id]) for row_id, row in rows.items()
    )


async def tally(
    session: AsyncSession, actor: Actor, *, campaign_ids: list[UUID]
) -> Mapping[UUID, Tally]:
    """Return how far the recipients of campaigns are.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    counts = await CampaignRepository(session, actor.workspace_id).counts_of(campaign_ids)
    answers = await RecipientLists(session, actor.workspace_id).answers_of(campaign_ids)
    return {
        campaign_id: Tally(states, *answers.get(campaign_id, (0, 0)))
        for campaign_id, states in counts.items()
    }


async def read_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Return a campaign with its counts.

    Raises:
        Forbidden: The actor may not see campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignLists(session, actor.workspace_id).get(campaign_id)
    tallies = await tally(session, actor, campaign_ids=[campaign_id])
    return taken_from(row, CampaignView, tally=tallies[campaign_id])


async def read_report(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignReport:
    """Return what came of a campaign: counts, course, reasons and cost.

    Raises:
        Forbidden: The actor may not see campaigns.
        NotFound: The workspace has no such campaign.
    """
    campaign = await read_campaign(session, actor, campaign_id=campaign_id)
    recipients = RecipientLists(session, actor.workspace_id)
    span = await recipients.span_of(campaign_id)
    since, step = band_of(*span) if span else (campaign.created_at, timedelta(seconds=1))
    band = await recipients.band_of(campaign_id, since=since, step=step) if span else []
    return CampaignReport(
        campaign=campaign,
        band=tuple(band),
        seconds=int(step.total_seconds()),
        reasons=tuple(await recipients.reasons_of(campaign_id)),
        costs=tuple(await recipients.costs_of(campaign_id)),
        free=await recipients.count_free(campaign_id),
    )


def band_of(first: datetime, last: datetime) -> tuple[datetime, timedelta]:
    """Return where a band begins and how long its bars are, so that there are at most `BARS`."""
    span = (last - first).total_seconds() + 1
    seconds = next((step for step in _STEPS if span / step <= BARS), 7 * 86400)
    stamp = first.timestamp()
    return first - timedelta(seconds=stamp % min(seconds, 3600)), timedelta(seconds=seconds)


async def list_recipients(
    session: AsyncSession,
    actor: Actor,
    *,
    campaign_id: UUID,
    states: tuple[str, ...] = (),
    search: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[RecipientLine]:
    """Return a window of a campaign's recipients.

    Raises:
        Forbidden: The actor may not see campaigns.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    rows = await RecipientLists(session, actor.workspace_id).page(
        campaign_id, states=states, search=search, cursor=cursor, limit=limit + 1
    )
    window = rows[:limit]
    following = paging.encode_words(str(window[-1].id)) if len(rows) > limit else ""
    return Page(tuple(taken_from(row, RecipientLine) for row in window), following)


async def list_of_contact(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, limit: int = 20
) -> tuple[GotLine, ...]:
    """Return the campaigns a contact was sent, the newest first.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    found = await RecipientLists(session, actor.workspace_id).list_of_contact(
        contact_id, limit=limit
    )
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
