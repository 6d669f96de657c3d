"""The report of a campaign, as tabs see it while it is sent."""

from uuid import uuid4

import pytest

from tests.features.campaigns.answers_kit import sent_to_customer
from tests.features.campaigns.drafts import set_tier
from tests.features.campaigns.runs import Run
from tests.fixtures import make_member
from tests.lines import CUSTOMER
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.ui.pages.campaign_report.rows import RecipientRow, TapRow
from xobito_app.ui.pages.campaign_report.state import RecipientsState, ReportState

REPORT, PEOPLE = "report_state", "recipients_state"


@pytest.fixture
async def run(line):
    return await Run.launch(line, 4, template_name="spring_sale")


async def open_page(server, actor, campaign_id, **query) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path, tab.query = f"/campaigns/{campaign_id}", query
    for state in (ReportState, RecipientsState):
        await tab.send(handler_name(state.load))
    return tab


async def test_it_says_how_far_the_messages_came(server, line, run):
    await run.dispatch()
    await run.until(delivered=4)
    tab = await open_page(server, line.world.owner, run.campaign_id)
    steps = {step.id: (step.count, step.share) for step in tab.value(REPORT, "body").steps}
    assert steps["sent"] == ("4", "100 %")
    assert steps["delivered"] == ("4", "100 %")
    assert steps["read"] == ("0", "0 %")
    assert sum(bar.count for bar in tab.value(REPORT, "body").band) == 4
    assert [row.state_words for row in tab.value(PEOPLE, "rows")] == ["Delivered"] * 4


async def test_it_moves_while_the_campaign_is_sent(server, line, live, run):
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert tab.value(REPORT, "card").counts_line == "4 people: 4 to get it, 4 waiting"
    await run.dispatch()
    await live.settle()
    assert tab.value(REPORT, "card").counts_line == "4 people: 4 to get it"
    assert "Waiting" not in {row.state_words for row in tab.value(PEOPLE, "rows")}


async def test_it_is_paused_resumed_and_cancelled(server, line, run):
    tab = await open_page(server, line.world.owner, run.campaign_id)
    await tab.send(handler_name(ReportState.pause))
    assert (tab.value(REPORT, "card").status, await run.dispatch()) == ("paused", 0)
    await tab.send(handler_name(ReportState.resume))
    assert tab.value(REPORT, "card").status == "sending"
    ask = handler_name(ReportState.ask)
    await tab.send(ask, question="cancel", row_id=str(run.campaign_id), name="Spring")
    await tab.send(handler_name(ReportState.cancel))
    assert tab.value(REPORT, "card").status == "cancelled"
    assert await run.states() == {"cancelled": 4}


async def test_a_pause_says_why_and_what_to_do(server, line, run):
    await run.change(status=CampaignStatus.PAUSED, reason="The template was paused.")
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert tab.value(REPORT, "card").reason == (
        "The template was paused. Nothing leaves until you resume; put right what it names first."
    )


async def test_people_are_found_by_state_and_by_words(server, line, run):
    for query, count in (({"q": "Person 2"}, 1), ({"state": "queued"}, 4), ({"state": "read"}, 0)):
        tab = await open_page(server, line.world.owner, run.campaign_id, **query)
        assert len(tab.value(PEOPLE, "rows")) == count, query


async def test_one_that_is_gone_says_so(server, line):
    tab = await open_page(server, line.world.owner, uuid4())
    assert tab.value(REPORT, "stage") == "missing"


async def test_who_may_only_look_changes_nothing(server, line, run):
    viewer = await make_member(line.world, "Viewer")
    tab = await open_page(server, viewer, run.campaign_id)
    assert tab.value(REPORT, "card").name == "Spring"
    await tab.send(handler_name(ReportState.pause))
    assert (await run.campaign()).status == CampaignStatus.SENDING


async def test_every_step_leads_to_its_people(server, line, run):
    await run.dispatch()
    await run.until(delivered=4)
    rows = await run.recipients()
    await line.change(rows[0], state="read")
    await line.change(rows[1], replied_at=rows[1].accepted_at)
    await line.change(rows[2], state="expired")
    tab = await open_page(server, line.world.owner, run.campaign_id)
    counts = {step.id: step.count for step in tab.value(REPORT, "body").steps}
    assert (counts["sent"], counts["read"], counts["failed"]) == ("3", "1", "1")
    for step in tab.value(REPORT, "body").steps:
        listed = await open_page(server, line.world.owner, run.campaign_id, state=step.state)
        assert len(listed.value(PEOPLE, "rows")) == int(step.count), step.id


async def test_a_person_with_a_chat_is_linked_to_it_for_who_may_open_it(server, line, live):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    link = f"/inbox?c={line.thread_id}&m={row.id}"
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert [one.thread_link for one in tab.value(PEOPLE, "rows")] == [link]
    await line.deliver_status(row.wamid, "read")
    await live.settle()
    assert [(one.state_words, one.thread_link) for one in tab.value(PEOPLE, "rows")] == [
        ("Read", link)
    ]
    page = await line.do(campaigns.list_recipients, campaign_id=run.campaign_id)
    blind = Actor(line.workspace_id, None, "x", frozenset({Permission.CAMPAIGNS_VIEW}))
    shown = RecipientRow.of(page.rows[0], "UTC", clock.now(), ConversationVisibility.of(blind))
    assert shown.thread_link == ""


async def test_who_never_wrote_has_no_chat(server, line, run):
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert {one.thread_link for one in tab.value(PEOPLE, "rows")} == {""}


async def test_pressed_quick_replies_are_counted_while_it_is_looked_at(server, line, live):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert tab.value(REPORT, "body").taps == []
    # Meta's own count is shown beside it, and says why there is none yet.
    assert [(one.name, one.rows) for one in tab.value(REPORT, "body").clicks] == [
        ("bienvenida", [])
    ]
    await line.write(CUSTOMER, type="button", text="Sí, por favor", reply_to=row.wamid)
    await live.settle()
    assert tab.value(REPORT, "body").taps == [TapRow("Sí, por favor", "1")]


async def test_those_over_the_days_limit_are_offered_the_days_to_come(server, line, run):
    await run.change(status=CampaignStatus.COMPLETED)
    for row in await run.recipients():
        await line.change(row, state="failed", error_code=131026)
    await set_tier(line, "TIER_3")
    tab = await open_page(server, line.world.owner, run.campaign_id)
    assert tab.value(REPORT, "card").retry_words == "Try 4 people again"
    await tab.send(handler_name(ReportState.retry))
    assert tab.value(REPORT, "question") == "split"
    assert "write to 3 more people" in tab.value(REPORT, "split_line")
    assert await run.states() == {"failed": 4}
    await tab.send(handler_name(ReportState.retry_split))
    assert (tab.value(REPORT, "question"), await run.states()) == ("", {"queued": 4})
