"""What Meta charges for a delivered message, by the workspace's own dated table.

Meta, "Pricing": per delivered message by category and the country of the number; the rates change
on dates that are announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Findings, Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.campaigns.schemas import CountryEstimate, Estimate, RateLine
from xobito_app.models.campaigns import MessageRate
from xobito_app.persistence.repository import Repository

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
MOST_RATES = 5000
LARGEST = Decimal(1_000_000)
ESTIMATE = "estimate"
CEILING = "ceiling"
"""Marketing may be sold for less than the rate: Meta's max-price bids charge at most it."""


class RateRepository(Repository[MessageRate]):
    """Rates of one workspace."""

    missing = "This rate no longer exists."

    async def list_newest(self) -> list[MessageRate]:
        """Return the rates, the newest first."""
        statement = self.scoped().order_by(
            col(MessageRate.valid_from).desc(), col(MessageRate.category), col(MessageRate.country)
        )
        return list(await self.all(statement.limit(MOST_RATES)))


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates that hold at a moment, by category and country."""

    currency: str
    amounts: Mapping[tuple[str, str], Decimal]

    def price(self, category: str, country: str) -> Decimal | None:
        """Return what one message costs; the rate for all others where the country has none."""
        category = category.upper()
        return self.amounts.get((category, country), self.amounts.get((category, "")))

    def estimate(self, category: str, people: Mapping[str, int]) -> Estimate:
        """Return what messages to so many people of each country would cost."""
        lines: list[CountryEstimate] = []
        for country, count in sorted(people.items(), key=lambda one: (-one[1], one[0])):
            price = self.price(category, country)
            amount = None if price is None else price * count
            lines.append(CountryEstimate(country, count, price, amount))
        priced = [line.amount for line in lines if line.amount is not None]
        return Estimate(
            label=CEILING if category.upper() == "MARKETING" else ESTIMATE,
            currency=self.currency,
            category=category,
            total=sum(priced, Decimal(0)) if priced else None,
            unpriced=sum(line.people for line in lines if line.amount is None),
            by_country=tuple(lines),
        )


async def load_rates(
    session: AsyncSession, workspace_id: UUID, at: datetime | None = None
) -> RateTable:
    """Return the rates that hold at a moment, by default now."""
    moment = at or clock.now()
    amounts: dict[tuple[str, str], Decimal] = {}
    currency = ""
    for row in await RateRepository(session, workspace_id).list_newest():
        if row.valid_from <= moment:
            currency = currency or row.currency
            # Sums over several currencies would mean nothing: the newest one counts.
            if row.currency == currency:
                amounts.setdefault((row.category, row.country), row.amount)
    return RateTable(currency, amounts)


async def list_rates(session: AsyncSession, actor: Actor) -> list[RateLine]:
    """Return the workspace's rates, the newest first.

    Raises:
        Forbidden: The actor may see neither billing nor campaigns.
    """
    require(actor, Permission.BILLING_VIEW, Permission.CAMPAIGNS_VIEW)
    rows = await RateRepository(session, actor.workspace_id).list_newest()
    return [taken_from(row, RateLine) for row in rows]


async def save_rate(
    session: AsyncSession,
    actor: Actor,
    *,
    country: str,
    category: str,
    currency: str,
    amount: Decimal,
    valid_from: datetime,
) -> RateLine:
    """Note what a message costs from a moment on; of the same moment it replaces the rate.

    Raises:
        Forbidden: The actor may change neither settings nor campaigns.
        Invalid: `fields` names what is no country, category, currency or amount.
    """
    require(actor, Permission.SETTINGS_EDIT, Permission.CAMPAIGNS_EDIT)
    country, category, currency = country.upper(), category.upper(), currency.upper()
    findings = Findings()
    is_country = not country or (len(country) == 2 and country.isalpha())
    findings.expect(is_country, "country", "Write two letters, like DE, or leave it empty.")
    findings.expect(category in CATEGORIES, "category", f"Choose one of {', '.join(CATEGORIES)}.")
    is_currency = len(currency) == 3 and currency.isalpha()
    findings.expect(is_currency, "currency", "Write three letters, like USD.")
    findings.expect(0 <= amount < LARGEST, "amount", "Write what one message costs.")
    findings.check()
    rates = RateRepository(session, actor.workspace_id)
    found = await rates.one_or_none(
        rates.scoped()
        .where(col(MessageRate.country) == country, col(MessageRate.category) == category)
        .where(col(MessageRate.valid_from) == valid_from)
    )
    if not found and len(await rates.list_newest()) >= MOST_RATES:
        raise Invalid(f"A workspace has at most {MOST_RATES} rates. Delete old ones first.")
    row = found or MessageRate(
        workspace_id=actor.workspace_id,
        country=country,
        category=category,
        currency=currency,
        amount=amount,
        valid_from=valid_from,
    )
    row.currency, row.amount, row.updated_at = currency, amount, clock.now()
    await rates.add(row)
    _tell(session, actor, "campaign.rate_saved", row)
    return taken_from(row, RateLine)


async def delete_rate(session: AsyncSession, actor: Actor, *, rate_id: UUID) -> None:
    """Forget a rate.

    Raises:
        Forbidden: The actor may change neither settings nor campaigns.
        NotFound: The workspace has no such rate.
    """
    require(actor, Permission.SETTINGS_EDIT, Permission.CAMPAIGNS_EDIT)
    rates = RateRepository(session, actor.workspace_id)
    row = await rates.get(rate_id)
    _tell(session, actor, "campaign.rate_deleted", row)
    await rates.delete(row)


def _tell(session: AsyncSession, actor: Actor, action: str, row: MessageRate) -> None:
    name = f"{row.category.capitalize()} {row.country or 'everywhere else'}"
    activity.record(session, actor, action, about="message_rate", object_id=row.id, name=name)
