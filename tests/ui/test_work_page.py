"""Putting a thread away: the next one opens, and one press brings it back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests import deliveries
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.features.accounts import service as accounts
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import thread_actions, threads
from xobito_app.features.ingest.drain import drain
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.inbox.work_state import SnoozeFormState, WorkState
from xobito_app.ui.security import forget_all


async def written(world, *senders: str) -> list[str]:
    """Have customers write, and return their threads, newest first."""
    for sender in senders:
        await deliveries.store(deliveries.incoming(world, sender, "Hello"))
    await drain()
    return [str(line.id) for line in await lines(world, "open")]


async def lines(world, status: str):
    async with unit_of_work(world.workspace_id) as uow:
        wanted = ThreadFilter(status=status)
        return (await threads.list_threads(uow.session, world.owner, wanted)).rows


@pytest.fixture
async def tab(server, world):
    return Tab(server, "work", await sign_in(world.owner.user_id, world.workspace_id))


async def open_first(tab, found: list[str]) -> None:
    await tab.send(handler_name(InboxListState.load))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=found[0])


def shown(tab) -> str:
    return tab.value("thread_state", "header").id


async def test_the_next_one_opens_and_undo_brings_the_closed_one_back(world, tab):
    found = await written(world, "16505550121", "16505550122", "16505550123")
    await open_first(tab, found)
    await tab.send(handler_name(WorkState.close))
    assert shown(tab) == found[1]
    assert "offerUndo" in tab.scripts
    assert [str(line.id) for line in await lines(world, "closed")] == [found[0]]
    await tab.send(handler_name(WorkState.undo))
    assert shown(tab) == found[0]
    assert not await lines(world, "closed")


async def test_an_undo_is_good_once(world, tab):
    found = await written(world, "16505550121", "16505550122")
    await open_first(tab, found)
    await tab.send(handler_name(WorkState.close))
    await tab.send(handler_name(WorkState.undo))
    assert not await lines(world, "closed")
    async with unit_of_work(world.workspace_id) as uow:
        await thread_actions.close(uow.session, world.owner, conversation_id=UUID(found[0]))
    await tab.send(handler_name(WorkState.undo))
    closed = await lines(world, "closed")
    assert [str(line.id) for line in closed] == [found[0]], (
        "what a colleague closed meanwhile stays so"
    )


async def test_the_last_of_a_list_leaves_none_open(world, tab):
    found = await written(world, "16505550121")
    await open_first(tab, found)
    await tab.send(handler_name(WorkState.close))
    assert shown(tab) == ""


async def test_who_does_not_want_the_next_one_stays(world, tab):
    found = await written(world, "16505550121", "16505550122")
    async with unit_of_work() as uow:
        viewer = await accounts.identify(uow, tab.session_token)
        await accounts.save_preference(uow.session, viewer, name="next_after_close", value=False)
    forget_all()
    await open_first(tab, found)
    await tab.send(handler_name(WorkState.close))
    assert shown(tab) == found[0]


async def test_snoozing_says_until_when_and_undo_opens_again(world, tab):
    found = await written(world, "16505550121", "16505550122")
    await open_first(tab, found)
    until = clock.now() + timedelta(days=3)
    await tab.send(handler_name(WorkState.snooze), local=f"{until:%Y-%m-%dT09:00}")
    assert f"Snoozed until {until:%a}" in tab.scripts.replace("\\u00a0", " ")
    assert [str(line.id) for line in await lines(world, "snoozed")] == [found[0]]
    await tab.send(handler_name(WorkState.undo))
    assert not await lines(world, "snoozed")


async def test_a_snoozed_one_that_is_closed_comes_back_snoozed(world, tab):
    found = await written(world, "16505550121", "16505550122")
    await open_first(tab, found)
    until = clock.now() + timedelta(days=3)
    await tab.send(handler_name(WorkState.snooze), local=f"{until:%Y-%m-%dT09:00}")
    (before,) = await lines(world, "snoozed")
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=found[0])
    await tab.send(handler_name(WorkState.close))
    await tab.send(handler_name(WorkState.undo))
    (after,) = await lines(world, "snoozed")
    assert (after.id, after.snoozed_until) == (before.id, before.snoozed_until)


@pytest.mark.parametrize("written_down", ["", "soon", "2020-01-01T09:00", "2999-01-01T09:00"])
async def test_a_time_that_will_not_do_is_said_at_the_field(world, tab, written_down):
    found = await written(world, "16505550121")
    await open_first(tab, found)
    await tab.send(handler_name(SnoozeFormState.write_new))
    await tab.send(handler_name(SnoozeFormState.save), form={"due_at": written_down})
    assert tab.value("snooze_form_state", "errors")["due_at"]
    assert tab.value("snooze_form_state", "is_open")
    assert not await lines(world, "snoozed")


async def test_a_time_of_ones_own_puts_the_thread_aside(world, tab):
    found = await written(world, "16505550121", "16505550122")
    await open_first(tab, found)
    until = clock.now() + timedelta(days=3)
    await tab.send(handler_name(SnoozeFormState.write_new))
    await tab.send(handler_name(SnoozeFormState.save), form={"due_at": f"{until:%Y-%m-%dT09:00}"})
    assert not tab.value("snooze_form_state", "is_open")
    assert tab.value("thread_state", "header").id == found[1]
    (line,) = await lines(world, "snoozed")
    assert str(line.id) == found[0]


async def test_a_viewer_puts_nothing_away(world, server):
    found = await written(world, "16505550121")
    viewer = await make_member(world, "Viewer")
    tab = Tab(server, "viewer", await sign_in(viewer.user_id, world.workspace_id))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=found[0])
    await tab.send(handler_name(WorkState.close))
    assert not await lines(world, "closed")
