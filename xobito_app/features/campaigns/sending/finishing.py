"""When a campaign is done: nobody of it waits, is in hand, or is on the way to Meta."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.sending.claiming import ClaimedRecipient, Course
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.persistence.unit_of_work import announce, unit_of_work


async def finish(
    workspace_id: UUID, courses: Sequence[Course], claimed: Sequence[ClaimedRecipient]
) -> None:
    """End the campaigns of which nothing was due and nothing is left to be done."""
    busy = {one.course.campaign.id for one in claimed}
    idle = [one.campaign.id for one in courses if one.campaign.id not in busy]
    if not idle:
        return
    async with unit_of_work(workspace_id) as uow:
        campaigns = CampaignRepository(uow.session, workspace_id)
        counts = await campaigns.counts_of(idle)
        for campaign_id in sorted(idle):
            if any(counts[campaign_id].get(state, 0) for state in rules.OPEN):
                continue
            campaign = await campaigns.get(campaign_id, lock=True)
            if campaign.status == CampaignStatus.SENDING:
                campaign.status, campaign.reason = CampaignStatus.COMPLETED, ""
                campaign.finished_at = clock.now()
                uow.session.add(campaign)
                announce(uow.session, workspace_id, Topic.CAMPAIGN, campaign_id)
