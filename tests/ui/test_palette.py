"""The palette: pages with their keys, people, and where one went lately."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.features.contacts.book import add
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.pages.contacts import commands
from xobito_app.ui.shell import PaletteState
from xobito_app.ui.shell.providers import Command
from xobito_app.ui.shell.state import read_recent, write_recent

INBOX = Command("Inbox", "/inbox", "inbox")


def test_where_one_went_is_kept_newest_first_and_no_more_than_six():
    gone_to = [Command(f"Page {n}", f"/page/{n}", "inbox") for n in range(9)]
    kept = read_recent(write_recent([INBOX, *gone_to]))
    assert [command.path for command in kept] == ["/inbox", *(f"/page/{n}" for n in range(5))]
    assert {command.kind for command in kept} == {"Recent"}


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "{",
        "7",
        '{"a": 1}',
        '[["only a title"]]',
        json.dumps([["Elsewhere", "//evil.example", "inbox"]]),
        json.dumps([["Elsewhere", "/\\evil.example", "inbox"]]),
        json.dumps([["A script", "javascript:alert(1)", "inbox"]]),
    ],
)
def test_what_is_no_page_of_ours_counts_as_nothing(kept):
    assert read_recent(kept) == []


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
