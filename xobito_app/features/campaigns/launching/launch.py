"""Launching: from a draft to recipients, in one transaction; and taking that back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Actor, Permission, require, system_actor
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.drafting.drafts import tell, thaw
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH, CAMPAIGNS_SCHEDULE
from xobito_app.features.campaigns.launching.dry_run import Course, begin_course
from xobito_app.features.campaigns.launching.freezing import freeze
from xobito_app.features.campaigns.launching.limits import lock_headroom
from xobito_app.features.campaigns.rates import load_rates
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import CampaignView
from xobito_app.features.campaigns.views import load_templates, load_view
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work

TYPED_ABOVE = 1000
"""From more people than this on, their number has to be given to launch."""


async def launch_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, confirm: int | None = None
) -> CampaignView:
    """Freeze audience and words, and begin in five seconds, or at the scheduled time.

    Args:
        confirm: How many are to get it, as the dry run says; needed above 1,000.

    Raises:
        Conflict: It was launched already.
        Forbidden: The actor may not launch campaigns.
        Invalid: `fields` names what is missing; nobody would get it; or `confirm` is another
            number than get it now.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_LAUNCH)
    # Before the campaign itself: all launches of a workspace go through here one after another.
    await lock_headroom(session, actor.workspace_id)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id, lock=True)
    if row.status != CampaignStatus.DRAFT:
        raise Conflict("This campaign has been launched already.")
    if row.scheduled_at and row.scheduled_at <= clock.now():
        raise Invalid.field("scheduled_at", "This time is over. Choose another one.")
    count = await freeze_campaign(session, actor, row, confirm=confirm)
    tell(session, actor, "campaign.launched", row, people=count)
    return await load_view(session, row)


async def freeze_campaign(
    session: AsyncSession,
    actor: Actor,
    row: Campaign,
    *,
    confirm: int | None = None,
    unasked: int = 0,
) -> int:
    """Write audience and words of a draft down, and let it begin when it is to; return how many.

    The caller holds the workspace's headroom and the campaign's row.

    Args:
        unasked: So many people were confirmed before.

    Raises:
        Invalid: As `launch_campaign`.
    """
    course = await begin_course(session, row)
    await _freeze_words(session, row)
    await freeze(course)
    _check(course, confirm, max(TYPED_ABOVE, unasked))
    await _check_cap(course)
    row.begins_at = min(course.allotment.given)
    row.status = CampaignStatus.SCHEDULED if row.scheduled_at else CampaignStatus.SENDING
    row.launched_at = row.guarded_at = row.updated_at = clock.now()
    row.launched_by, row.reason = actor.user_id, ""
    row.number_quality = course.number.quality
    if row.status is CampaignStatus.SENDING:
        row.started_at = row.begins_at
    session.add(row)
    _wake(session, row)
    return course.will_send


async def _freeze_words(session: AsyncSession, row: Campaign) -> None:
    frozen = [template.raw for template in await load_templates(session, row)]
    row.template, row.template_b = frozen[0], frozen[1] if len(frozen) > 1 else {}
    row.category = str(row.template.get("category") or "")


def _check(course: Course, confirm: int | None, typed_above: int) -> None:
    """Let a launch pass that reaches somebody, and as many as the person meant.

    Raises:
        Invalid: It is not so; what was written goes with the transaction.
    """
    count = course.will_send
    if not course.audience:
        raise Invalid.field("audience", "Nobody is in this audience. Choose another one.")
    if not count:
        raise Invalid.field(
            "audience", f"None of the {course.audience:,} people would get it. See the dry run."
        )
    if confirm is not None and confirm != count:
        raise Invalid.field(
            "confirm", f"{count:,} people would get it now, not {confirm:,}. Look once more."
        )
    if confirm is None and count > typed_above:
        raise Invalid.field("confirm", f"Confirm with the number of people: {count}.")


async def _check_cap(course: Course) -> None:
    """Let a launch pass whose cost can be reckoned, when it has a cap.

    Raises:
        Invalid: A country has no rate.
    """
    row = course.row
    if row.spend_cap is not None:
        rates = await load_rates(course.session, row.workspace_id)
        if rates.estimate(row.category, course.countries).unpriced:
            raise Invalid.field(
                "spend_cap", "Some countries have no rate, so a cap cannot be kept. Set the rates."
            )


def _wake(session: AsyncSession, row: Campaign) -> None:
    now = clock.now()
    delay = max(0.0, ((row.begins_at or now) - now).total_seconds())
    if row.status == CampaignStatus.SENDING:
        enqueue(session, CAMPAIGNS_DISPATCH, row.workspace_id, delay=delay)
    elif delay < rules.NEAR_SECONDS:
        enqueue(session, CAMPAIGNS_SCHEDULE, row.workspace_id, delay=delay)


async def undo_launch(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Make a draft again of a launched campaign that has not begun: nothing has left.

    Raises:
        Conflict: It has begun, or was not launched.
        Forbidden: The actor may not launch campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_LAUNCH)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id, lock=True)
    is_launched = row.status in {CampaignStatus.SCHEDULED, CampaignStatus.SENDING}
    if not is_launched or row.begins_at is None or row.begins_at <= clock.now():
        raise Conflict("It is too late to undo this. Cancel the campaign instead.")
    await thaw(session, row)
    row.updated_at = clock.now()
    tell(session, actor, "campaign.launch_undone", row)
    return await load_view(session, row)


async def begin_due(workspace_id: UUID) -> int:
    """Begin the scheduled campaigns whose time has come; return how many began.

    One whose template Meta no longer takes pauses instead, with the reason.
    """
    async with unit_of_work(workspace_id) as uow:
        campaigns = CampaignRepository(uow.session, workspace_id)
        rows = await campaigns.all(
            campaigns.scoped()
            .where(col(Campaign.status) == CampaignStatus.SCHEDULED)
            .where(col(Campaign.begins_at) <= clock.now())
            .order_by(col(Campaign.id))
            .limit(100)
            .with_for_update(skip_locked=True)
        )
        for row in rows:
            await _begin(uow.session, row)
        return len(rows)


async def _begin(session: AsyncSession, row: Campaign) -> None:
    template = row.template_id and await templates.find_row(
        session, row.workspace_id, row.template_id
    )
    row.started_at = row.guarded_at = clock.now()
    if template and template.status == "APPROVED":
        row.status = CampaignStatus.SENDING
        enqueue(session, CAMPAIGNS_DISPATCH, row.workspace_id)
    else:
        row.status = CampaignStatus.PAUSED
        row.reason = rules.template_stopped(template.status if template else "")
    tell(session, system_actor(WorkspaceId(row.workspace_id)), "campaign.begun", row)


async def find_late(session: AsyncSession, workspace_id: UUID) -> timedelta | None:
    """Return how late the latest scheduled campaign is; None when none is."""
    campaigns = CampaignRepository(session, workspace_id)
    rows = await campaigns.all(
        campaigns.scoped()
        .where(col(Campaign.status) == CampaignStatus.SCHEDULED)
        .where(col(Campaign.begins_at) < clock.now() - rules.LATE)
        .order_by(col(Campaign.begins_at))
        .limit(1)
    )
    return clock.now() - rows[0].begins_at if rows and rows[0].begins_at else None
