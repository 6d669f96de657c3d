"""From a draft to recipients: the dry run and the launch agree, and a launch happens once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

from tests.features.campaigns.drafts import (
    EVERYBODY,
    draft,
    launched,
    set_tier,
    store_people,
    store_template,
)
from tests.features.campaigns.runs import Run
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.launching import launch as launching
from xobito_app.features.campaigns.launching.launch import begin_due
from xobito_app.features.campaigns.schemas import Audience, Value
from xobito_app.features.contacts.labels.groups import list_groups
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.models.contacts import Contact
from xobito_app.persistence.unit_of_work import unit_of_work


async def change_contact(line, contact_id, **facts):
    async with unit_of_work(line.workspace_id) as uow:
        row = (await uow.session.exec(select(Contact).where(col(Contact.id) == contact_id))).one()
        for name, value in facts.items():
            setattr(row, name, value)
        uow.session.add(row)


async def test_the_dry_run_adds_up_and_the_launch_does_what_it_says(line):
    people = await store_people(line, 6)
    await change_contact(line, people[1], opted_out_at=clock.now())
    await change_contact(line, people[2], phone=None)
    await change_contact(line, people[3], is_enabled=False)
    template_id = await store_template(line, category="MARKETING")
    view = await draft(
        line,
        template_id=template_id,
        variables={"body.1": Value(field="contact.first_name")},
    )
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert (told.audience, told.will_send) == (6, 3)
    assert {reason: count for reason, count in told.excluded.items() if count} == {
        "opted_out": 1,
        "no_number": 1,
        "invalid": 1,
    }
    assert told.audience == told.will_send + sum(told.excluded.values())
    assert (told.seconds, told.estimate.total, told.estimate.unpriced) == (1, None, 3)
    page = await line.do(campaigns.list_excluded, campaign_id=view.id, limit=2)
    rest = await line.do(campaigns.list_excluded, campaign_id=view.id, cursor=page.cursor)
    reasons = [str(one.reason) for one in (*page.rows, *rest.rows)]
    assert reasons == ["opted_out", "no_number", "invalid"]
    csv = "".join(
        [piece async for piece in campaigns.export_excluded(line.world.owner, campaign_id=view.id)]
    )
    assert csv.count("\r\n") == 4
    launched = await line.do(campaigns.launch_campaign, campaign_id=view.id)
    counts = {state: count for state, count in launched.counts.items() if count}
    assert counts == {"audience": 6, "excluded": 3, "queued": 3}
    rows = await Run(line, view.id).recipients()
    assert {row.exclusion for row in rows} == {"", "opted_out", "no_number", "invalid"}
    assert [row.values for row in rows if row.state == "queued"] == [{"body.1": "Person"}] * 3
    assert {row.country for row in rows if row.phone} == {"US"}


async def test_words_are_frozen(line):
    (person,) = await store_people(line, 1)
    run = await launched(line)
    await change_contact(line, person, first_name="Other")
    await line.change(await run.campaign(), begins_at=clock.now() - timedelta(seconds=1))
    (row,) = await run.recipients()
    await line.change(row, due_at=clock.now() - timedelta(seconds=1))
    await run.dispatch()
    (sent,) = line.wire.sent
    assert sent["template"]["components"][0]["parameters"][0]["text"] == "Person"


async def test_a_launch_can_be_undone_for_five_seconds_and_sends_nothing_meanwhile(line):
    await store_people(line, 2)
    run = await launched(line)
    await run.dispatch()
    assert line.wire.sent == []
    view = await line.do(campaigns.undo_launch, campaign_id=run.campaign_id)
    assert (view.status, view.counts["audience"], view.begins_at) == ("draft", 0, None)
    await line.do(campaigns.launch_campaign, campaign_id=run.campaign_id)
    await line.change(await run.campaign(), begins_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="too late"):
        await line.do(campaigns.undo_launch, campaign_id=run.campaign_id)


async def test_two_launches_at_once_make_one(line):
    await store_people(line, 3)
    view = await draft(line)

    async def launch():
        try:
            return await line.do(campaigns.launch_campaign, campaign_id=view.id)
        except Conflict:
            return None

    done = await asyncio.gather(*(launch() for _ in range(4)))
    assert sum(one is not None for one in done) == 1
    assert len(await Run(line, view.id).recipients()) == 3


async def test_many_people_have_to_be_confirmed(line, monkeypatch):
    monkeypatch.setattr(launching, "TYPED_ABOVE", 2)
    await store_people(line, 3)
    view = await draft(line)
    for confirm in (None, 4):
        with pytest.raises(Invalid) as told:
            await line.do(campaigns.launch_campaign, campaign_id=view.id, confirm=confirm)
        assert list(told.value.fields) == ["confirm"]
        assert await Run(line, view.id).recipients() == []
    await line.do(campaigns.launch_campaign, campaign_id=view.id, confirm=3)
    assert len(await Run(line, view.id).recipients()) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"audience": Audience(contact_filter=ContactFilter(search="Nobody"))}, "Nobody is in"),
        (
            {"variables": {"body.1": Value(field="contact.city")}},
            "None of the 2 people would get it",
        ),
        ({"audience": None}, "Choose who gets it"),
    ],
)
async def test_what_reaches_nobody_is_not_launched(line, given, words):
    await store_people(line, 2)
    view = await draft(line, **given)
    with pytest.raises(Invalid, match=words):
        await line.do(campaigns.launch_campaign, campaign_id=view.id)
    assert (await line.do(campaigns.get_campaign, campaign_id=view.id)).status == "draft"


async def test_a_template_that_meta_paused_meanwhile_is_told_before(line):
    await store_people(line, 1)
    view = await draft(line)
    await store_template(line, status="PAUSED")
    with pytest.raises(Invalid, match="paused"):
        await line.do(campaigns.dry_run, campaign_id=view.id)


async def test_groups_less_other_groups(line):
    await store_people(line, 2, group="VIP")
    await store_people(line, 1, group="Staff", phone="+16505559999")
    groups = {one.name: one.id for one in await line.do(list_groups)}
    view = await draft(
        line,
        audience=Audience(
            group_ids=(groups["VIP"], groups["Staff"]), except_group_ids=(groups["Staff"],)
        ),
    )
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert (told.audience, told.will_send) == (2, 2)


async def test_who_got_one_lately_is_left_out(line):
    await store_people(line, 2)
    run = await launched(line)
    first, _ = await run.recipients()
    await line.change(first, accepted_at=clock.now() - timedelta(hours=2), state="accepted")
    hours = {1: 0, 3: 1}
    for skipped, count in hours.items():
        view = await draft(line, skip_seconds=skipped * 3600)
        told = await line.do(campaigns.dry_run, campaign_id=view.id)
        assert told.excluded["recently_contacted"] == count


async def test_a_file_of_people_who_are_no_contacts(line, tmp_path: Path):
    (known,) = await store_people(line, 1)
    await change_contact(line, known, opted_out_at=clock.now())
    file = tmp_path / "people.csv"
    file.write_text(
        "Mobile;City\n+16505550000;Rome\n+1 650 555 0101;<reflex.Var>\n0;Paris\n"
        "+16505550101;Again\n;Nowhere\n+16505550102;\n",
        encoding="utf-8",
    )
    template_id = await store_template(line, category="MARKETING")
    view = await draft(line, template_id=template_id, audience=None)
    view = await campaigns.take_file(
        line.world.owner, campaign_id=view.id, path=file, filename="people.csv"
    )
    assert view.audience.file
    assert (view.audience.file.phone_column, view.audience.file.rows) == ("Mobile", 6)
    await line.do(
        campaigns.update_campaign,
        campaign_id=view.id,
        draft={"variables": {"body.1": Value(column="City")}},
    )
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert (told.audience, told.will_send) == (6, 1)
    assert {reason: count for reason, count in told.excluded.items() if count} == {
        "opted_out": 1,
        "invalid": 1,
        "duplicate": 1,
        "no_number": 1,
        "missing_variable": 1,
    }
    shown = await line.do(campaigns.preview, campaign_id=view.id, position=2)
    assert "<reflex.Var>" in str(shown.values)
    assert shown.exclusion is None
    again = await line.do(campaigns.preview, campaign_id=view.id, position=4)
    assert again.exclusion == "duplicate"
    await line.do(campaigns.launch_campaign, campaign_id=view.id)
    rows = await Run(line, view.id).recipients()
    assert [row.contact_id for row in rows if row.phone == "+16505550000"] == [known]
    assert [row.phone for row in rows if row.state == "queued"] == ["+16505550101"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("City\nRome\n", "No column holds phone numbers"),
        ("", "empty"),
        ("Phone\n", "no rows"),
    ],
)
async def test_a_file_that_is_no_use_says_so(line, tmp_path, content, words):
    file = tmp_path / "people.csv"
    file.write_text(content)
    view = await draft(line)
    with pytest.raises(Invalid, match=words):
        await campaigns.take_file(
            line.world.owner, campaign_id=view.id, path=file, filename="people.csv"
        )


async def test_a_recipient_is_previewed_by_position(line):
    await store_people(line, 3)
    view = await draft(line)
    shown = [await line.do(campaigns.preview, campaign_id=view.id, position=n) for n in (1, 3)]
    assert [one.position for one in shown] == [1, 3]
    assert len({one.phone for one in shown}) == 2
    assert "Person" in str(shown[0].values)


async def test_over_the_limit_is_left_out_or_goes_on_a_later_day(line):
    await set_tier(line, "TIER_2")
    await store_people(line, 5)
    view = await draft(line)
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert (told.will_send, told.excluded["over_limit"]) == (2, 3)
    assert (told.headroom.limit, told.headroom.free) == (2, 2)
    await line.do(campaigns.update_campaign, campaign_id=view.id, draft={"splits_days": True})
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert [share.people for share in told.days] == [2, 2, 1]
    assert told.will_send == 5
    await line.do(campaigns.launch_campaign, campaign_id=view.id)
    other = await draft(line, name="Other")
    assert (await line.do(campaigns.dry_run, campaign_id=other.id)).will_send == 0


async def test_two_campaigns_together_never_pass_the_limit(line):
    await set_tier(line, "TIER_3")
    await store_people(line, 2)
    for _ in range(50):
        views = [await draft(line, name=f"Race {n}") for n in range(2)]

        async def launch(view):
            try:
                await line.do(campaigns.launch_campaign, campaign_id=view.id)
            except Invalid:
                return

        await asyncio.gather(*(launch(view) for view in views))
        counts = [
            (await line.do(campaigns.get_campaign, campaign_id=view.id)).counts["queued"]
            for view in views
        ]
        assert sum(counts) == 3
        for view in views:
            await line.do(campaigns.undo_launch, campaign_id=view.id)


async def test_a_scheduled_one_begins_at_its_time_and_may_be_changed_before(line):
    await store_people(line, 2)
    at = clock.now() + timedelta(days=2)
    run = await launched(line, scheduled_at=at)
    assert (await run.campaign()).status == "scheduled"
    assert await begin_due(line.workspace_id) == 0
    renamed = await line.do(
        campaigns.update_campaign, campaign_id=run.campaign_id, draft={"name": "Summer"}
    )
    assert (renamed.status, renamed.counts["queued"]) == ("scheduled", 2)
    await line.change(await run.campaign(), begins_at=clock.now() - timedelta(seconds=61))
    late = await line.do(lambda session, actor: campaigns.find_late(session, actor.workspace_id))
    assert late
    assert late > timedelta(seconds=60)
    assert await begin_due(line.workspace_id) == 1
    assert (await run.campaign()).status == "sending"


async def test_a_scheduled_one_whose_template_was_paused_waits_for_a_person(line):
    await store_people(line, 1)
    run = await launched(line, scheduled_at=clock.now() + timedelta(days=2))
    await store_template(line, status="PAUSED")
    await line.change(await run.campaign(), begins_at=clock.now())
    await begin_due(line.workspace_id)
    campaign = await run.campaign()
    assert campaign.status == "paused"
    assert "paused" in campaign.reason


async def test_what_it_would_cost_by_the_rates_of_the_day(line):
    await store_people(line, 3)
    for country, amount, days in (("US", "0.02", 9), ("US", "0.03", 1), ("", "0.01", 9)):
        await line.do(
            campaigns.save_rate,
            country=country,
            category="MARKETING",
            currency="usd",
            amount=Decimal(amount),
            valid_from=clock.now() - timedelta(days=days),
        )
    await line.do(
        campaigns.save_rate,
        country="US",
        category="MARKETING",
        currency="usd",
        amount=Decimal(9),
        valid_from=clock.now() + timedelta(days=1),
    )
    template_id = await store_template(line, category="MARKETING")
    view = await draft(line, template_id=template_id, audience=EVERYBODY)
    told = await line.do(campaigns.dry_run, campaign_id=view.id)
    assert (told.estimate.total, told.estimate.currency) == (Decimal("0.09"), "USD")
    assert told.estimate.label == "ceiling"
    rates = await line.do(campaigns.list_rates)
    await line.do(campaigns.delete_rate, rate_id=rates[0].id)
    assert len(await line.do(campaigns.list_rates)) == 3
