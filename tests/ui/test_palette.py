"""The palette: pages with their keys, people, and where one went lately."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.contacts.book import add
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.ingest.drain import drain
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.contacts import commands
from xobito_app.ui.pages.inbox import commands as inbox_commands
from xobito_app.ui.shell import PaletteState, state as shell_state
from xobito_app.ui.shell.providers import Command
from xobito_app.ui.shell.state import read_recent


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("", []),
        ("{", []),
        ("7", []),
        ('{"a": 1}', []),
        (json.dumps(["/inbox", 7]), ["/inbox", "7"]),
        (json.dumps([f"/page/{n}" for n in range(9)]), [f"/page/{n}" for n in range(6)]),
    ],
)
def test_what_a_browser_kept_is_read_whatever_it_is(kept, read):
    assert read_recent(kept) == read


@pytest.fixture
async def tab(server, world):
    opened = Tab(server, "palette", await sign_in(world.owner.user_id, world.workspace_id))
    await opened.send(handler_name(PaletteState.show))
    return opened


def shown(tab) -> list[Command]:
    return tab.value("palette_state", "commands")


async def test_a_contact_is_three_letters_away_for_who_may_see_contacts(world, tab):
    await add(world, first_name="Philippa", phone="+16505550777")
    await tab.send(handler_name(PaletteState.search), typed="phi")
    found = [command for command in shown(tab) if command.kind == "Contact"]
    assert [command.title for command in found] == ["Philippa"]
    blind = replace(world.owner, is_owner=False, permissions=frozenset())
    assert await commands.find_contacts(SimpleNamespace(actor=blind), "phi") == []


async def test_pages_say_their_keys(tab):
    by_title = {command.title: command.shortcut for command in shown(tab)}
    assert by_title["Inbox"] == "G I"


async def test_what_was_chosen_stands_first_the_next_time(tab):
    await tab.send(handler_name(PaletteState.choose), path="/templates")
    assert not tab.value("palette_state", "is_open")
    await tab.send(handler_name(PaletteState.show))
    first, *rest = shown(tab)
    assert (first.path, first.kind) == ("/templates", "Recent")
    assert "/templates" not in {command.path for command in rest}


def browser_keeps(monkeypatch, *paths: str) -> None:
    monkeypatch.setattr(shell_state, "read_recent", lambda _: list(paths))


async def test_only_what_is_there_and_may_be_seen_is_recalled(world, server, tab, monkeypatch):
    contact = await add(world, first_name="Philippa", phone="+16505550777")
    await deliveries.store(deliveries.incoming(world, "16505550121", "Hello"))
    await drain()
    async with unit_of_work(world.workspace_id) as uow:
        (line,) = (await threads.list_threads(uow.session, world.owner, ThreadFilter())).rows
    there = [f"/contacts/{contact.id}", f"/inbox?c={line.id}", "/templates"]
    gone = [f"/contacts/{uuid4()}", f"/inbox?c={uuid4()}", "/inbox?c=", "/contacts/x", "/nowhere"]
    elsewhere = [
        "//evil.example",
        "javascript:alert(1)",
        f"https://evil.example/contacts/{uuid4()}",
    ]
    browser_keeps(monkeypatch, *there, *gone, *elsewhere)
    await tab.send(handler_name(PaletteState.show))
    assert [c.path for c in shown(tab) if c.kind == "Recent"] == there
    blind = replace(world.owner, is_owner=False, permissions=frozenset())
    viewer = SimpleNamespace(actor=blind)
    assert await commands.recall_contacts(viewer, there) == []
    assert await inbox_commands.recall(viewer, there) == []


async def test_the_browser_keeps_addresses_and_no_names(world, tab):
    contact = await add(world, first_name="Philippa", phone="+16505550777")
    await tab.send(handler_name(PaletteState.search), typed="phi")
    await tab.send(handler_name(PaletteState.choose), path=f"/contacts/{contact.id}")
    assert json.loads(tab.value("palette_state", "recent")) == [f"/contacts/{contact.id}"]
    await tab.send(handler_name(PaletteState.choose), path="//evil.example")
    assert json.loads(tab.value("palette_state", "recent")) == [f"/contacts/{contact.id}"]
