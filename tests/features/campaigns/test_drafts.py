"""Drafts: what they may say, and what they lack."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.features.campaigns.drafts import EVERYBODY, draft, store_people, store_template
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import Audience, Value
from xobito_app.features.contacts.schemas import ContactFilter


async def test_a_draft_may_be_incomplete_and_says_what_it_lacks(line):
    view = await line.do(campaigns.create_campaign, draft={"name": "Spring"})
    assert (view.status, list(view.problems)) == (
        "draft",
        ["number_id", "template_id", "audience"],
    )
    template_id = await store_template(line)
    view = await line.do(
        campaigns.update_campaign,
        campaign_id=view.id,
        draft={"number_id": line.world.number_id, "template_id": template_id},
    )
    assert list(view.problems) == ["audience", "variables.body.1"]
    assert view.template_name == "bienvenida"
    whole = await draft(line)
    assert whole.problems == {}
    assert whole.counts["audience"] == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 192}, "name"),
        ({"number_id": uuid4()}, "number_id"),
        ({"template_id": uuid4()}, "template_id"),
        ({"canary": -1}, "canary"),
        ({"skip_seconds": -1}, "skip_contacted_within"),
        ({"spend_cap": Decimal(0)}, "spend_cap"),
        ({"scheduled_at": clock.now() - timedelta(minutes=1)}, "scheduled_at"),
        ({"header_media_id": uuid4()}, "header_media_id"),
        ({"audience": Audience(segment_id=uuid4())}, "audience"),
        (
            {"audience": Audience(contact_ids=(uuid4(),), contact_filter=ContactFilter())},
            "audience",
        ),
        ({"variables": {"body.9": Value(value="x")}}, "variables.body.9"),
        ({"variables": {"body.1": Value(field="contact.shoe")}}, "variables.body.1"),
        ({"variables": {"body.1": Value(value=" ")}}, "variables.body.1"),
    ],
)
async def test_what_breaks_a_rule_is_told_by_field(line, given, field):
    with pytest.raises(Invalid) as told:
        await draft(line, **given)
    assert list(told.value.fields) == [field]


async def test_drafts_are_found_by_name_and_status_and_deleted(line):
    first = await draft(line, name="Spring sale")
    await draft(line, name="Autumn")
    page = await line.do(campaigns.list_campaigns, search="spring")
    assert [one.id for one in page.rows] == [first.id]
    assert (await line.do(campaigns.list_campaigns, status="sending")).rows == ()
    newest = await line.do(campaigns.list_campaigns, limit=1)
    assert newest.rows[0].name == "Autumn"
    rest = await line.do(campaigns.list_campaigns, limit=1, cursor=newest.cursor)
    assert [one.name for one in rest.rows] == ["Spring sale"]
    await line.do(campaigns.delete_campaign, campaign_id=first.id)
    with pytest.raises(NotFound):
        await line.do(campaigns.get_campaign, campaign_id=first.id)


async def test_each_right_is_asked_for(line):
    view = await draft(line)
    viewer = Actor(line.workspace_id, None, "Viewer", frozenset({Permission.CAMPAIGNS_VIEW}))
    assert await line.do(campaigns.get_campaign, actor=viewer, campaign_id=view.id)
    for service, given in (
        (campaigns.create_campaign, {"draft": {"name": "x"}}),
        (campaigns.update_campaign, {"campaign_id": view.id, "draft": {}}),
        (campaigns.delete_campaign, {"campaign_id": view.id}),
        (campaigns.launch_campaign, {"campaign_id": view.id}),
        (campaigns.undo_launch, {"campaign_id": view.id}),
        (campaigns.pause_campaign, {"campaign_id": view.id}),
        (campaigns.resume_campaign, {"campaign_id": view.id}),
        (campaigns.cancel_campaign, {"campaign_id": view.id}),
        (campaigns.retry_campaign, {"campaign_id": view.id}),
    ):
        with pytest.raises(Forbidden):
            await line.do(service, actor=viewer, **given)


async def test_what_has_begun_is_no_longer_changed(line):
    await store_people(line, 1)
    view = await draft(line, audience=EVERYBODY)
    await line.do(campaigns.launch_campaign, campaign_id=view.id)
    for service, given in (
        (campaigns.update_campaign, {"draft": {"name": "Other"}}),
        (campaigns.delete_campaign, {}),
        (campaigns.dry_run, {}),
    ):
        with pytest.raises(Conflict):
            await line.do(service, campaign_id=view.id, **given)
