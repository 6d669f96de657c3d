"""Selecting rows, tried on the contacts: what is meant, and what buttons say."""

from uuid import uuid4

import pytest

from tests.features.contacts.book import add
from tests.fixtures import make_empty_world
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.state import ContactsState

LIST, BULK = "contacts_state", "bulk_state"


@pytest.fixture
async def tab(server, _migrated):
    world = await make_empty_world()
    for number in range(3):
        await add(world, first_name=f"Person {number}")
    opened = Tab(server, str(uuid4()), await sign_in(world.owner.user_id, world.workspace_id))
    opened.path = "/contacts"
    await opened.send(handler_name(ContactsState.load))
    return opened


def ticked(tab: Tab) -> list[bool]:
    return [row.is_selected for row in tab.value(LIST, "rows")]


STEPS = {
    "nothing": ((), [False] * 3, ""),
    "one": (("first",), [True, False, False], "1 contact"),
    "one and back": (("first", "first"), [False] * 3, ""),
    "the page": (("page",), [True] * 3, "3 contacts"),
    "the page without one": (("page", "first"), [False, True, True], "2 contacts"),
    "the page and back": (("page", "page"), [False] * 3, ""),
    "everything": (("all",), [True] * 3, "3 contacts"),
    "everything without one": (("all", "first"), [False, True, True], "2 contacts"),
    "nothing again": (("page", "none"), [False] * 3, ""),
}


@pytest.mark.parametrize("case", STEPS.values(), ids=STEPS)
async def test_what_is_selected(tab, case):
    steps, rows, words = case
    first = tab.value(LIST, "rows")[0].id
    for step in steps:
        match step:
            case "first":
                await tab.send(handler_name(ContactsState.toggle), row_id=first)
            case "page":
                await tab.send(handler_name(ContactsState.toggle_page))
            case "all":
                await tab.send(handler_name(ContactsState.select_all))
            case _:
                await tab.send(handler_name(ContactsState.select_none))
    assert ticked(tab) == rows
    assert tab.value(LIST, "is_page_selected") is all(rows)
    assert tab.value(LIST, "selection_words") == (f"{sum(rows)} selected" if words else "")
    if words:
        assert tab.value(LIST, "selected_things") == words


async def test_the_button_of_a_bulk_action_names_the_number(tab):
    await tab.send(handler_name(ContactsState.toggle_page))
    await tab.send(handler_name(BulkState.begin), kind="delete")
    assert tab.value(BULK, "verb") == "Delete 3 contacts"
    assert tab.value(BULK, "is_open") is True


async def test_an_id_that_is_none_selects_nothing(tab):
    await tab.send(handler_name(ContactsState.toggle), row_id="1 OR 1=1")
    assert ticked(tab) == [False] * 3
