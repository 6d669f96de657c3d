"""The list of campaigns, as tabs see it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.features.campaigns.runs import Run
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.campaigns import commands
from xobito_app.ui.pages.campaigns.state import CampaignsState

LIST = "campaigns_state"


@pytest.fixture
async def campaign(line):
    return await Run.launch(line, 4, template_name="spring_sale")


async def open_page(server, actor, **query) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path, tab.query = "/campaigns", query
    await tab.send(handler_name(CampaignsState.load))
    return tab


async def add(world, **given) -> Campaign:
    row = Campaign(workspace_id=world.owner.workspace_id, **given)
    async with unit_of_work(row.workspace_id) as uow:
        uow.session.add(row)
    return row


async def test_the_list_says_how_far_a_campaign_is(server, line, campaign):
    await campaign.dispatch()
    await campaign.until(delivered=4)
    row = (await open_page(server, line.world.owner)).value(LIST, "rows")[0]
    assert (row.name, row.line, row.status_words) == ("Spring", "spring_sale", "Completed")
    assert (row.audience, row.sent, row.read, row.replied) == ("4", "100 %", "0 %", "0 %")
    assert (row.progress.delivered, row.progress.line) == (100.0, "4 of 4")


async def test_it_is_narrowed_by_status_and_by_words(server, world):
    await add(world, name="Autumn")
    await add(world, name="Winter", status=CampaignStatus.PAUSED, template_name="coats")
    for query, names in (
        ({}, ["Winter", "Autumn"]),
        ({"status": "paused"}, ["Winter"]),
        ({"q": "coat"}, ["Winter"]),
        ({"q": "aut", "status": "paused"}, []),
    ):
        tab = await open_page(server, world.owner, **query)
        assert [row.name for row in tab.value(LIST, "rows")] == names, query
    assert tab.value(LIST, "stage") == "filtered_empty"


async def test_a_draft_opens_its_wizard_and_a_scheduled_one_says_for_when(server, world):
    at = clock.now() + timedelta(days=2)
    await add(world, name="Draft")
    await add(world, name="Later", status=CampaignStatus.SCHEDULED, scheduled_at=at)
    later, draft = (await open_page(server, world.owner)).value(LIST, "rows")
    assert draft.link == f"/campaigns/{draft.id}/edit"
    assert later.link == f"/campaigns/{later.id}"
    assert later.when.startswith("For ")


async def test_without_the_permission_nothing_is_shown(server, world):
    await add(world, name="Secret")
    tab = await open_page(server, await make_member(world, "Agent"))
    assert f"{LIST}.rows" not in tab.deltas


async def test_it_moves_while_a_campaign_is_sent(server, line, live, campaign):
    late = (await campaign.recipients())[0]
    await line.change(late, due_at=clock.now() + timedelta(hours=1))
    tab = await open_page(server, line.world.owner)
    assert tab.value(LIST, "rows")[0].progress.line == "0 of 4"
    await campaign.dispatch()
    await live.settle()
    assert tab.value(LIST, "rows")[0].progress.line == "3 of 4"
    await campaign.until(delivered=3)
    await live.settle()
    assert tab.value(LIST, "rows")[0].progress.delivered == 75.0


async def test_the_palette_finds_campaigns_by_name(world):
    row = await add(world, name="Winter sale")
    viewer = SimpleNamespace(actor=world.owner)
    (found,) = await commands.find_campaigns(viewer, "winter")
    assert (found.title, found.path) == ("Winter sale", f"/campaigns/{row.id}")
    (recalled,) = await commands.recall_campaigns(viewer, [found.path, "/campaigns/new"])
    assert recalled.title == "Winter sale"
    agent = SimpleNamespace(actor=await make_member(world, "Agent"))
    assert await commands.find_campaigns(agent, "winter") == []
    assert await commands.recall_campaigns(agent, [found.path]) == []


async def test_a_campaign_is_duplicated_paused_cancelled_and_deleted(server, line, campaign):
    tab = await open_page(server, line.world.owner)
    await tab.send(handler_name(CampaignsState.pause), campaign_id=str(campaign.campaign_id))
    assert (await campaign.campaign()).status == CampaignStatus.PAUSED
    await tab.send(handler_name(CampaignsState.resume), campaign_id=str(campaign.campaign_id))
    assert (await campaign.campaign()).status == CampaignStatus.SENDING
    await tab.send(handler_name(CampaignsState.duplicate), campaign_id=str(campaign.campaign_id))
    await tab.send(handler_name(CampaignsState.load))
    copy, _ = tab.value(LIST, "rows")
    assert (copy.name, copy.ways.may_edit) == ("Spring (copy)", True)
    ask = handler_name(CampaignsState.ask)
    await tab.send(ask, question="delete", row_id=copy.id, name=copy.name)
    await tab.send(handler_name(CampaignsState.delete))
    await tab.send(ask, question="cancel", row_id=str(campaign.campaign_id), name="Spring")
    await tab.send(handler_name(CampaignsState.cancel))
    await tab.send(handler_name(CampaignsState.load))
    assert [row.status_words for row in tab.value(LIST, "rows")] == ["Cancelled"]
