"""What people do after a campaign reached them."""

from __future__ import annotations

from datetime import timedelta

from tests.features.campaigns.answers_kit import sent_to_customer
from tests.features.campaigns.drafts import launched, store_people
from tests.lines import CUSTOMER
from xobito_app.core import clock
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.answers import tell_timeline
from xobito_app.features.campaigns.schemas import Audience
from xobito_app.features.contacts.merging import merging
from xobito_app.features.contacts.records.contacts import delete_contact


async def got(line, name: str, contact_id, *, ago: timedelta):
    """A campaign to one contact, accepted a while ago."""
    run = await launched(line, name=name, audience=Audience(contact_ids=(contact_id,)))
    (row,) = await run.recipients()
    await line.change(
        row, state="delivered", accepted_at=clock.now() - ago, delivered_at=clock.now()
    )
    await run.change(status="completed")
    return run


async def customer(line):
    return (await line.thread()).contact_id


async def test_the_first_answer_counts_for_the_newest_campaign(line):
    contact_id = await customer(line)
    old = await got(line, "Old", contact_id, ago=timedelta(days=8))
    before = await got(line, "Before", contact_id, ago=timedelta(days=2))
    newest = await got(line, "Newest", contact_id, ago=timedelta(hours=1))
    await line.write(CUSTOMER, type="text", body="Yes please")
    (row,) = await newest.recipients()
    first = row.replied_at
    assert first
    await line.write(CUSTOMER, type="text", body="And two more")
    (row,) = await newest.recipients()
    assert row.replied_at == first
    assert [(await run.recipients())[0].replied_at for run in (old, before)] == [None, None]
    view = await line.do(campaigns.get_campaign, campaign_id=newest.campaign_id)
    assert (view.replied, view.opted_out) == (1, 0)


async def test_a_message_after_a_week_is_no_answer(line):
    run = await got(line, "Old", await customer(line), ago=timedelta(days=7, minutes=1))
    await line.write(CUSTOMER, type="text", body="Hello again")
    assert [row.replied_at for row in await run.recipients()] == [None]


async def test_an_opt_out_counts_for_the_campaign_it_followed(line):
    contact_id = await customer(line)
    before = await got(line, "Before", contact_id, ago=timedelta(days=1))
    run = await got(line, "Spring", contact_id, ago=timedelta(hours=1))
    await line.write(CUSTOMER, type="text", body="unsubscribe")
    (row,) = await run.recipients()
    assert row.opted_out_at
    assert [row.opted_out_at for row in await before.recipients()] == [None]


async def test_a_pressed_quick_reply_counts_for_the_campaign_it_stands_in(line):
    run = await sent_to_customer(line, name="Pressed")
    later = await sent_to_customer(line, name="Later")
    (row,) = await run.recipients()
    yes = {"type": "button", "text": "Sí, por favor", "reply_to": row.wamid}
    await line.write(CUSTOMER, **yes)
    (row,) = await run.recipients()
    assert list(row.taps) == ["Sí, por favor"]
    first = {"Sí, por favor": "2026-01-01T00:00:00+00:00"}
    await line.change(row, taps=first)
    await line.write(CUSTOMER, **yes)
    answers = {"type": "interactive", "reply_type": "button_reply", "id": "x", "title": "Other"}
    for act in ({"type": "text", "body": "Solo estoy mirando"}, answers):
        await line.write(CUSTOMER, reply_to=row.wamid, **act)
    (row,) = await run.recipients()
    assert row.taps == first
    assert [one.taps for one in await later.recipients()] == [{}]
    report = await line.do(campaigns.read_report, campaign_id=run.campaign_id)
    assert [(tap.title, tap.people) for tap in report.taps] == [("Sí, por favor", 1)]
    given = {"state": "tapped"}
    for campaign, count in ((run, 1), (later, 0)):
        page = await line.do(campaigns.list_recipients, campaign_id=campaign.campaign_id, **given)
        assert len(page.rows) == count


async def test_the_timeline_tells_it_to_those_who_may_see_campaigns(line):
    contact_id = await customer(line)
    await got(line, "Spring <reflex.Var>", contact_id, ago=timedelta(hours=1))
    await line.write(CUSTOMER, type="text", body="Yes")
    entries = await line.do(tell_timeline, contact_id)
    assert [(one.kind, one.text) for one in entries] == [
        ("campaign_got", "Spring <reflex.Var>"),
        ("campaign_answered", "Spring <reflex.Var>"),
    ]
    assert len({one.id for one in entries}) == 2
    blind = Actor(line.workspace_id, None, "x", frozenset({Permission.CONTACTS_VIEW}))
    assert await line.do(tell_timeline, contact_id, actor=blind) == []


async def test_recipients_go_along_when_contacts_become_one_and_come_back(line):
    first, second = await store_people(line, 2)
    alone = await got(line, "Alone", second, ago=timedelta(hours=1))
    both = await launched(line, name="Both", audience=Audience(contact_ids=(first, second)))
    merged = await line.do(merging.merge_contacts, keep_id=first, drop_id=second)
    assert [row.contact_id for row in await alone.recipients()] == [first]
    assert sorted(str(row.contact_id) for row in await both.recipients()) == sorted(
        [str(first), "None"]
    )
    await line.do(merging.undo_merge, merge_id=merged.id)
    assert [row.contact_id for row in await alone.recipients()] == [second]


async def test_a_deleted_contact_leaves_the_recipient(line):
    (person,) = await store_people(line, 1)
    run = await got(line, "Spring", person, ago=timedelta(hours=1))
    await line.do(delete_contact, contact_id=person)
    (row,) = await run.recipients()
    assert (row.contact_id, row.phone, row.state) == (None, "+16505550000", "delivered")
