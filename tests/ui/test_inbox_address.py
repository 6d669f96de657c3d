"""The address says which list the inbox shows, and which words were found."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.pages.inbox.filter_state import FilterState
from xobito_app.ui.pages.inbox.state import InboxListState, Words, marked


@pytest.fixture
async def tab(server, world):
    return Tab(server, "list", await sign_in(world.owner.user_id, world.workspace_id))


def shown(tab, name: str):
    return tab.value("inbox_list_state", name)


async def test_a_list_is_found_again_by_its_address(tab):
    tab.query = {"list": "mine", "state": "closed", "unread": "1", "closing": "1"}
    await tab.send(handler_name(InboxListState.load))
    assert (shown(tab, "view"), shown(tab, "status")) == ("mine", "closed")
    assert (shown(tab, "unread_only"), shown(tab, "closing_soon")) == (True, True)


@pytest.mark.parametrize("value", ["nonsense", "<reflex.Var>", ""])
async def test_what_the_address_says_wrongly_counts_as_not_said(tab, value):
    tab.query = {"list": value, "state": value, "group": value, "number": value}
    await tab.send(handler_name(InboxListState.load))
    assert shown(tab, "stage") == "ready"
    assert (shown(tab, "view"), shown(tab, "status")) == ("all", "open")
    assert set(shown(tab, "narrowed").values()) == {""}


async def test_the_address_follows_what_is_chosen(tab):
    await tab.send(handler_name(InboxListState.load))
    await tab.send(handler_name(InboxListState.show_view), view="team")
    assert '"list": "team"' in tab.scripts
    group_id = str(uuid4())
    await tab.send(handler_name(FilterState.choose), part="group", value=group_id)
    assert f'"group": "{group_id}"' in tab.scripts


async def test_an_old_address_does_not_undo_what_was_chosen_since(tab):
    """Scripts write the address, and the router does not hear of it."""
    tab.query = {"list": "mine"}
    await tab.send(handler_name(InboxListState.load))
    await tab.send(handler_name(InboxListState.show_view), view="team")
    await tab.send(handler_name(InboxListState.load))
    assert shown(tab, "view") == "team"
    tab.query = {"list": "unassigned"}
    await tab.send(handler_name(InboxListState.load))
    assert shown(tab, "view") == "unassigned"


@pytest.mark.parametrize(
    ("text", "typed", "hits"),
    [
        ("Is the sofa blue?", "sofa", ["sofa"]),
        ("Sofa, sofa, SOFA", "sofa", ["Sofa", "sofa", "SOFA"]),
        ("a (b) c", "(b)", ["(b)"]),
        ("blue sofa", "sofa  blue", ["blue", "sofa"]),
        ("nothing here", "sofa", []),
        ("nothing typed", " ", []),
    ],
)
def test_found_words_are_marked_and_nothing_is_lost(text, typed, hits):
    pieces = marked(text, typed)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_hit] == hits
    assert Words("", False) not in pieces
