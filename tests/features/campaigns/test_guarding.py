"""Campaigns that are stopped, by people and by themselves, and what goes on."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests import deliveries
from tests.features.campaigns.drafts import launched, store_people, store_template
from tests.features.campaigns.runs import Run
from tests.lines import graph_error
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.guarding.guard import CAP_REACHED, guard
from xobito_app.features.campaigns.guarding.listeners import PORTFOLIO_STOPPED
from xobito_app.features.ingest.drain import drain
from xobito_app.features.workspaces.service import save_settings
from xobito_app.persistence.unit_of_work import unit_of_work

PAST = timedelta(seconds=30)


async def begun(line, count: int, **given) -> Run:
    """Launch a campaign to so many people, five seconds and more ago."""
    await store_people(line, count)
    run = await launched(line, **given)
    await begin(run)
    return run


async def begin(run: Run) -> None:
    await run.change(begins_at=clock.now() - PAST, guarded_at=clock.now() - PAST)
    for row in await run.recipients():
        if row.state == "queued":
            await run.line.change(row, due_at=clock.now() - PAST)


async def steer(run: Run, service):
    return await run.line.do(service, campaign_id=run.campaign_id)


async def test_pause_resume_and_cancel(line):
    run = await begun(line, 4)
    assert (await steer(run, campaigns.pause_campaign)).status == "paused"
    await run.dispatch()
    assert line.wire.sent == []
    with pytest.raises(Conflict):
        await steer(run, campaigns.pause_campaign)
    assert (await steer(run, campaigns.resume_campaign)).reason == ""
    first, second, *_ = await run.recipients()
    await line.change(first, state="claimed", claimed_at=clock.now())
    await line.change(second, state="dispatching", claimed_at=clock.now())
    view = await steer(run, campaigns.cancel_campaign)
    assert (view.status, view.counts["cancelled"], view.counts["dispatching"]) == (
        "cancelled",
        3,
        1,
    )
    with pytest.raises(Conflict):
        await steer(run, campaigns.resume_campaign)


async def test_who_comes_back_to_a_cancelled_campaign_is_cancelled_too(line):
    run = await begun(line, 2)
    await steer(run, campaigns.cancel_campaign)
    first, _ = await run.recipients()
    await line.change(first, state="queued")
    await guard(line.workspace_id)
    assert await run.counts() == {"cancelled": 2}


async def test_a_retry_is_a_new_attempt_and_the_old_one_stays_known(line):
    run = await begun(line, 3)

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        to = json.loads(request.content)["to"]
        return graph_error(131026) if to == "+16505550001" else None

    line.wire.trick = refuse
    await run.dispatch()
    await run.until(delivered=2, failed=1)
    line.wire.trick = None
    old = (await run.recipients())[1]
    view = await steer(run, campaigns.retry_campaign)
    assert (view.status, view.counts["queued"]) == ("sending", 1)
    await run.dispatch()
    await run.until(delivered=3)
    row = (await run.recipients())[1]
    assert row.attempt_id != old.attempt_id
    assert [(one["state"], one["error_code"]) for one in row.history] == [("failed", 131026)]
    with pytest.raises(Invalid, match="Nobody"):
        await steer(run, campaigns.retry_campaign)


@pytest.mark.parametrize(
    ("hours", "days", "elsewhere", "is_tried"),
    [(25, 3, 99, True), (23, 3, 99, False), (25, 8, 99, False), (25, 3, 2, False)],
)
async def test_the_marketing_cap_is_tried_again_as_meta_wants(
    line, hours, days, elsewhere, is_tried
):
    run = await begun(line, 1)
    other = await launched(line, name="Other")
    now = clock.now()
    (row,) = await run.recipients()
    failed_at = now - timedelta(hours=hours)
    await line.change(row, state="failed", error_code=131049, failed_at=failed_at)
    await run.change(status="completed", launched_at=now - timedelta(days=days))
    (row,) = await other.recipients()
    await line.change(row, state="read", accepted_at=now - timedelta(hours=elsewhere))
    if is_tried:
        await steer(run, campaigns.retry_campaign)
    else:
        with pytest.raises(Invalid):
            await steer(run, campaigns.retry_campaign)


async def test_two_retries_at_once_do_not_both_reach_somebody_held_back(line):
    first = await begun(line, 1)
    second = await launched(line, name="Other")
    yesterday = clock.now() - timedelta(hours=25)
    for run in (first, second):
        (row,) = await run.recipients()
        await line.change(row, state="failed", error_code=131049, failed_at=yesterday)
        await run.change(status="completed", launched_at=yesterday)
    async with unit_of_work(line.workspace_id) as uow:
        given = {"campaign_id": first.campaign_id}
        await campaigns.retry_campaign(uow.session, line.world.owner, **given)
        other = asyncio.create_task(steer(second, campaigns.retry_campaign))
        await asyncio.sleep(0.2)
    with pytest.raises(Invalid):
        await other
    assert [(await run.counts()) for run in (first, second)] == [{"queued": 1}, {"failed": 1}]


async def test_a_send_that_fails_on_everybody_stops_itself(line):
    run = await begun(line, 30)

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        return graph_error(131026)

    line.wire.trick = refuse
    rows = await run.recipients()
    for row in rows[:10]:
        await line.change(row, due_at=clock.now() + timedelta(hours=1))
    await run.dispatch()
    await guard(line.workspace_id)
    campaign = await run.campaign()
    assert campaign.status == "paused"
    assert "last 20 messages failed for the same reason" in campaign.reason
    view = await steer(run, campaigns.resume_campaign)
    await guard(line.workspace_id)
    assert view.status == "sending"
    assert (await run.campaign()).status == "sending"


async def test_a_canary_goes_first_and_the_rest_when_it_did_well(line):
    run = await begun(line, 8, canary=3)
    await run.dispatch()
    assert len(line.wire.sent) == 3
    await guard(line.workspace_id)
    assert (await run.campaign()).canary_passed_at is None
    await run.until(delivered=3)
    await guard(line.workspace_id)
    await run.dispatch()
    await run.until(delivered=8)
    assert (await run.campaign()).status == "completed"


async def test_a_canary_that_fails_stops_the_rest(line):
    run = await begun(line, 8, canary=3)

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        return graph_error(131026)

    line.wire.trick = refuse
    await run.dispatch()
    await guard(line.workspace_id)
    campaign = await run.campaign()
    assert campaign.status == "paused"
    assert campaign.reason == "The first 3 were sent as a test: 3 of the last 3 messages failed."
    assert (await run.counts())["queued"] == 5


async def test_a_spend_cap_is_never_passed(line):
    await line.do(
        campaigns.save_rate,
        country="",
        category="UTILITY",
        currency="EUR",
        amount=Decimal("0.05"),
        valid_from=clock.now() - timedelta(days=1),
    )
    template_id = await store_template(line, category="UTILITY")
    run = await begun(line, 6, template_id=template_id, spend_cap=Decimal("0.22"))
    await run.dispatch()
    assert len(line.wire.sent) == 4
    await guard(line.workspace_id)
    campaign = await run.campaign()
    assert (campaign.status, campaign.reason) == ("paused", CAP_REACHED)


async def test_a_cap_needs_rates(line):
    await store_people(line, 1)
    with pytest.raises(Invalid, match="no rate"):
        await launched(line, spend_cap=Decimal(1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "PAUSED"}, "paused"),
        ({"category": "AUTHENTICATION"}, "moved the template"),
        ({"quality": "RED"}, "quality as low"),
    ],
)
async def test_what_meta_does_to_a_template_stops_its_campaigns(line, changes, words):
    run = await begun(line, 1)
    await guard(line.workspace_id)
    assert (await run.campaign()).status == "sending"
    await store_template(line, **changes)
    await guard(line.workspace_id)
    assert words in (await run.campaign()).reason
    await steer(run, campaigns.resume_campaign)
    await guard(line.workspace_id)
    assert (await run.campaign()).status == ("sending" if "category" in changes else "paused")


@pytest.mark.parametrize(
    ("code", "reason"),
    [(135000, PORTFOLIO_STOPPED), (132015, "paused this template"), (131026, "")],
)
async def test_a_webhook_stops_all_campaigns_it_is_about(line, code, reason):
    run = await begun(line, 2)
    other = await launched(line, name="Other")
    first, _ = await run.recipients()
    await line.change(first, state="sent", wamid="wamid.1", accepted_at=clock.now())
    status = deliveries.status("wamid.1", "failed", errors=[{"code": code, "title": "No"}])
    change = deliveries.change(line.world, statuses=[status])
    await deliveries.store(deliveries.envelope(line.world, change))
    await drain()
    for one in (run, other):
        campaign = await one.campaign()
        assert campaign.status == ("paused" if reason else "sending")
        assert reason in campaign.reason


@pytest.mark.parametrize(
    ("settings", "failed", "opted_out", "words"),
    [
        ({}, 7, 0, "7 of the last 60 messages failed."),
        ({"campaign_failures_percent": 12}, 7, 0, ""),
        ({"campaign_failures_percent": 11}, 7, 0, "7 of the last 60 messages failed."),
        ({}, 0, 1, "1 of the last 60 people opted out."),
        ({"campaign_opt_outs_percent": 2}, 0, 1, ""),
        ({"campaign_failures_percent": 100}, 20, 0, "The last 20 messages failed"),
        ({"campaign_failures_percent": 100, "campaign_failures_in_a_row": 25}, 20, 0, ""),
    ],
)
async def test_each_workspace_says_when_a_campaign_pauses(line, settings, failed, opted_out, words):
    run = await begun(line, 60)
    await line.do(save_settings, settings)
    now = clock.now()
    for at, row in enumerate(await run.recipients()):
        settled = {"settled_at": now - timedelta(seconds=at), "state": "delivered"}
        if at < failed:
            settled |= {"state": "failed", "error_code": 131026, "reason": "Not on WhatsApp."}
        if at < opted_out:
            settled |= {"opted_out_at": now}
        await line.change(row, **settled)
    await run.change(guarded_at=now - timedelta(hours=1))
    await guard(line.workspace_id)
    campaign = await run.campaign()
    assert campaign.status == ("paused" if words else "sending")
    assert campaign.reason.startswith(words)
    assert bool(campaign.reason) == bool(words)
