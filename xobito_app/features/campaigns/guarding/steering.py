"""What people do with a campaign under way: pause, resume, cancel."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.drafting.drafts import tell
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH
from xobito_app.features.campaigns.repository import PIECE, CampaignRepository
from xobito_app.features.campaigns.schemas import CampaignView
from xobito_app.features.campaigns.views import load_view
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.persistence.unit_of_work import enqueue

_LIVE = frozenset({CampaignStatus.SENDING, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED})

# What is on its way to Meta cannot be called back; the rest of the campaign can.
_CANCEL = text("""
UPDATE campaign_recipient SET state = 'cancelled', reason = :reason, claimed_at = NULL,
  updated_at = :now
WHERE id IN (
  SELECT id FROM campaign_recipient
  WHERE workspace_id = :workspace_id AND campaign_id = :campaign_id
    AND state IN ('queued', 'claimed')
  ORDER BY id LIMIT :most FOR UPDATE)
""")


async def pause_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Let a campaign rest: no request begins after this is committed.

    Raises:
        Conflict: It is not being sent.
        Forbidden: The actor may not launch campaigns.
        NotFound: The workspace has no such campaign.
    """
    row = await lock_campaign(session, actor, campaign_id)
    if row.status != CampaignStatus.SENDING:
        raise Conflict("Only a campaign that is being sent can be paused.")
    row.status, row.reason = CampaignStatus.PAUSED, f"{actor.name} paused it."
    return await changed(session, actor, "campaign.paused", row)


async def resume_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView:
    """Go on with a paused campaign; outcomes so far are no longer held against it.

    Raises:
        Conflict: It is not paused.
        Forbidden, NotFound: As `pause_campaign`.
    """
    row = await lock_campaign(session, actor, campaign_id)
    if row.status != CampaignStatus.PAUSED:
        raise Conflict("Only a paused campaign can be resumed.")
    counts = (await CampaignRepository(session, row.workspace_id).counts_of([row.id]))[row.id]
    if row.canary and rules.begun(counts) >= row.canary:
        # A person has looked at the first ones and decided.
        row.canary_passed_at = row.canary_passed_at or clock.now()
    await _take_as_is(session, row)
    go_on(session, row)
    return await changed(session, actor, "campaign.resumed", row)


async def cancel_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView:
    """End a campaign: who has not been sent to gets nothing.

    Raises:
        Conflict: It is a draft, or over.
        Forbidden, NotFound: As `pause_campaign`.
    """
    row = await lock_campaign(session, actor, campaign_id)
    if row.status not in _LIVE:
        raise Conflict("Only a campaign that is scheduled, being sent or paused can be cancelled.")
    row.status, row.reason = CampaignStatus.CANCELLED, f"{actor.name} cancelled it."
    row.finished_at = clock.now()
    session.add(row)
    await session.flush()
    await cancel_rest(session, row)
    return await changed(session, actor, "campaign.cancelled", row)


async def cancel_rest(session: AsyncSession, row: Campaign) -> None:
    """Cancel who waits or is in hand of a cancelled campaign, in pieces."""
    connection = await session.connection()
    given = {
        "workspace_id": row.workspace_id,
        "campaign_id": row.id,
        "most": PIECE,
        "now": clock.now(),
        "reason": "The campaign was cancelled.",
    }
    while (await connection.execute(_CANCEL, given)).rowcount:
        pass


async def lock_campaign(session: AsyncSession, actor: Actor, campaign_id: UUID) -> Campaign:
    """Return a campaign for who may steer it, locked for change.

    Raises:
        Forbidden: The actor may not launch campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_LAUNCH)
    return await CampaignRepository(session, actor.workspace_id).get(campaign_id, lock=True)


async def _take_as_is(session: AsyncSession, row: Campaign) -> None:
    """Measure what falls from now on against what number and template are now."""
    lines = await connection.lines_of(
        session, row.workspace_id, [row.number_id] if row.number_id else []
    )
    row.number_quality = next((number.quality for number, _ in lines.values()), "")
    template = row.template_id and await templates.find_row(
        session, row.workspace_id, row.template_id
    )
    if template:
        row.category = template.category


def go_on(session: AsyncSession, row: Campaign) -> None:
    """Let requests leave, and measure what falls from now on anew."""
    row.status, row.reason = CampaignStatus.SENDING, ""
    row.guarded_at = clock.now()
    enqueue(session, CAMPAIGNS_DISPATCH, row.workspace_id)


async def changed(
    session: AsyncSession, actor: Actor, action: str, row: Campaign, **detail: object
) -> CampaignView:
    """Keep what was done to a campaign, tell it, and return the campaign whole."""
    row.updated_at = clock.now()
    session.add(row)
    tell(session, actor, action, row, **detail)
    await session.flush()
    return await load_view(session, row)
