"""A scheduled campaign is changed and keeps its time; it goes out as it was, or as it is now."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.features.campaigns.drafts import EVERYBODY, launched, set_tier, store_people
from xobito_app.core import clock
from xobito_app.core.errors import Conflict
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.launching import launch
from xobito_app.features.campaigns.launching.launch import begin_due
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import Audience, Value
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.persistence.unit_of_work import unit_of_work

IN_TWO_DAYS = timedelta(days=2)


async def scheduled(line, count: int = 2, **given):
    people = await store_people(line, count)
    run = await launched(line, scheduled_at=clock.now() + IN_TWO_DAYS, **given)
    return run, people


async def edit(run, actor=None, **draft):
    return await run.line.do(
        campaigns.update_campaign, campaign_id=run.campaign_id, draft=draft, actor=actor
    )


def greeting(words: str):
    return {"body.1": Value(value=words)}


async def test_audience_and_words_are_frozen_anew_for_the_same_time(line):
    run, people = await scheduled(line, 3)
    before = await run.campaign()
    view = await edit(run, audience=Audience(contact_ids=tuple(people[:2])))
    assert (view.status, view.counts["queued"], view.reason) == ("scheduled", 2, "")
    view = await edit(run, variables=greeting("you"))
    after = await run.campaign()
    assert (after.begins_at, after.scheduled_at) == (before.begins_at, before.scheduled_at)
    rows = await run.recipients()
    assert [row.values for row in rows] == [{"body.1": "you"}] * 2
    assert {row.due_at for row in rows} == {before.begins_at}
    await run.change(begins_at=clock.now())
    assert await begin_due(line.workspace_id) == 1


async def test_another_time_moves_everybody(line):
    run, _ = await scheduled(line)
    later = clock.now() + timedelta(days=5)
    view = await edit(run, scheduled_at=later)
    assert (view.status, view.scheduled_at) == ("scheduled", later)
    assert (await run.campaign()).begins_at == later
    assert {row.due_at for row in await run.recipients()} == {later}


async def test_a_name_or_a_canary_freezes_nothing_anew(line):
    run, _ = await scheduled(line)
    before = [row.id for row in await run.recipients()]
    view = await edit(run, name="Summer", canary=1)
    assert (view.status, view.name, view.canary) == ("scheduled", "Summer", 1)
    assert [row.id for row in await run.recipients()] == before


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ({"audience": Audience()}, "Choose who gets it."),
        ({"variables": {}}, "say what stands here"),
        ({"scheduled_at": None}, "It has no time any more."),
        ({"template_id": None}, "Choose a template."),
    ],
)
async def test_what_cannot_go_out_is_a_draft_again_and_says_why(line, draft, words):
    run, _ = await scheduled(line)
    view = await edit(run, **draft)
    assert (view.status, view.counts["audience"]) == ("draft", 0)
    assert view.reason.startswith("It is not scheduled any more. ")
    assert words in view.reason
    assert (await run.campaign()).template == {}
    await run.change(begins_at=clock.now() - timedelta(seconds=1))
    assert await begin_due(line.workspace_id) == 0
    # Once it is whole again, it is for a person to schedule it.
    view = await edit(run, audience=EVERYBODY)
    assert (view.status, view.reason) == ("draft", "")


async def test_more_people_than_were_confirmed_are_asked_about(line, monkeypatch):
    run, people = await scheduled(line, 4, audience=EVERYBODY)
    await edit(run, audience=Audience(contact_ids=tuple(people[:3])))
    monkeypatch.setattr(launch, "TYPED_ABOVE", 1)
    view = await edit(run, audience=Audience(contact_ids=tuple(people[1:])))
    assert view.status == "scheduled"
    view = await edit(run, audience=EVERYBODY)
    assert view.status == "draft"
    assert "Confirm with the number of people: 4" in view.reason


async def test_who_may_not_launch_takes_it_back_to_a_draft(line):
    run, _ = await scheduled(line)
    rights = frozenset({Permission.CAMPAIGNS_EDIT, Permission.CAMPAIGNS_VIEW})
    editor = Actor(line.workspace_id, None, "Eve", rights)
    assert (await edit(run, editor, name="Other")).status == "scheduled"
    view = await edit(run, editor, variables=greeting("you"))
    assert view.status == "draft"
    assert "may not launch" in view.reason


async def test_the_limit_of_a_day_holds_for_the_new_audience(line):
    run, people = await scheduled(line, 4, audience=EVERYBODY)
    await set_tier(line, "TIER_3")
    view = await edit(run, audience=Audience(contact_ids=tuple(people)))
    assert (view.counts["queued"], view.counts["excluded"]) == (3, 1)


async def test_a_list_becomes_the_audience_of_a_scheduled_one(line):
    run, _ = await scheduled(line)
    given = [("+16505557777", {"city": "Rome"})]
    view = await line.do(campaigns.take_list, campaign_id=run.campaign_id, recipients=given)
    assert (view.status, view.counts["queued"]) == ("scheduled", 1)
    assert [row.phone for row in await run.recipients()] == ["+16505557777"]


@pytest.mark.parametrize("is_edit_first", [True, False] * 6)
async def test_start_and_edit_at_once_make_one_or_the_other(line, is_edit_first):
    run, people = await scheduled(line, 4, audience=EVERYBODY, variables=greeting("old"))
    await run.change(begins_at=clock.now(), scheduled_at=clock.now())
    audience = Audience(contact_ids=tuple(people[:2]))

    async def change() -> bool:
        try:
            await edit(run, audience=audience, variables=greeting("new"))
        except Conflict:
            return False
        return True

    start = begin_due(line.workspace_id)
    both = (change(), start) if is_edit_first else (start, change())
    outcomes = await asyncio.gather(*both)
    is_new = outcomes[0] if is_edit_first else outcomes[1]
    # Whoever came second begins what the first one left.
    await begin_due(line.workspace_id)
    assert (await run.campaign()).status == "sending"
    rows = await run.recipients()
    words = Counter(row.values["body.1"] for row in rows)
    assert words == ({"new": 2} if is_new else {"old": 4})


async def test_an_edit_waits_for_a_start_that_holds_the_campaign(line):
    run, _ = await scheduled(line, variables=greeting("old"))
    async with unit_of_work(line.workspace_id) as uow:
        row = await CampaignRepository(uow.session, line.workspace_id).get(
            run.campaign_id, lock=True
        )
        waiting = asyncio.create_task(edit(run, variables=greeting("new")))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        row.status = CampaignStatus.SENDING
        uow.session.add(row)
    with pytest.raises(Conflict, match="has begun"):
        await waiting
    assert {row.values["body.1"] for row in await run.recipients()} == {"old"}


async def test_a_start_leaves_alone_what_is_being_edited(line):
    run, _ = await scheduled(line)
    await run.change(begins_at=clock.now())
    async with unit_of_work(line.workspace_id) as uow:
        given = {"campaign_id": run.campaign_id, "draft": {"variables": greeting("new")}}
        await campaigns.update_campaign(uow.session, line.world.owner, **given)
        assert await begin_due(line.workspace_id) == 0
    assert {row.values["body.1"] for row in await run.recipients()} == {"new"}
