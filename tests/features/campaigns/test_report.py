"""What came of a campaign, figure by figure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.features.campaigns.drafts import draft, launched, store_people, store_template
from tests.features.campaigns.runs import Run
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.rates import RateTable
from xobito_app.features.campaigns.reporting import statistics
from xobito_app.features.campaigns.reporting.report import compare, cost_of

STATES = ("read", "read", "delivered", "accepted", "failed", "failed", "unresolved", "queued")


async def finished(line, **given) -> Run:
    """A campaign with somebody in each state that matters, and one excluded."""
    people = await store_people(line, len(STATES) + 1)
    assert people
    run = await launched(line, **given)
    rows = await run.recipients()
    now = clock.now()
    for row, state in zip(rows, STATES, strict=False):
        facts: dict = {"state": state}
        if state in {"read", "delivered", "accepted"}:
            facts |= {"accepted_at": now}
        if state in {"read", "delivered"}:
            facts |= {"delivered_at": now, "pricing": {"billable": state == "read"}}
        if state == "failed":
            facts |= {"failed_at": now, "reason": "Not on WhatsApp.", "error_code": 131026}
        await line.change(row, **facts)
    await line.change(rows[0], replied_at=now, read_at=now + timedelta(hours=1))
    await line.change(rows[-1], state="excluded", exclusion="duplicate", reason="Twice.")
    return run


async def test_the_report_of_a_campaign(line):
    await line.do(
        campaigns.save_rate,
        country="US",
        category="UTILITY",
        currency="USD",
        amount=Decimal("0.25"),
        valid_from=clock.now() - timedelta(days=1),
    )
    run = await finished(line, template_id=await store_template(line, category="UTILITY"))
    report = await line.do(campaigns.read_report, campaign_id=run.campaign_id)
    assert report.counts["audience"] == sum(report.counts.values()) - report.counts["audience"]
    assert {step.name: step.people for step in report.funnel} == {
        "sent": 4,
        "delivered": 3,
        "read": 2,
        "replied": 1,
        "failed": 2,
        "opted_out": 0,
    }
    assert report.funnel[0].share == 0.5
    assert [(one.reason, one.people) for one in report.reasons] == [
        ("Not on WhatsApp.", 2),
        ("Twice.", 1),
    ]
    assert sum(hour.sent for hour in report.hours) == 4
    assert sum(hour.failed for hour in report.hours) == 2
    assert [hour.read for hour in report.hours] == [0, 1]
    assert (report.cost.billable, report.cost.free) == (2, 1)
    assert report.cost.total == Decimal("0.50")
    assert report.comparison is None


async def test_recipients_are_listed_searched_and_exported(line):
    run = await finished(line)
    given = {"campaign_id": run.campaign_id}
    failed = await line.do(campaigns.list_recipients, state="failed", **given)
    assert len(failed.rows) == 2
    replied = await line.do(campaigns.list_recipients, state="replied", **given)
    assert [row.state for row in replied.rows] == ["read"]
    report = await line.do(campaigns.read_report, campaign_id=run.campaign_id)
    people = {step.name: step.people for step in report.funnel}
    for step in ("sent", "delivered", "read", "failed"):
        reached = await line.do(campaigns.list_recipients, state=f"any_{step}", **given)
        assert len(reached.rows) == people[step], step
    found = await line.do(campaigns.list_recipients, search="555 0003", **given)
    assert [row.phone for row in found.rows] == ["+16505550003"]
    found = await line.do(campaigns.list_recipients, search="person 3", **given)
    assert [row.name for row in found.rows] == ["Person 3"]
    seen, cursor = [], ""
    for _ in range(5):
        page = await line.do(campaigns.list_recipients, limit=2, cursor=cursor, **given)
        seen += [row.id for row in page.rows]
        cursor = page.cursor
    assert len(set(seen)) == len(STATES) + 1
    assert cursor == ""
    with pytest.raises(Invalid):
        await line.do(campaigns.list_recipients, state="gone", **given)


async def test_a_hostile_name_is_no_formula_in_the_export(line):
    await store_people(line, 1, first_name="=HYPERLINK(1)", last_name="Person")
    run = await launched(line)
    lines = campaigns.export_recipients(line.world.owner, campaign_id=run.campaign_id)
    text = "".join([piece async for piece in lines])
    assert ",'=HYPERLINK(1) Person," in text
    assert text.startswith("Phone,Name,State")
    assert "'+16505550000" in text


async def test_two_templates_are_compared(line):
    await store_people(line, 4)
    first = await store_template(line)
    second = await store_template(
        line,
        "summer_sale",
        category="MARKETING",
        components=[{"type": "BODY", "text": "Hi {{1}}"}],
    )
    run = await launched(line, template_id=first, template_b_id=second)
    rows = await run.recipients()
    assert sorted(row.variant for row in rows) == [0, 0, 1, 1]
    report = await line.do(campaigns.read_report, campaign_id=run.campaign_id)
    assert report.comparison
    assert [one.template_name for one in report.comparison.variants] == [
        "bienvenida",
        "summer_sale",
    ]
    assert report.comparison.winner is None


@pytest.mark.parametrize(
    ("figures", "better"),
    [
        ([[0, 0, 0], [0, 0, 0]], None),
        ([[10, 5, 1], [10, 5, 3]], None),
        ([[1000, 5, 100], [1000, 5, 200]], 1),
        ([[1000, 5, 200], [1000, 5, 100]], 0),
        ([[1000, 5, 100], [1000, 5, 110]], None),
    ],
)
def test_a_winner_is_named_only_when_chance_is_unlikely(figures, better):
    found = compare(["A", "B"], figures)
    assert found.winner == better
    assert ("chance" in found.sentence) == (better is None)
    assert found.low <= found.difference <= found.high


def test_the_intervals_are_those_of_the_papers():
    # Newcombe 1998: 56/70 against 48/80.
    gap, low, high = statistics.difference((48, 80), (56, 70))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)
    assert [round(end, 4) for end in statistics.wilson(81, 263)] == [0.2553, 0.3662]
    assert statistics.wilson(0, 0) == (0.0, 1.0)


def test_what_has_no_rate_is_said_and_not_reckoned():
    rates = RateTable("EUR", {("UTILITY", "DE"): Decimal("0.1")})
    priced = [("DE", "UTILITY", True, 3), ("FR", "", True, 2), ("DE", "", False, 4)]
    cost = cost_of(rates, "UTILITY", priced)
    assert (cost.total, cost.billable, cost.free, cost.unpriced) == (Decimal("0.3"), 5, 4, 2)
    assert cost_of(rates, "UTILITY", [("FR", "", True, 2)]).total is None


async def test_a_draft_has_a_report_of_nothing(line):
    view = await draft(line)
    report = await line.do(campaigns.read_report, campaign_id=view.id)
    assert {step.share for step in report.funnel} == {0.0}
