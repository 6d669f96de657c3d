"""No tab waits for another: neither for its lock, nor for its browser, nor for its page."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from tests.ui.live import Held, previews, write
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.events import Notice, Topic
from xobito_app.ui import tabs
from xobito_app.ui.live import relay
from xobito_app.ui.pages.contacts import relay as contacts_relay
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.pages.inbox import relay as inbox_relay
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.tabs import Turns


@pytest.fixture
def open_inbox(server, live, world):
    """Open an inbox of the owner in a tab of its own."""

    async def opened() -> Tab:
        token = await sign_in(world.owner.user_id, world.workspace_id)
        tab = Tab(server, uuid4().hex, token)
        await tab.send("reflex___state____state.hydrate")
        await tab.send(handler_name(InboxListState.load))
        await live.settle()
        return tab

    return opened


def inbox_lane():
    return next(lane for lane in relay.lanes if lane.handler is inbox_relay.carry)


async def until(shows) -> None:
    """Wait until something holds; what never does, fails."""
    for _ in range(3000):
        if shows():
            return
        await asyncio.sleep(0.005)
    pytest.fail("It never came.")


async def test_a_lock_that_is_held_holds_up_its_own_tab_only(
    server, open_inbox, world, monkeypatch
):
    held, free = [await open_inbox() for _ in range(5)], await open_inbox()
    async with AsyncExitStack() as locks:
        for tab in held:
            await locks.enter_async_context(server.locked(tab))
        for number in range(3):
            await write(world, f"words {number}", f"1650555120{number}")
            await until(lambda number=number: f"words {number}" in previews(free))
            # The five have had their turns, and wait beside the line: nobody gives them another.
            monkeypatch.setattr(tabs, "TURN_SECONDS", 600)
    for tab in held:
        await until(lambda tab=tab: len(previews(tab)) == 3)


async def test_a_browser_that_does_not_take_holds_up_its_own_tab_only(
    server, open_inbox, world, monkeypatch
):
    slow, free = await open_inbox(), await open_inbox()
    emit, may_take = server.emit_update, asyncio.Event()

    async def emit_slowly(update, token):
        if token == slow.name:
            await may_take.wait()
        await emit(update, token)

    monkeypatch.setattr(server, "emit_update", emit_slowly)
    await write(world, "first", "16505551201")
    await until(lambda: "first" in previews(free))
    await write(world, "second", "16505551202")
    await until(lambda: "second" in previews(free))
    assert previews(slow) == []
    may_take.set()
    await until(lambda: len(previews(slow)) == 2)


async def test_a_page_that_reads_slowly_holds_up_its_own_notices_only(
    open_inbox, world, monkeypatch
):
    tab = await open_inbox()
    await tab.send(handler_name(ContactsState.load))
    held = Held(monkeypatch, contacts_relay, "_show_jobs")
    relay.hear([Notice(str(world.workspace_id), Topic.CONTACT_JOB, str(uuid4()))])
    await asyncio.wait_for(held.reached.wait(), 2)
    await write(world, "words")
    await until(lambda: "words" in previews(tab))
    held.free.set()


async def test_what_waits_for_a_lock_arrives_in_order_and_together(server, live, open_inbox, world):
    tab = await open_inbox()
    async with server.locked(tab):
        for number in range(4):
            await write(world, f"words {number}", "16505551200")
            await live.settle()
        before = len(server.updates[tab.name])
    await live.settle()
    assert previews(tab) == ["words 3"]
    rows = [u for u in server.updates[tab.name][before:] if "inbox_list_state" in str(u.delta)]
    assert len(rows) == 1


async def test_a_tab_that_falls_behind_loads_its_page_anew(
    server, live, open_inbox, world, monkeypatch
):
    monkeypatch.setattr(tabs, "MOST_WAITING", 2)
    tab = await open_inbox()
    async with server.locked(tab):
        for number in range(5):
            await write(world, f"words {number}", "16505551200")
            await live.settle()
        assert relay.tabs[tab.name].waiting == []
        assert tab.reloads == 0
    await live.settle()
    assert tab.reloads == 1
    await tab.send(handler_name(InboxListState.load))
    await write(world, "live again", "16505551201")
    await live.settle()
    assert previews(tab) == ["live again", "words 4"]


async def test_a_change_that_cannot_be_read_has_its_tabs_load_anew(
    live, open_inbox, world, monkeypatch
):
    tab = await open_inbox()

    async def fail(*args, **given):
        raise RuntimeError("no database")

    with monkeypatch.context() as broken:
        broken.setattr(inbox_lane(), "handler", fail)
        await write(world, "words")
        await live.settle()
    assert tab.reloads == 1
    await write(world, "more words")
    await live.settle()
    assert previews(tab) == ["more words"]


async def test_a_closed_tab_is_forgotten_and_one_that_comes_back_registers_anew(
    server, live, open_inbox, world
):
    tab = await open_inbox()
    server.token_to_sid[tab.name] = tab.socket_id = "another socket"
    await write(world, "meanwhile")
    await live.settle()
    assert tab.name not in relay.tabs
    await tab.send(handler_name(InboxListState.load))
    assert previews(tab) == ["meanwhile"]
    await write(world, "and now", "16505551201")
    await live.settle()
    assert "and now" in previews(tab)


async def test_a_burst_is_read_once(live, open_inbox, world, monkeypatch):
    await open_inbox()
    read = []
    lane = inbox_lane()
    handler = lane.handler

    async def counting(workspace_id, notices, looks):
        read.append(len(notices))
        await handler(workspace_id, notices, looks)

    monkeypatch.setattr(lane, "handler", counting)
    for _ in range(50):
        relay.hear([Notice(str(world.workspace_id), Topic.CONVERSATION, str(uuid4()))])
    await live.settle()
    assert read == [50]


async def test_a_turn_that_is_not_over_in_time_goes_on_beside_the_others(monkeypatch):
    monkeypatch.setattr(tabs, "TURN_SECONDS", 0.05)
    turns, done, stuck = Turns(2), [], asyncio.Event()

    async def wait(name):
        await stuck.wait()
        done.append(name)

    async def work(name):
        done.append(name)

    running = [asyncio.create_task(turns.take(wait(name))) for name in "ab"]
    running += [asyncio.create_task(turns.take(work(number))) for number in range(5)]
    await asyncio.wait_for(turns.until_nobody_waits(), 1)
    await asyncio.sleep(0.02)
    assert done == [0, 1, 2, 3, 4]
    stuck.set()
    await asyncio.gather(*running)
    assert done[5:] == ["a", "b"]


async def test_no_more_than_a_few_work_at_the_same_time():
    turns, now, most = Turns(3), 0, 0

    async def work():
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1

    await asyncio.gather(*(turns.take(work()) for _ in range(20)))
    assert most == 3
