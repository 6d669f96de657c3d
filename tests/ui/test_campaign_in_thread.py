"""A campaign's message in an open thread: it comes, its ticks move, it leads to the campaign."""

from uuid import uuid4

from tests.features.campaigns.answers_kit import sent_to_customer
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState


async def open_thread(server, live, line) -> Tab:
    owner = line.world.owner
    tab = Tab(server, uuid4().hex, await sign_in(owner.user_id, owner.workspace_id))
    await tab.send("reflex___state____state.hydrate")
    await tab.send(handler_name(InboxListState.load))
    opening = handler_name(ThreadState.open_conversation)
    await tab.send(opening, conversation_id=str(line.thread_id))
    await live.settle()
    return tab


async def test_it_comes_into_the_open_thread_and_its_ticks_move(server, live, line):
    tab = await open_thread(server, live, line)
    run = await sent_to_customer(line, name="Spring")
    await live.settle()
    *_, bubble = tab.value("thread_state", "entries")
    assert (bubble.author, bubble.side) == ("Spring", "out")
    assert bubble.campaign_link == f"/campaigns/{run.campaign_id}"
    # It is no message of the inbox: there is nothing to react to or to send again.
    assert (bubble.can_react, bubble.can_resend, bubble.shows_author) == (False, False, False)
    await run.until(delivered=1)
    await live.settle()
    *_, bubble = tab.value("thread_state", "entries")
    assert bubble.tick == "check-check"
    updates = len(server.updates[tab.name])
    await run.change(name="Spring")
    await run.dispatch()
    await live.settle()
    assert len(server.updates[tab.name]) == updates


async def test_a_thread_of_somebody_else_stays_as_it_is(server, live, line):
    other = await line.write("16505550777", type="text", body="Somebody else")
    tab = await open_thread(server, live, line)
    opening = handler_name(ThreadState.open_conversation)
    await tab.send(opening, conversation_id=str(other))
    before = tab.value("thread_state", "entries")
    await sent_to_customer(line)
    await live.settle()
    assert tab.value("thread_state", "entries") == before
