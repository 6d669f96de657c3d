"""Campaigns beside people: what somebody got, and whose answers the inbox shows."""

from sqlmodel import select

from tests.features.campaigns.runs import Run
from tests.lines import CUSTOMER
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.models.campaigns import CampaignRecipient
from xobito_app.models.inbox import Conversation
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState


async def sent_to_customer(line, **facts) -> Run:
    """Launch a campaign to the customer of the thread."""
    run = await Run.launch(line, 1, phones=[f"+{CUSTOMER}"])
    async with unit_of_work(line.workspace_id) as uow:
        row = (await uow.session.exec(select(CampaignRecipient))).one()
        thread = (await uow.session.exec(select(Conversation))).first()
        row.contact_id = thread.contact_id
        for name, value in facts.items():
            setattr(row, name, value)
        uow.session.add(row)
    return run


async def tab_of(server, line) -> Tab:
    owner = line.world.owner
    return Tab(server, "owner", await sign_in(owner.user_id, owner.workspace_id))


async def test_what_somebody_got_stands_on_their_page_and_beside_their_thread(server, line):
    await sent_to_customer(line, replied_at=clock.now())
    tab = await tab_of(server, line)
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(line.thread_id))
    (row,) = tab.value("panel_state", "got")
    assert (row.name, row.state_words) == ("Spring", "Waiting")
    assert row.line.startswith("Replied ")
    tab.path = f"/contacts/{(await line.thread()).contact_id}"
    await tab.send(handler_name(ContactState.load))
    assert [got.name for got in tab.value("contact_state", "got")] == ["Spring"]


async def test_the_inbox_shows_only_who_answered_a_campaign(server, line):
    run = await sent_to_customer(line)
    tab = await tab_of(server, line)
    tab.query = {"campaign": str(run.campaign_id)}
    await tab.send(handler_name(InboxListState.load))
    assert tab.value("inbox_list_state", "rows") == []
    async with unit_of_work(line.workspace_id) as uow:
        row = (await uow.session.exec(select(CampaignRecipient))).one()
        row.replied_at = clock.now()
        uow.session.add(row)
    await tab.send(handler_name(InboxListState.load))
    assert [row.id for row in tab.value("inbox_list_state", "rows")] == [str(line.thread_id)]
