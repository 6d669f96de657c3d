"""What came of a campaign: each figure has one definition, here, in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.rates import ESTIMATE, RateTable, load_rates
from xobito_app.features.campaigns.reporting import statistics
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import (
    Comparison,
    Cost,
    HourLine,
    ReasonLine,
    RecipientState,
    Report,
    Step,
    TapLine,
    VariantLine,
)
from xobito_app.features.campaigns.views import counts_with_sum, load_answers
from xobito_app.features.templates import service as templates
from xobito_app.features.templates.schemas import Insights
from xobito_app.models.campaigns import Campaign

MOST_HOURS = 24 * 31
MOST_REASONS = 50
MOST_TAPS = 50
COUNTED_FOR = timedelta(days=7)
"""Meta: clicks count for so long after a message."""
_MINE = "workspace_id = :workspace_id AND campaign_id = :campaign_id"
# Delivered and read: Meta said so, or said what comes after it.
_DELIVERED = "state IN ('delivered', 'read')"
_READ = "state = 'read'"
_FAILED = "state IN ('failed', 'expired')"
_KINDS = ("sent", "delivered", "read", "failed")
_HOW_MANY = "coalesce(sum(people) FILTER (WHERE kind = '{}'), 0)::int"

# People whose moments fall into the same hours are counted together first: of 100,000 people a
# thousand such rows are left to be taken apart.
_HOURS = text(f"""
SELECT hour, {", ".join(map(_HOW_MANY.format, _KINDS))}
FROM (
  SELECT date_bin('1 hour', accepted_at, 'epoch') AS sent,
    date_bin('1 hour', coalesce(delivered_at, CASE WHEN {_READ} THEN read_at END), 'epoch')
      AS delivered,
    date_bin('1 hour', read_at, 'epoch') AS read,
    date_bin('1 hour', CASE WHEN {_FAILED} THEN coalesce(failed_at, updated_at) END, 'epoch')
      AS failed,
    count(*) AS people
  FROM campaign_recipient WHERE {_MINE} GROUP BY 1, 2, 3, 4
) AS alike CROSS JOIN LATERAL (
  VALUES {", ".join(f"('{kind}', {kind})" for kind in _KINDS)}
) AS moments (kind, hour)
WHERE hour IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT :most
""")  # noqa: S608 - our own words
_REASONS = text(f"""
SELECT state, reason, error_code, count(*) FROM campaign_recipient
WHERE {_MINE} AND reason <> ''
  AND state IN ('failed', 'expired', 'unresolved', 'cancelled', 'excluded')
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2 LIMIT :most
""")  # noqa: S608 - our own words
_TAPS = text(f"""
SELECT title, count(*) FROM campaign_recipient CROSS JOIN LATERAL jsonb_object_keys(taps) AS title
WHERE {_MINE} AND taps <> '{{}}' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most
""")  # noqa: S608 - our own words
# What they cost and which template drew more answers, in one look at them.
_ARRIVED = text(f"""
SELECT country, coalesce(upper(pricing->>'category'), ''),
  coalesce((pricing->>'billable')::boolean, true), variant, {_READ}, replied_at IS NOT NULL,
  count(*)
FROM campaign_recipient WHERE {_MINE} AND {_DELIVERED} GROUP BY 1, 2, 3, 4, 5, 6
""")  # noqa: S608 - our own words


async def read_report(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> Report:
    """Return what came of a campaign so far.

    Raises:
        Forbidden: The actor may not see campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    counts = (await CampaignRepository(session, actor.workspace_id).counts_of([row.id]))[row.id]
    rates = await load_rates(session, row.workspace_id, row.started_at)
    hours = await _rows(session, row, _HOURS, most=MOST_HOURS)
    reasons = await _rows(session, row, _REASONS, most=MOST_REASONS)
    arrived = await _rows(session, row, _ARRIVED)
    return Report(
        counts=counts_with_sum(counts),
        funnel=await _funnel(session, row, counts),
        hours=tuple(HourLine(*hour) for hour in hours),
        reasons=tuple(
            ReasonLine(RecipientState(state), reason, code, people)
            for state, reason, code, people in reasons
        ),
        cost=cost_of(rates, row.category, [(*one[:3], one[-1]) for one in arrived]),
        comparison=_compare(row, arrived) if row.template_b_id else None,
        taps=tuple(TapLine(*tap) for tap in await _rows(session, row, _TAPS, most=MOST_TAPS)),
        insights=await _insights(session, row),
    )


async def ask_for_clicks(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> None:
    """Have Meta asked what it counted of a campaign's templates, at most once an hour.

    Raises:
        Forbidden: The actor may not see campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    if row.started_at:
        await templates.ask_anew(session, row.workspace_id, _templates_of(row))


def _templates_of(row: Campaign) -> list[UUID]:
    return [row_id for row_id in (row.template_id, row.template_b_id) if row_id]


async def _insights(session: AsyncSession, row: Campaign) -> tuple[Insights, ...]:
    """Return what Meta counted of the templates, from the first day to a week after the last."""
    if row.started_at is None:
        return ()
    until = (row.finished_at or clock.now()) + COUNTED_FOR
    return await templates.load_insights(
        session,
        row.workspace_id,
        _templates_of(row),
        since=row.started_at.astimezone(UTC).date(),
        until=until.astimezone(UTC).date(),
    )


async def _rows(
    session: AsyncSession, row: Campaign, statement: Any, **given: int
) -> Sequence[Sequence[Any]]:
    bound = {"workspace_id": row.workspace_id, "campaign_id": row.id, **given}
    return [tuple(one) for one in await (await session.connection()).execute(statement, bound)]


async def _funnel(
    session: AsyncSession, row: Campaign, counts: Mapping[str, int]
) -> tuple[Step, ...]:
    reached = {
        step: sum(counts.get(str(state), 0) for state in states)
        for step, states in rules.REACHED.items()
    }
    meant = sum(counts.values()) - counts.get("excluded", 0)
    answers = (await load_answers(session, [row]))[row.id]
    steps = {
        "sent": reached["sent"],
        "delivered": reached["delivered"],
        "read": reached["read"],
        "replied": answers.replied,
        "failed": reached["failed"],
        "opted_out": answers.opted_out,
    }
    return tuple(Step(name, n, n / meant if meant else 0.0) for name, n in steps.items())


def cost_of(rates: RateTable, category: str, priced: Sequence[Sequence[Any]]) -> Cost:
    """Return what delivered messages cost: billable ones as Meta said, times the rates.

    Args:
        category: Where Meta has not said one.
        priced: Country, category, whether Meta charges it, and how many.
    """
    total, found = Decimal(0), Counter[str]()
    for country, told, is_billable, people in priced:
        price = rates.price(told or category, country)
        if not is_billable:
            found["free"] += people
            continue
        found["billable"] += people
        if price is None:
            found["unpriced"] += people
        else:
            total += price * people
    has_rates = found["billable"] == 0 or found["unpriced"] < found["billable"]
    return Cost(
        label=ESTIMATE,
        currency=rates.currency,
        total=total if has_rates else None,
        billable=found["billable"],
        free=found["free"],
        unpriced=found["unpriced"],
    )


def _compare(row: Campaign, arrived: Sequence[Sequence[Any]]) -> Comparison:
    figures = [[0, 0, 0], [0, 0, 0]]
    for *_, variant, is_read, has_replied, people in arrived:
        mine = figures[min(variant, 1)]
        mine[0] += people
        mine[1] += people if is_read else 0
        mine[2] += people if has_replied else 0
    return compare([raw.get("name", "") for raw in (row.template, row.template_b)], figures)


def compare(names: Sequence[str], figures: Sequence[Sequence[int]]) -> Comparison:
    """Say which template of an A/B test drew more answers, and how sure that is.

    Args:
        figures: Of each: delivered, read, replied.
    """
    lines: list[VariantLine] = []
    for variant, (name, (delivered, read, replied)) in enumerate(zip(names, figures, strict=True)):
        low, high = statistics.wilson(replied, delivered)
        rate = replied / delivered if delivered else 0.0
        lines.append(VariantLine(variant, name, delivered, read, replied, rate, low, high))
    first, second = ((line.replied, line.delivered) for line in lines)
    gap, low, high = statistics.difference(first, second)
    better = statistics.winner(low, high)
    if better is None:
        sentence = "The difference may be chance: more answers are needed to name a winner."
    else:
        sentence = (
            f"“{lines[better].template_name}” draws more answers: by {abs(gap):.1%}, "
            f"with 95 % between {min(abs(low), abs(high)):.1%} and {max(abs(low), abs(high)):.1%}."
        )
    return Comparison(tuple(lines), better, gap, low, high, sentence)
