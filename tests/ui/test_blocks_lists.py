"""What every list does, tried on the canned replies and the contacts; and the words below it."""

from uuid import uuid4

import pytest

from tests.fixtures import make_empty_world
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.errors import Forbidden, Unavailable
from xobito_app.features.inbox.composing import canned
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.blocks.list_state import range_words
from xobito_app.ui.failures import BROKEN
from xobito_app.ui.pages.canned.replies import RepliesState

STATE = "replies_state"


@pytest.mark.parametrize(
    ("first", "count", "total", "is_last", "words"),
    [
        (0, 0, -1, True, ""),
        (0, 3, -1, True, "1–3 of 3"),
        (0, 50, -1, False, "1–50"),
        (0, 50, 1204, False, "1–50 of 1,204"),
        (50, 4, -1, True, "51–54 of 54"),
        (1200, 4, 1204, True, "1,201–1,204 of 1,204"),
    ],
)
def test_the_range_says_what_is_known(first, count, total, is_last, words):
    assert range_words(first, count, total, is_last=is_last) == words


@pytest.fixture
async def tab(server, _migrated):
    world = await make_empty_world()
    opened = Tab(server, str(uuid4()), await sign_in(world.owner.user_id, world.workspace_id))
    opened.path = "/canned-replies"
    opened.world = world
    return opened


async def add(world, *shortcuts: str) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        for shortcut in shortcuts:
            await canned.save(
                uow.session, world.owner, reply_id=None, shortcut=shortcut, body=f"On {shortcut}"
            )


async def test_an_empty_list_is_not_the_same_as_filters_that_fit_nothing(tab):
    await tab.send(handler_name(RepliesState.load))
    assert tab.value(STATE, "stage") == "empty"
    await add(tab.world, "hours")
    await tab.send(handler_name(RepliesState.load))
    assert (tab.value(STATE, "stage"), tab.value(STATE, "range_words")) == ("ready", "1–1 of 1")
    tab.query = {"q": "nothing like it"}
    await tab.send(handler_name(RepliesState.load))
    assert tab.value(STATE, "stage") == "filtered_empty"


async def test_filters_live_in_the_address_beside_those_of_other_lists(tab):
    await add(tab.world, "hours", "prices")
    tab.query = {"tab": "macros"}
    await tab.send(handler_name(RepliesState.narrow), name="q", value="price list")
    assert "/canned-replies?tab=macros&q=price+list" in tab.scripts
    tab.query = {"tab": "macros", "q": "prices", "owner": "1 OR 1=1"}
    await tab.send(handler_name(RepliesState.load))
    assert tab.value(STATE, "query") == {"q": "prices"}
    assert [row.label for row in tab.value(STATE, "rows")] == ["/prices"]
    await tab.send(handler_name(RepliesState.clear_filters))
    assert "/canned-replies?owner=1+OR+1%3D1&tab=macros'" in tab.scripts


async def test_a_name_that_is_no_filter_of_the_list_narrows_nothing(tab):
    await tab.send(handler_name(RepliesState.narrow), name="owner", value="x")
    assert "_redirect" not in tab.scripts


async def test_the_search_field_keeps_what_is_being_typed(tab):
    await tab.send(handler_name(RepliesState.load))
    before = tab.value(STATE, "search_key")
    await tab.send(handler_name(RepliesState.search), typed="hou")
    tab.query = {"q": "hou"}
    await tab.send(handler_name(RepliesState.load))
    assert tab.value(STATE, "search_key") == before
    tab.query = {}
    await tab.send(handler_name(RepliesState.load))
    assert tab.value(STATE, "search_key") == before + 1


@pytest.mark.parametrize(
    ("error", "stage", "words"),
    [
        (Unavailable("The database rests."), "failed", "The database rests."),
        (Forbidden("Not yours."), "forbidden", "Not yours."),
        (RuntimeError("a secret"), "failed", BROKEN),
    ],
)
async def test_what_cannot_be_loaded_is_said_in_its_place(tab, monkeypatch, error, stage, words):
    async def fail(*_, **__):
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(canned, "find", fail)
        await tab.send(handler_name(RepliesState.load))
    assert (tab.value(STATE, "stage"), tab.value(STATE, "problem")) == (stage, words)
    await tab.send(handler_name(RepliesState.load))
    assert (tab.value(STATE, "stage"), tab.value(STATE, "problem")) == ("empty", "")
