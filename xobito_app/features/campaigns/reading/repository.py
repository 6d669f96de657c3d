"""Rows behind what screens show of campaigns beside lists and reports."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from xobito_app.features.campaigns.reading.schemas import Bar
from xobito_app.models.campaigns import Campaign, CampaignRecipient, RecipientState
from xobito_app.persistence.repository import Repository


class RecipientLooks(Repository[CampaignRecipient]):
    """Recipients of the campaigns of one workspace, looked at and never changed."""

    missing = "This recipient no longer exists."

    async def span_of(self, campaign_id: UUID) -> tuple[datetime, datetime] | None:
        """Return when the first and the newest message of a campaign was taken by Meta."""
        at = col(CampaignRecipient.accepted_at)
        statement = (
            select(func.min(at), func.max(at))
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
        )
        first, last = (await self.session.exec(statement)).one()
        return (first, last) if first and last else None

    async def bars_of(self, campaign_id: UUID, *, since: datetime, step: timedelta) -> list[Bar]:
        """Return how many messages Meta took in each stretch of time that has any."""
        at = col(CampaignRecipient.accepted_at)
        begin = func.date_bin(step, at, since)
        statement = (
            select(begin, func.count())
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
            .where(at.is_not(None))
            .group_by(begin)
            .order_by(begin)
            .limit(1000)
        )
        rows = await (await self.session.connection()).execute(statement)
        return [Bar(row[0], int(row[1])) for row in rows]

    async def list_of_contact(
        self, contact_id: UUID, *, limit: int
    ) -> list[tuple[CampaignRecipient, Campaign]]:
        """Return what a contact gets from campaigns, the newest first."""
        statement = (
            select(CampaignRecipient, Campaign)
            .join(Campaign, col(Campaign.id) == col(CampaignRecipient.campaign_id))
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.contact_id) == contact_id)
            .where(col(CampaignRecipient.state) != RecipientState.EXCLUDED)
            .order_by(col(CampaignRecipient.id).desc())
            .limit(limit)
        )
        return list((await self.session.exec(statement)).all())
