"""Rows behind the lists and reports of campaigns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, func, text
from sqlmodel import col, or_, select

from xobito_app.core import paging
from xobito_app.features.campaigns.reading.schemas import Bar, CostLine, ReasonCount
from xobito_app.models.campaigns import Campaign, CampaignRecipient, RecipientState
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of, chunks
from xobito_app.persistence.repository import Repository

MOST_REASONS = 20
MOST_COSTS = 50

_COSTS = """
SELECT recipient.country, recipient.category, coalesce(rate.currency, ''), count(*),
       CASE WHEN count(rate.amount) = count(*) THEN sum(rate.amount) END
FROM (
    SELECT country, delivered_at, upper(pricing->>'category') AS category
    FROM campaign_recipient
    WHERE workspace_id = :workspace_id AND campaign_id = :campaign_id
      AND pricing->>'billable' = 'true' AND delivered_at IS NOT NULL
) AS recipient
LEFT JOIN LATERAL (
    SELECT currency, amount FROM message_rate
    WHERE workspace_id = :workspace_id AND message_rate.category = recipient.category
      AND message_rate.country IN (recipient.country, '')
      AND valid_from <= recipient.delivered_at
    ORDER BY message_rate.country DESC, valid_from DESC LIMIT 1
) AS rate ON true
GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT :most
"""
"""By country, category and currency; the rate of a country goes before the one for all others."""


class CampaignLists(Repository[Campaign]):
    """Campaigns of one workspace, the newest first."""

    missing = "This campaign no longer exists."

    async def page(
        self, *, search: str, status: str, cursor: str, limit: int
    ) -> Sequence[Campaign]:
        """Return campaigns by when they were begun."""
        statement = self.scoped()
        if status:
            statement = statement.where(col(Campaign.status) == status)
        if words := search.strip():
            statement = statement.where(
                or_(
                    col(Campaign.name).icontains(words, autoescape=True),
                    col(Campaign.template_name).icontains(words, autoescape=True),
                )
            )
        if cursor:
            position = paging.decode(cursor)
            statement = statement.where(
                keyset.before(position, col(Campaign.created_at), col(Campaign.id))
            )
        return await self.all(
            statement.order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc()).limit(
                limit
            )
        )


class RecipientLists(Repository[CampaignRecipient]):
    """Recipients of the campaigns of one workspace."""

    missing = "This recipient no longer exists."

    async def answers_of(self, campaign_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """Return how many of each campaign wrote back, and how many opted out."""
        found: dict[UUID, tuple[int, int]] = {}
        replied, left = col(CampaignRecipient.replied_at), col(CampaignRecipient.opted_out_at)
        for some in chunks(campaign_ids):
            statement = (
                select(col(CampaignRecipient.campaign_id), func.count(replied), func.count(left))
                .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
                .where(any_of(col(CampaignRecipient.campaign_id), some))
                .where(or_(replied.is_not(None), left.is_not(None)))
                .group_by(col(CampaignRecipient.campaign_id))
            )
            found |= {row[0]: (row[1], row[2]) for row in await self.session.exec(statement)}
        return found

    async def page(
        self, campaign_id: UUID, *, states: Sequence[str], search: str, cursor: str, limit: int
    ) -> Sequence[CampaignRecipient]:
        """Return recipients by id, so that a list stands still while states change.

        Args:
            states: Only these; none means all.
        """
        statement = self.scoped().where(col(CampaignRecipient.campaign_id) == campaign_id)
        if states:
            statement = statement.where(any_of(col(CampaignRecipient.state), states))
        if words := search.strip():
            digits = "".join(filter(str.isdigit, words))
            fits = [col(CampaignRecipient.name).icontains(words, autoescape=True)]
            if digits:
                fits.append(col(CampaignRecipient.phone).contains(digits))
            statement = statement.where(or_(*fits))
        if cursor:
            (after,) = paging.decode_words(cursor, 1)
            statement = statement.where(col(CampaignRecipient.id) > UUID(after))
        return await self.all(statement.order_by(col(CampaignRecipient.id)).limit(limit))

    async def span_of(self, campaign_id: UUID) -> tuple[datetime, datetime] | None:
        """Return when the first and the newest message of a campaign was accepted."""
        at = col(CampaignRecipient.accepted_at)
        statement = (
            select(func.min(at), func.max(at))
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
        )
        first, last = (await self.session.exec(statement)).one()
        return (first, last) if first and last else None

    async def band_of(self, campaign_id: UUID, *, since: datetime, step: timedelta) -> list[Bar]:
        """Return how many messages were accepted in each stretch of time that has any."""
        at = col(CampaignRecipient.accepted_at)
        place = func.floor(func.extract("epoch", at - since) / step.total_seconds()).cast(Integer)
        statement = (
            select(place, func.count())
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
            .where(at.is_not(None))
            .group_by(place)
            .order_by(place)
            .limit(1000)
        )
        return [
            Bar(since + step * number, count)
            for number, count in await self.session.exec(statement)
        ]

    async def reasons_of(self, campaign_id: UUID) -> list[ReasonCount]:
        """Return why some got nothing, the most frequent reason first."""
        what: tuple[Any, ...] = (
            col(CampaignRecipient.state),
            col(CampaignRecipient.exclusion),
            col(CampaignRecipient.reason),
            col(CampaignRecipient.error_code),
        )
        statement = (
            select(*what, func.count())
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
            .where(or_(*(column != "" for column in what[1:3])))
            .group_by(*what)
            .order_by(func.count().desc(), *what[1:3])
            .limit(MOST_REASONS)
        )
        rows = await (await self.session.connection()).execute(statement)
        return [ReasonCount(str(row[0]), row[1], row[2], row[3], row[4]) for row in rows]

    async def costs_of(self, campaign_id: UUID) -> list[CostLine]:
        """Return what billable deliveries cost by the rates that held at the time."""
        given = {
            "workspace_id": self.workspace_id,
            "campaign_id": campaign_id,
            "most": MOST_COSTS,
        }
        rows = await (await self.session.connection()).execute(text(_COSTS), given)
        return [CostLine(*row) for row in rows]

    async def count_free(self, campaign_id: UUID) -> int:
        """Return how many deliveries Meta said cost nothing."""
        statement = (
            select(func.count())
            .select_from(CampaignRecipient)
            .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
            .where(col(CampaignRecipient.campaign_id) == campaign_id)
            .where(col(CampaignRecipient.delivered_at).is_not(None))
            .where(col(CampaignRecipient.pricing)["billable"].astext == "false")
        )
        return (await self.session.exec(statement)).one()

    async def list_of_contact(
        self, contact_id: UUID, *, limit: int
    ) -> list[tuple[CampaignRecipient, Campaign]]:
        """Return what a contact got from campaigns, the newest first; what is only meant is not."""
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
