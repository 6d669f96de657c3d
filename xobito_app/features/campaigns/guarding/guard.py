"""Watching campaigns at work, and stopping those that go wrong."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.drafting.drafts import tell
from xobito_app.features.campaigns.guarding.steering import cancel_rest
from xobito_app.features.campaigns.guarding.verdicts import (
    WINDOW,
    Outcome,
    Qualities,
    Thresholds,
    find_reason,
    is_canary_known,
)
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.sending.allowance import affordable
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service as templates
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.campaigns import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    RecipientState,
)
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work

CAP_REACHED = "The spend cap is reached. Raise it in a new campaign, or cancel this one."


async def guard(workspace_id: UUID) -> None:
    """Pause the campaigns of a workspace that go wrong, and let go those whose canary did well."""
    async with unit_of_work(workspace_id) as uow:
        campaigns = CampaignRepository(uow.session, workspace_id)
        at_work = [row.id for row in await campaigns.list_at_work()]
        left = await campaigns.list_with_leftovers()
    for campaign_id in at_work:
        async with unit_of_work(workspace_id) as uow:
            await _look(uow.session, workspace_id, campaign_id)
    for campaign_id in left:
        async with unit_of_work(workspace_id) as uow:
            row = await CampaignRepository(uow.session, workspace_id).get(campaign_id, lock=True)
            await cancel_rest(uow.session, row)


async def _look(session: AsyncSession, workspace_id: UUID, campaign_id: UUID) -> None:
    row = await CampaignRepository(session, workspace_id).get(campaign_id, lock=True)
    if row.status != CampaignStatus.SENDING:
        return
    settings = await workspaces.load_settings(session, workspace_id)
    thresholds = Thresholds(
        failures=settings.campaign_failures_percent / 100,
        opt_outs=settings.campaign_opt_outs_percent / 100,
        in_a_row=settings.campaign_failures_in_a_row,
    )
    outcomes = await load_outcomes(session, row)
    reason = await _change_of_template(session, row)
    reason = reason or find_reason(outcomes, await _qualities(session, row), thresholds)
    if not reason and row.spend_cap is not None:
        waiting = (await CampaignRepository(session, workspace_id).counts_of([row.id]))[row.id]
        has_more = waiting.get(str(RecipientState.QUEUED), 0) > 0
        if has_more and not await affordable(session, row, row.spend_cap):
            reason = CAP_REACHED
    if not reason and row.canary and row.canary_passed_at is None:
        reason = await _judge_canary(session, row, outcomes, thresholds)
    if reason:
        pause(session, row, reason)


def pause(session: AsyncSession, row: Campaign, reason: str) -> None:
    """Let a campaign rest, and say why."""
    row.status, row.reason, row.updated_at = CampaignStatus.PAUSED, reason, clock.now()
    session.add(row)
    actor = system_actor(WorkspaceId(row.workspace_id))
    tell(session, actor, "campaign.stopped", row, reason=reason)


async def load_outcomes(session: AsyncSession, row: Campaign) -> list[Outcome]:
    """Return the newest known outcomes since a person last looked, the newest first."""
    statement = (
        select(
            col(CampaignRecipient.state),
            col(CampaignRecipient.error_code),
            col(CampaignRecipient.reason),
            col(CampaignRecipient.opted_out_at),
        )
        .where(col(CampaignRecipient.workspace_id) == row.workspace_id)
        .where(col(CampaignRecipient.campaign_id) == row.id)
        .where(col(CampaignRecipient.settled_at) > (row.guarded_at or row.created_at))
        .order_by(col(CampaignRecipient.settled_at).desc())
        .limit(WINDOW)
    )
    return [
        Outcome(state == RecipientState.FAILED, code, reason, opted_out is not None)
        for state, code, reason, opted_out in await session.exec(statement)
    ]


async def _qualities(session: AsyncSession, row: Campaign) -> Qualities:
    template = row.template_id and await templates.find_row(
        session, row.workspace_id, row.template_id
    )
    lines = await connection.lines_of(
        session, row.workspace_id, [row.number_id] if row.number_id else []
    )
    number = next((number.quality for number, _ in lines.values()), "")
    return Qualities(template.quality if template else "", number, row.number_quality)


async def _change_of_template(session: AsyncSession, row: Campaign) -> str:
    """Return why a template may not be sent any more as it was launched."""
    for template_id in (row.template_id, row.template_b_id):
        if template_id is None:
            continue
        template = await templates.find_row(session, row.workspace_id, template_id)
        if template is None or template.status != "APPROVED":
            return rules.template_stopped(template.status if template else "")
        if template_id == row.template_id and template.category != row.category:
            return (
                f"Meta moved the template from {row.category} to {template.category}, which "
                "changes what it costs. Look at the estimate, then resume."
            )
    return ""


async def _judge_canary(
    session: AsyncSession, row: Campaign, outcomes: list[Outcome], thresholds: Thresholds
) -> str:
    """Let the rest go when the first ones did well; return why not when they did not."""
    counts = (await CampaignRepository(session, row.workspace_id).counts_of([row.id]))[row.id]
    begun = rules.begun(counts)
    on_their_way = sum(
        counts.get(str(state), 0) for state in (RecipientState.CLAIMED, RecipientState.DISPATCHING)
    )
    is_whole = begun >= row.canary or not counts.get(str(RecipientState.QUEUED), 0)
    last = await _last_accepted(session, row)
    if not is_whole or not is_canary_known(begun, on_their_way, len(outcomes), last):
        return ""
    reason = find_reason(outcomes, Qualities(), thresholds, least=1)
    if reason:
        return f"The first {begun} were sent as a test: {reason[0].lower()}{reason[1:]}"
    row.canary_passed_at = clock.now()
    session.add(row)
    enqueue(session, CAMPAIGNS_DISPATCH, row.workspace_id)
    announce(session, row.workspace_id, Topic.CAMPAIGN, row.id)
    return ""


async def _last_accepted(session: AsyncSession, row: Campaign) -> float:
    """Return for how many seconds nothing of a campaign was accepted."""
    statement = (
        select(func.max(col(CampaignRecipient.accepted_at)))
        .where(col(CampaignRecipient.workspace_id) == row.workspace_id)
        .where(col(CampaignRecipient.campaign_id) == row.id)
    )
    at = (await session.exec(statement)).one()
    return (clock.now() - at).total_seconds() if at else 0.0
