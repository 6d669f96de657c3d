"""How many more of a campaign may be taken in hand: its canary, and what it may cost."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.rates import RateTable, load_rates
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.models.campaigns import Campaign

# All that may yet be charged counts as spent: what is in hand, and what nobody knows.
_REACHED = text("""
SELECT country, count(*) FILTER (WHERE state NOT IN ('queued', 'excluded', 'cancelled', 'failed')),
  count(*) FILTER (WHERE state = 'queued')
FROM campaign_recipient WHERE workspace_id = :workspace_id AND campaign_id = :campaign_id
GROUP BY country
""")


async def allowance(session: AsyncSession, campaign: Campaign, *, most: int) -> int:
    """Return how many more may be taken in hand, at most so many.

    Workers that ask at the same time are told one after another, until their claims are committed.
    """
    has_canary = campaign.canary > 0 and campaign.canary_passed_at is None
    if not has_canary and campaign.spend_cap is None:
        return most
    campaigns = CampaignRepository(session, campaign.workspace_id)
    await campaigns.get(campaign.id, lock=True)
    if has_canary:
        counts = (await campaigns.counts_of([campaign.id]))[campaign.id]
        most = min(most, max(0, campaign.canary - rules.begun(counts)))
    if campaign.spend_cap is not None:
        most = min(most, await affordable(session, campaign, campaign.spend_cap))
    return most


async def affordable(session: AsyncSession, campaign: Campaign, cap: Decimal) -> int:
    """Return how many more messages the cap pays for, at the dearest price of those who wait.

    Where no rate is known nothing can be reckoned, and nothing is sent.
    """
    rates = await load_rates(session, campaign.workspace_id)
    given = {"workspace_id": campaign.workspace_id, "campaign_id": campaign.id}
    rows = (await (await session.connection()).execute(_REACHED, given)).all()
    spent = sum((_price(rates, campaign, row[0]) * row[1] for row in rows if row[1]), Decimal(0))
    dearest = max((_price(rates, campaign, row[0]) for row in rows if row[2]), default=Decimal(0))
    if not dearest:
        return sum(row[2] for row in rows)
    return max(0, int((cap - spent) / dearest))


def _price(rates: RateTable, campaign: Campaign, country: str) -> Decimal:
    price = rates.price(campaign.category, country)
    # A launch with a cap is refused while a country has no rate; a rate deleted since then stops.
    return price if price is not None else campaign.spend_cap or Decimal(0)
