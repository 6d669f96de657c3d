"""Trying again keeps within what Meta lets the portfolio send in a day, as a launch does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.features.campaigns.drafts import draft, launched, set_tier, store_people
from tests.features.campaigns.runs import Run
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.campaigns import service as campaigns


async def failed(line, count: int, *, sent: int = 0, name: str = "Spring") -> Run:
    """A campaign that is over: some got it an hour ago, all others failed."""
    run = await launched(line, name=name)
    now = clock.now()
    for at, row in enumerate(await run.recipients()):
        if at < sent:
            await line.change(row, state="delivered", accepted_at=now - timedelta(hours=1))
        elif at < sent + count:
            await line.change(row, state="failed", error_code=131026, failed_at=now)
    await run.change(status="completed", finished_at=now)
    return run


async def retry(run: Run, **given):
    return await run.line.do(campaigns.retry_campaign, campaign_id=run.campaign_id, **given)


async def test_a_retry_over_the_limit_is_refused_and_changes_nothing(line):
    await store_people(line, 5)
    run = await failed(line, 4, sent=1)
    await set_tier(line, "TIER_3")
    plan = await line.do(campaigns.plan_retry, campaign_id=run.campaign_id)
    # What the campaign itself sent within the day takes room too.
    assert (plan.people, plan.free, plan.over) == (4, 2, 2)
    with pytest.raises(Invalid, match="2 more people in 24 hours") as refused:
        await retry(run)
    assert list(refused.value.fields) == ["splits_days"]
    assert await run.states() == {"failed": 4, "delivered": 1}
    assert (await run.campaign()).status == "completed"


async def test_the_rest_is_tried_on_the_days_to_come(line):
    await store_people(line, 6)
    run = await failed(line, 5, sent=1)
    await set_tier(line, "TIER_3")
    view = await retry(run, splits_days=True)
    assert (view.status, view.counts["queued"]) == ("sending", 5)
    due = sorted(row.due_at for row in await run.recipients() if row.state == "queued")
    now = clock.now()
    assert [round((at - now) / timedelta(days=1)) for at in due] == [0, 0, 1, 1, 1]
    await run.change(begins_at=now)
    assert await run.dispatch() == 2


async def test_within_the_limit_all_are_due_at_once(line):
    await store_people(line, 3)
    run = await failed(line, 3)
    await set_tier(line, "TIER_3")
    assert (await retry(run)).counts["queued"] == 3
    assert {row.due_at <= clock.now() for row in await run.recipients()} == {True}


async def test_without_a_limit_nobody_waits(line):
    await store_people(line, 3)
    run = await failed(line, 3)
    await set_tier(line, "TIER_UNLIMITED")
    plan = await line.do(campaigns.plan_retry, campaign_id=run.campaign_id)
    assert (plan.free, plan.over) == (None, 0)
    assert (await retry(run)).counts["queued"] == 3


async def test_what_another_campaign_reserved_is_not_given_again(line):
    await store_people(line, 2)
    run = await failed(line, 2)
    await set_tier(line, "TIER_3")
    other = await launched(line, name="Other")
    assert await other.states() == {"queued": 2}
    with pytest.raises(Invalid, match="write to 1 more"):
        await retry(run)


async def test_a_retry_and_a_launch_at_once_never_pass_the_limit(line):
    await store_people(line, 2)
    await set_tier(line, "TIER_3")
    for number in range(15):
        run = await failed(line, 2, name=f"Over {number}")
        view = await draft(line, name=f"New {number}")

        async def tried(doing):
            try:
                await doing
            except Invalid:
                return

        launch = line.do(campaigns.launch_campaign, campaign_id=view.id)
        await asyncio.gather(tried(retry(run)), tried(launch))
        other = Run(line, view.id)
        queued = [(await one.states())["queued"] for one in (run, other)]
        assert sum(queued) in {2, 3}, queued
        for one in (run, other):
            await one.change(status="cancelled", finished_at=clock.now())
            for row in await one.recipients():
                await line.change(row, state="cancelled", updated_at=clock.now())
