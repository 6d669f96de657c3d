"""Nothing falls between reading a page and following it: each page with the gap held open."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from tests.fixtures import make_member
from tests.ui.live import held_open, previews, texts, thread_id_of, write
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.events import Notice, Topic
from xobito_app.features.connection import simulated_customer
from xobito_app.features.contacts.imports import importing
from xobito_app.features.contacts.imports.importing import ImportView
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.records import contacts
from xobito_app.features.inbox.threads import thread_actions, threads, timeline
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.ui import live as live_module
from xobito_app.ui.live import relay
from xobito_app.ui.pages.contact_import.state import ImportState
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.pages.inbox import mention_state
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.simulator.state import PhoneState
from xobito_app.ui.shell import ShellState, state as shell_state


async def do(world, service, actor=None, **given):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, actor or world.owner, **given)


@pytest.fixture
async def tab(server, world):
    """A tab of the owner that has not loaded anything yet."""
    opened = Tab(server, uuid4().hex, await sign_in(world.owner.user_id, world.workspace_id))
    await opened.send("reflex___state____state.hydrate")
    return opened


@pytest.fixture
async def inbox(live, tab, world):
    """The same with the inbox open, where the owner has one thread of their own."""
    await write(world, "mine", "16505551201")
    thread_id = await thread_id_of(world, "mine")
    await do(
        world,
        thread_actions.assign,
        conversation_id=thread_id,
        assignee_id=UUID(str(world.owner.user_id)),
    )
    await tab.send(handler_name(InboxListState.load))
    await live.settle()
    return tab


async def test_a_fresh_inbox_tab(live, tab, world, monkeypatch):
    load = InboxListState.load
    async with held_open(monkeypatch, threads, "list_threads", tab, load):
        await write(world, "first words")
        await live.settle()
    await live.settle()
    assert previews(tab) == ["first words"]


async def test_from_mine_to_all(live, inbox, world, monkeypatch):
    await inbox.send(handler_name(InboxListState.show_view), view="mine")
    show = InboxListState.show_view
    async with held_open(monkeypatch, threads, "list_threads", inbox, show, view="all"):
        await write(world, "for anybody")
        await live.settle()
    await live.settle()
    assert "for anybody" in previews(inbox)


async def test_from_all_to_mine_a_foreign_row_does_not_stay(live, inbox, world, monkeypatch):
    show = InboxListState.show_view
    async with held_open(monkeypatch, threads, "list_threads", inbox, show, view="mine"):
        await write(world, "for anybody")
        await live.settle()
    await live.settle()
    assert "for anybody" not in previews(inbox)


async def test_what_was_judged_for_another_filter_is_dropped(live, inbox, world, monkeypatch):
    """The notice is judged for All while Mine waits just before it registers."""
    show = InboxListState.show_view
    async with held_open(monkeypatch, live_module, "current_viewer", inbox, show, view="mine"):
        await write(world, "for anybody")
        await live.settle()
    await live.settle()
    assert "for anybody" not in previews(inbox)
    await inbox.send(handler_name(InboxListState.show_view), view="all")
    assert "for anybody" in previews(inbox)


async def test_opening_a_thread_while_a_message_comes(live, inbox, world, monkeypatch):
    thread_id = await thread_id_of(world, "mine")
    given = {"conversation_id": str(thread_id)}
    opening = ThreadState.open_conversation
    async with held_open(monkeypatch, timeline, "read_thread", inbox, opening, **given):
        await write(world, "one more thing", "16505551201")
        await live.settle()
    await live.settle()
    assert "one more thing" in texts(inbox)
    (line,) = (await do(world, threads.list_threads, wanted=threads.ThreadFilter())).rows
    assert line.unread == 1
    assert inbox.value("inbox_list_state", "rows")[0].has_unread
    await inbox.send(handler_name(ThreadState.seen))
    (line,) = (await do(world, threads.list_threads, wanted=threads.ThreadFilter())).rows
    assert line.unread == 0


async def test_a_page_that_loads_where_nobody_looks_marks_nothing_read(live, inbox, world):
    thread_id = await thread_id_of(world, "mine")
    await inbox.send(handler_name(ThreadState.open_conversation), conversation_id=str(thread_id))
    await write(world, "while away", "16505551201")
    await live.settle()
    await inbox.send(handler_name(ThreadState.load))
    (line,) = (await do(world, threads.list_threads, wanted=threads.ThreadFilter())).rows
    assert line.unread == 1
    await inbox.send(handler_name(ThreadState.seen))
    (line,) = (await do(world, threads.list_threads, wanted=threads.ThreadFilter())).rows
    assert line.unread == 0


async def test_moving_to_another_thread_while_a_message_comes(live, inbox, world, monkeypatch):
    await write(world, "other", "16505551202")
    mine, other = await thread_id_of(world, "mine"), await thread_id_of(world, "other")
    opening = ThreadState.open_conversation
    await inbox.send(handler_name(opening), conversation_id=str(mine))
    given = {"conversation_id": str(other)}
    async with held_open(monkeypatch, timeline, "read_thread", inbox, opening, **given):
        await write(world, "of the other", "16505551202")
        await write(world, "of mine", "16505551201")
        await live.settle()
    await live.settle()
    assert sorted(texts(inbox)) == ["of the other", "other"]


async def test_contacts(live, tab, world, monkeypatch):
    await write(world, "hello")
    contact = (await do(world, listing.list_contacts)).rows[0]
    async with held_open(monkeypatch, listing, "list_contacts", tab, ContactsState.load):
        await do(
            world, contacts.update_contact, contact_id=contact.id, draft={"first_name": "Renamed"}
        )
        await live.settle()
    await live.settle()
    (row,) = tab.value("contacts_state", "rows")
    assert row.name.startswith("Renamed")


async def test_turning_over_the_contacts(live, tab, world, monkeypatch):
    await write(world, "hello")
    await tab.send(handler_name(ContactsState.load))
    contact = (await do(world, listing.list_contacts)).rows[0]
    toggle = ContactsState.toggle_column
    async with held_open(monkeypatch, listing, "list_contacts", tab, toggle, name="email"):
        await do(
            world, contacts.update_contact, contact_id=contact.id, draft={"first_name": "Renamed"}
        )
        await live.settle()
    await live.settle()
    assert tab.value("contacts_state", "rows")[0].name.startswith("Renamed")


async def test_mentions(live, tab, world, monkeypatch):
    ana = await make_member(world, "Agent", "Ana Ruiz")
    await write(world, "hello")
    note = {"conversation_id": await thread_id_of(world, "hello"), "body": "@Olga Owner look"}
    async with held_open(monkeypatch, mention_state, "read", tab, MentionState.load):
        await do(world, thread_actions.add_note, ana, key="n", **note)
        await live.settle()
    await live.settle()
    assert tab.value("mention_state", "count") == "1"


async def test_counts_of_the_frame(live, tab, world, monkeypatch):
    async with held_open(monkeypatch, threads, "count_unread", tab, ShellState.enter_page):
        await write(world, "hello")
        await live.settle()
    await live.settle()
    assert tab.value("shell_state", "unread") == "1"


async def test_lines_at_the_top(live, tab, world, monkeypatch):
    said = []

    async def provider(viewer):
        return list(said)

    monkeypatch.setattr(shell_state, "line_providers", [provider])
    async with held_open(monkeypatch, shell_state, "read_lines", tab, ShellState.enter_page):
        said.append(shell_state.StatusLine("The token has expired."))
        async with unit_of_work(world.workspace_id) as uow:
            announce(uow.session, world.workspace_id, Topic.CONNECTION, world.workspace_id)
        await live.settle()
    # The page read its lines through the name that was held; the relay through its own.
    await live.settle()
    assert [line.words for line in tab.value("shell_state", "lines")] == ["The token has expired."]


async def test_an_import(live, tab, world, monkeypatch):
    view = ImportView(
        **{
            **dict.fromkeys(ImportView.__dataclass_fields__, ""),
            "id": uuid4(),
            "state": "running",
            "is_dry": False,
            "updates_existing": True,
            **dict.fromkeys(("total", "created", "updated", "skipped", "failed"), 4),
            "has_errors": False,
            "created_at": datetime.now(UTC),
        }
    )
    now = {"state": "running"}

    async def get_import(session, actor, *, import_id):
        return replace(view, state=now["state"])

    monkeypatch.setattr(importing, "get_import", get_import)
    tab.query = {"id": str(view.id)}
    async with held_open(monkeypatch, importing, "get_import", tab, ImportState.load):
        now["state"] = "done"
        relay.hear([Notice(str(world.workspace_id), Topic.CONTACT_IMPORT, str(view.id))])
        await live.settle()
    await live.settle()
    assert tab.value("import_state", "card").state == "done"


async def test_the_simulator(live, tab, world, monkeypatch):
    person = simulated_customer.Customer("c1", "Ana", "+1650", "", "", datetime.now(UTC), "", False)
    said = []

    async def account_of(actor):
        return "waba"

    async def list_customers(actor, *, search=""):
        return [replace(person, last_text=said[-1] if said else "")]

    async def read_chat(actor, *, customer_id, look=True):
        shown = [
            simulated_customer.PhoneMessage(
                text, False, "text", text, datetime.now(UTC), *([""] * 5), "", False, False
            )
            for text in said
        ]
        return simulated_customer.Chat(person, tuple(shown))

    for stand_in in (account_of, list_customers, read_chat):
        monkeypatch.setattr(simulated_customer, stand_in.__name__, stand_in)
    async with held_open(monkeypatch, simulated_customer, "read_chat", tab, PhoneState.load):
        said.append("We are open")
        relay.hear([Notice(str(world.workspace_id), Topic.SIMULATOR, "waba")])
        await live.settle()
    await live.settle()
    assert [row.text for row in tab.value("phone_state", "rows")] == ["We are open"]


async def test_a_process_that_serves_tabs_before_its_subscription_stands(
    server, live, tab, world, monkeypatch
):
    stands = asyncio.Event()

    async def listen():
        await stands.wait()
        yield None
        await asyncio.Event().wait()

    monkeypatch.setattr(live_module.wire, "listen", listen)
    live.is_deaf = True
    running = asyncio.create_task(relay.run(server))
    await asyncio.sleep(0)
    await tab.send(handler_name(InboxListState.load))
    await write(world, "nobody was told")
    await live.settle()
    assert previews(tab) == []
    assert tab.reloads == 0
    stands.set()
    await asyncio.sleep(0.05)
    await live.settle()
    assert tab.reloads == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_reading_that_fails_leaves_what_was_shown_live(live, inbox, world, monkeypatch):
    with monkeypatch.context() as broken:

        async def fail(*args, **given):
            raise RuntimeError("no database")

        broken.setattr(threads, "list_threads", fail)
        await inbox.send(handler_name(InboxListState.show_view), view="mine")
    await write(world, "for anybody")
    await live.settle()
    assert "for anybody" in previews(inbox)


async def test_what_comes_while_a_reading_fails_is_not_lost(live, inbox, world, monkeypatch):
    async def fail_later(*args, **given):
        raise RuntimeError("no database")

    monkeypatch.setattr(threads, "count_threads", fail_later)
    load = InboxListState.load
    async with held_open(monkeypatch, threads, "list_threads", inbox, load):
        await write(world, "for anybody")
        await live.settle()
    await live.settle()
    assert "for anybody" in previews(inbox)


async def test_a_reading_that_is_overtaken_leaves_what_was_shown_live(
    server, live, inbox, world, monkeypatch
):
    show = InboxListState.show_view
    async with held_open(monkeypatch, threads, "list_threads", inbox, show, view="mine"):
        for task in server.processor._tasks.values():
            task.cancel()
        await write(world, "for anybody")
        await live.settle()
    await live.settle()
    assert "for anybody" in previews(inbox)
    assert relay.tabs[inbox.name].shows["inbox"].shown.wanted.view == "all"
