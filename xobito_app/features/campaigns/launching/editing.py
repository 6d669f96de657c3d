"""Changing a campaign before it begins; a scheduled one is frozen anew and keeps its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns.drafting import fields, recipients as lists
from xobito_app.features.campaigns.drafting.drafts import lock_changeable, tell, thaw
from xobito_app.features.campaigns.drafting.recipients import Line
from xobito_app.features.campaigns.launching.launch import freeze_campaign
from xobito_app.features.campaigns.launching.limits import lock_headroom
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import CampaignDraft, CampaignView
from xobito_app.features.campaigns.views import load_view
from xobito_app.models.campaigns import Campaign, CampaignStatus, RecipientState
from xobito_app.persistence.unit_of_work import unit_of_work

_FROZEN_WITHOUT = frozenset({"name", "canary"})
"""What is not written into recipients: changing it freezes nothing anew."""
_NOT_HIS = "It was changed by somebody who may not launch campaigns."
_NO_TIME = "It has no time any more."


@dataclass(frozen=True, slots=True)
class _Edit:
    """A campaign locked for change.

    Attributes:
        people: How many were to get it when it was scheduled.
    """

    row: Campaign
    is_scheduled: bool
    people: int = 0


async def update_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, draft: CampaignDraft
) -> CampaignView:
    """Change what is given of a draft or a scheduled campaign.

    A scheduled one is frozen anew for its time, in the same transaction: it goes out as it was or
    as it is now, never as half of both. Where it cannot go out as it is now, it becomes a draft
    again and its `reason` says why: something is missing, it has no time, many more people would
    get it than before, or the actor may not launch.

    Raises:
        Conflict: It has begun, or was launched this very moment.
        Forbidden: The actor may not change campaigns.
        Invalid: `fields` names what breaks a rule.
        NotFound: The workspace has no such campaign.
    """
    is_frozen_in = not draft.keys() <= _FROZEN_WITHOUT
    edit = await _begin(session, actor, campaign_id, is_frozen_in=is_frozen_in)
    await fields.apply(session, edit.row, draft)
    return await _end(session, actor, edit)


async def take_file(actor: Actor, *, campaign_id: UUID, path: Path, filename: str) -> CampaignView:
    """Make an uploaded CSV or XLSX the audience of a campaign; `path` is left where it is.

    Opens its own transaction; the file is read through before it.

    Raises:
        Conflict, Forbidden, NotFound: As `update_campaign`.
        Invalid: The file cannot be read, has no rows, or no column of phone numbers.
    """
    require(actor, Permission.CAMPAIGNS_EDIT, Permission.CAMPAIGNS_CREATE)
    async with (
        lists.opened(path, filename) as (lines, about),
        unit_of_work(actor.workspace_id) as uow,
    ):
        edit = await _begin(uow.session, actor, campaign_id)
        await lists.take_lines(uow.session, edit.row, lines, about)
        return await _end(uow.session, actor, edit)


async def take_list(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, recipients: Sequence[Line]
) -> CampaignView:
    """Make a list of numbers with their columns the audience of a campaign.

    Raises:
        Conflict, Forbidden, NotFound: As `update_campaign`.
        Invalid: There are none, or more than 10,000.
    """
    about = lists.described(recipients)
    edit = await _begin(session, actor, campaign_id)
    await lists.take_lines(session, edit.row, recipients, about)
    return await _end(session, actor, edit)


async def _begin(
    session: AsyncSession, actor: Actor, campaign_id: UUID, *, is_frozen_in: bool = True
) -> _Edit:
    require(actor, Permission.CAMPAIGNS_EDIT, Permission.CAMPAIGNS_CREATE)
    campaigns = CampaignRepository(session, actor.workspace_id)
    seen = (await campaigns.get(campaign_id)).status
    if not is_frozen_in:
        return _Edit(await lock_changeable(session, actor, campaign_id), is_scheduled=False)
    if seen == CampaignStatus.SCHEDULED:
        # As a launch does, and before the campaign itself, so that nobody waits in a ring.
        await lock_headroom(session, actor.workspace_id)
    row = await lock_changeable(session, actor, campaign_id)
    is_scheduled = row.status == CampaignStatus.SCHEDULED
    if is_scheduled and seen != CampaignStatus.SCHEDULED:
        raise Conflict("This campaign was launched just now. Open it again to change it.")
    if not is_scheduled:
        return _Edit(row, is_scheduled=False)
    counts = (await campaigns.counts_of([row.id]))[row.id]
    people = sum(counts.values()) - counts.get(RecipientState.EXCLUDED, 0)
    return _Edit(row, is_scheduled=True, people=people)


async def _end(session: AsyncSession, actor: Actor, edit: _Edit) -> CampaignView:
    row = edit.row
    if edit.is_scheduled:
        why_not = await _schedule_again(session, actor, edit)
        if why_not:
            await thaw(session, row)
            row.reason = f"It is not scheduled any more. {why_not}"
    elif row.status == CampaignStatus.DRAFT:
        row.reason = ""
    session.add(row)
    tell(session, actor, "campaign.updated", row)
    return await load_view(session, row)


async def _schedule_again(session: AsyncSession, actor: Actor, edit: _Edit) -> str:
    """Freeze a changed campaign for its time; return why it cannot be."""
    row = edit.row
    if not actor.can(Permission.CAMPAIGNS_LAUNCH):
        return _NOT_HIS
    if row.scheduled_at is None:
        return _NO_TIME
    await session.flush()
    try:
        async with session.begin_nested():
            await thaw(session, row)
            await freeze_campaign(session, actor, row, unasked=edit.people)
    except Invalid as error:
        await session.refresh(row)
        return error.message
    return ""
