"""What people do with a campaign under way: pause, resume, cancel, try again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.drafting.drafts import tell
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH
from xobito_app.features.campaigns.launching.limits import lock_headroom
from xobito_app.features.campaigns.repository import PIECE, CampaignRepository
from xobito_app.features.campaigns.schemas import CampaignView
from xobito_app.features.campaigns.views import load_view
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.persistence.unit_of_work import enqueue

_LIVE = frozenset({CampaignStatus.SENDING, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED})
_ENDED = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.PAUSED})

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

# Who may be tried again, each with what became of the try before. After 131049 Meta wants a day of
# silence, of all campaigns together one try a day, and none after a week.
_RETRY = text("""
UPDATE campaign_recipient r SET state = 'queued', due_at = :now, attempts = 0, reason = '',
  history = r.history || jsonb_build_array(jsonb_build_object(
    'wamid', r.wamid, 'state', r.state, 'reason', r.reason, 'error_code', r.error_code,
    'at', coalesce(r.failed_at, r.updated_at))),
  wamid = NULL, attempt_id = NULL, error_code = NULL, claimed_at = NULL, accepted_at = NULL,
  sent_at = NULL, delivered_at = NULL, read_at = NULL, failed_at = NULL, settled_at = NULL,
  pricing = '{}', updated_at = :now
WHERE r.id IN (
  SELECT o.id FROM campaign_recipient o
  WHERE o.workspace_id = :workspace_id AND o.campaign_id = :campaign_id
    AND o.state IN ('failed', 'expired', 'cancelled') AND o.updated_at < :now
    AND NOT EXISTS (
      SELECT FROM contact p WHERE p.workspace_id = :workspace_id AND :is_marketing
        AND p.opted_out_at IS NOT NULL
        AND (p.id = o.contact_id OR (o.contact_id IS NULL AND p.phone = o.phone)))
    AND (o.error_code IS DISTINCT FROM 131049 OR (
      coalesce(o.failed_at, o.updated_at) <= CAST(:now AS timestamptz) - interval '24 hours'
      AND :launched_at > CAST(:now AS timestamptz) - interval '7 days'
      AND NOT EXISTS (
        SELECT FROM campaign_recipient d
        WHERE d.workspace_id = :workspace_id AND d.id <> o.id
          AND d.phone = o.phone AND d.phone <> ''
          AND (d.accepted_at > CAST(:now AS timestamptz) - interval '24 hours'
            OR d.state IN ('queued', 'claimed', 'dispatching')))))
  ORDER BY o.id LIMIT :most FOR UPDATE)
""")


async def pause_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Let a campaign rest: no request begins after this is committed.

    Raises:
        Conflict: It is not being sent.
        Forbidden: The actor may not launch campaigns.
        NotFound: The workspace has no such campaign.
    """
    row = await _lock(session, actor, campaign_id)
    if row.status != CampaignStatus.SENDING:
        raise Conflict("Only a campaign that is being sent can be paused.")
    row.status, row.reason = CampaignStatus.PAUSED, f"{actor.name} paused it."
    return await _changed(session, actor, "campaign.paused", row)


async def resume_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView:
    """Go on with a paused campaign; outcomes so far are no longer held against it.

    Raises:
        Conflict: It is not paused.
        Forbidden, NotFound: As `pause_campaign`.
    """
    row = await _lock(session, actor, campaign_id)
    if row.status != CampaignStatus.PAUSED:
        raise Conflict("Only a paused campaign can be resumed.")
    counts = (await CampaignRepository(session, row.workspace_id).counts_of([row.id]))[row.id]
    if row.canary and rules.begun(counts) >= row.canary:
        # A person has looked at the first ones and decided.
        row.canary_passed_at = row.canary_passed_at or clock.now()
    await _take_as_is(session, row)
    _go_on(session, row)
    return await _changed(session, actor, "campaign.resumed", row)


async def cancel_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView:
    """End a campaign: who has not been sent to gets nothing.

    Raises:
        Conflict: It is a draft, or over.
        Forbidden, NotFound: As `pause_campaign`.
    """
    row = await _lock(session, actor, campaign_id)
    if row.status not in _LIVE:
        raise Conflict("Only a campaign that is scheduled, being sent or paused can be cancelled.")
    row.status, row.reason = CampaignStatus.CANCELLED, f"{actor.name} cancelled it."
    row.finished_at = clock.now()
    session.add(row)
    await session.flush()
    await cancel_rest(session, row)
    return await _changed(session, actor, "campaign.cancelled", row)


async def cancel_rest(session: AsyncSession, row: Campaign) -> None:
    """Cancel who waits or is in hand of a cancelled campaign, in pieces."""
    await _in_pieces(session, row, _CANCEL, reason="The campaign was cancelled.")


async def retry_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Try again those that failed, expired or were cancelled; earlier tries stay known.

    Meta's marketing cap (131049) is left alone for a day, tried once a day for all campaigns, and
    not at all after a week.

    Raises:
        Conflict: It is a draft, or being sent.
        Invalid: Nobody of it may be tried again now.
        Forbidden, NotFound: As `pause_campaign`.
    """
    # One retry of a workspace after another: each sees whom the one before has queued.
    await lock_headroom(session, actor.workspace_id)
    row = await _lock(session, actor, campaign_id)
    if row.status not in _ENDED:
        raise Conflict("Wait until the campaign is over, or pause it first.")
    count = await _in_pieces(
        session,
        row,
        _RETRY,
        is_marketing=row.category == "MARKETING",
        launched_at=row.launched_at or clock.now(),
    )
    if not count:
        raise Invalid("Nobody of this campaign may be tried again now.")
    row.finished_at = None
    _go_on(session, row)
    return await _changed(session, actor, "campaign.retried", row, people=count)


async def _lock(session: AsyncSession, actor: Actor, campaign_id: UUID) -> Campaign:
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


def _go_on(session: AsyncSession, row: Campaign) -> None:
    row.status, row.reason = CampaignStatus.SENDING, ""
    row.guarded_at = clock.now()
    enqueue(session, CAMPAIGNS_DISPATCH, row.workspace_id)


async def _changed(
    session: AsyncSession, actor: Actor, action: str, row: Campaign, **detail: object
) -> CampaignView:
    row.updated_at = clock.now()
    session.add(row)
    tell(session, actor, action, row, **detail)
    await session.flush()
    return await load_view(session, row)


async def _in_pieces(
    session: AsyncSession, row: Campaign, statement: object, **given: str | bool | datetime
) -> int:
    """Run a statement over pieces of a campaign until it finds nobody; return how many it met."""
    connection = await session.connection()
    total = 0
    bound = {
        "workspace_id": row.workspace_id,
        "campaign_id": row.id,
        "most": PIECE,
        "now": clock.now(),
        **given,
    }
    while met := (await connection.execute(statement, bound)).rowcount:  # pyright: ignore
        total += met
    return total
