"""What Meta counted of templates: asked daily, on opening at most once an hour, and kept."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from tests.features.campaigns.answers_kit import sent_to_customer
from tests.fixtures import make_member
from tests.lines import CUSTOMER
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import Value
from xobito_app.features.templates.insights import fetch_insights, read_insights, switch_on
from xobito_app.features.templates.job_types import TEMPLATES_INSIGHTS
from xobito_app.models.campaigns import Campaign
from xobito_app.persistence import unit_of_work as unit_of_work_module
from xobito_app.persistence.unit_of_work import unit_of_work

LINK = "Track order"


@pytest.fixture
async def sent(desk):
    """A template with a link that the customer has got, and its message in the simulator."""
    row = await desk.named("order_confirmation")
    values = {"header.order_number": "A-1", "button.0": "A-1"}
    values |= {"body.first_name": "Ana", "body.ship_date": "Friday"}
    run = await sent_to_customer(
        desk.line,
        template_id=row.id,
        variables={key: Value(value=text) for key, text in values.items()},
    )
    await run.until(delivered=1)
    return row, (await run.recipients())[0].wamid


@pytest.fixture
def woken(monkeypatch):
    """Of which templates a worker was told to ask, since the last time it was looked at."""
    told = []

    async def note(post_commit):
        told.extend(
            one.arguments[1] for one in post_commit.wake_ups if one.job is TEMPLATES_INSIGHTS
        )

    monkeypatch.setattr(unit_of_work_module, "sinks", [note])

    def taken():
        found = [UUID(str(one)) for one in told]
        told.clear()
        return found

    return taken


async def press(line, wamid, text=LINK):
    known = (await line.control.get(f"/wabas/{line.world.waba_id}/customers")).json()["data"]
    customer = next(one for one in known if one["phone"].lstrip("+") == CUSTOMER)
    act = {"type": "click", "text": text, "reply_to": wamid}
    await line.say(f"/customers/{customer['id']}/messages", **act)


async def read(desk, row):
    since = (clock.now() - timedelta(days=30)).astimezone(UTC).date()
    return await desk.do(read_insights, template_id=row.id, since=since)


async def test_clicks_are_metas_once_somebody_has_had_it_count(desk, sent):
    row, wamid = sent
    await press(desk.line, wamid)
    await press(desk.line, wamid)
    await fetch_insights(desk.line.workspace_id)
    found = await read(desk, row)
    assert (found.clicks, found.is_off) == ((), True)
    assert "not switched on" in found.problem
    await switch_on(desk.owner, template_id=row.id)
    await fetch_insights(desk.line.workspace_id)
    found = await read(desk, row)
    assert (found.problem, found.is_off, found.has_buttons) == ("", False, True)
    assert (found.sent, found.delivered, found.read) == (1, 1, 0)
    assert {(one.kind, one.title): one.count for one in found.clicks} == {
        ("url_button", LINK): 2,
        ("unique_url_button", LINK): 1,
    }


async def test_a_day_told_anew_replaces_what_was_known(desk, sent):
    row, wamid = sent
    await switch_on(desk.owner, template_id=row.id)
    for count in (1, 2):
        await press(desk.line, wamid)
        await desk.line.change(row, insights_at=None)
        await fetch_insights(desk.line.workspace_id, row.id)
        found = await read(desk, row)
        assert {one.count for one in found.clicks if one.kind == "url_button"} == {count}


async def test_meta_is_asked_daily_and_at_most_hourly_for_who_looks(desk, sent):
    row, _ = sent
    await switch_on(desk.owner, template_id=row.id)
    await fetch_insights(desk.line.workspace_id)

    async def asked(template_id=None):
        before = desk.calls("GET", "/template_analytics")
        await fetch_insights(desk.line.workspace_id, template_id)
        return desk.calls("GET", "/template_analytics") - before

    assert (await asked(), await asked(row.id)) == (0, 0)
    await desk.line.change(row, insights_at=clock.now() - timedelta(minutes=59))
    assert await asked(row.id) == 0
    await desk.line.change(row, insights_at=clock.now() - timedelta(minutes=61))
    assert await asked() == 0
    assert await asked(row.id) == 1
    await desk.line.change(row, insights_at=clock.now() - timedelta(hours=24))
    assert await asked() == 1


async def test_looking_asks_only_for_what_is_old_and_has_buttons(desk, sent, woken):
    row, _ = sent
    await read(desk, row)
    assert woken() == [row.id]
    await desk.line.change(row, insights_at=clock.now())
    await read(desk, row)
    assert woken() == []
    await read(desk, await desk.named("hello_world"))
    assert woken() == []


async def test_only_who_manages_the_connection_switches_it_on(desk, sent):
    agent = await make_member(desk.line.world, "Agent")
    with pytest.raises(Forbidden):
        await switch_on(agent, template_id=sent[0].id)


async def test_the_report_of_a_campaign_tells_metas_figures_of_its_days(desk, sent):
    row, wamid = sent
    await switch_on(desk.owner, template_id=row.id)
    await press(desk.line, wamid)
    await fetch_insights(desk.line.workspace_id)

    async def told(**changes):
        async with unit_of_work(desk.line.workspace_id) as uow:
            campaign = (await uow.session.exec(select(Campaign))).one()
        await desk.line.change(campaign, **changes)
        report = await desk.do(campaigns.read_report, campaign_id=campaign.id)
        return [(one.template_name, len(one.clicks)) for one in report.insights]

    assert await told() == [("order_confirmation", 2)]
    # Nothing of a template that is counted before the campaign began is its own.
    assert await told(started_at=clock.now() + timedelta(days=1)) == [("order_confirmation", 0)]
    assert await told(started_at=None) == []
