"""Every page, pane and box says that it loads, that it failed, and offers to try again."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from reflex.state import State

from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import ids
from xobito_app.features.connection import simulated_customer
from xobito_app.features.contacts.records import contacts, timeline as history
from xobito_app.features.inbox.composing import canned, template_draft
from xobito_app.features.inbox.threads import local_times, mentions, threads, timeline
from xobito_app.ui.failures import BROKEN
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.pages.inbox import attach_state, filter_state
from xobito_app.ui.pages.inbox.attach_state import AttachState
from xobito_app.ui.pages.inbox.filter_state import FilterState
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.schedule_state import ScheduleState
from xobito_app.ui.pages.inbox.shortcut_state import ShortcutState
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.template_state import PickerState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.simulator.state import PhoneState
from xobito_app.ui.screens import all_screens

THREAD = "the thread"


class Place(NamedTuple):
    """A place of the screen: what it reads, what opens it, and what tries again."""

    name: str
    module: Any
    reading: str
    opens: Any
    given: dict[str, Any]
    again: Any
    given_again: dict[str, Any]
    stage: str = "ready"


PANE, OPEN, TYPED = {"conversation_id": THREAD}, {"is_open": True}, {"typed": ""}
BOXES = [
    Place("shortcut", canned, "find", ShortcutState.set_open, OPEN, ShortcutState.find, TYPED),
    Place("picker", template_draft, "list_sendable", PickerState.open_picker, {}, *(
        PickerState.open_picker, {})),
    Place("attach", attach_state, "find_contacts", AttachState.begin, {"kind": "card"}, *(
        AttachState.find, TYPED)),
    Place("filter", filter_state, "list_labels", FilterState.set_open, OPEN, *(
        FilterState.set_open, OPEN)),
    Place("schedule", local_times, "time_zone_of", ScheduleState.set_open, OPEN, *(
        ScheduleState.set_open, OPEN)),
]  # fmt: skip
PANES = [
    Place("inbox_list", threads, "list_threads", InboxListState.load, {}, InboxListState.load, {}),
    Place("mention", mentions, "list_mentions", MentionState.show, {}, MentionState.load, {},
        "empty"),
    Place("thread", timeline, "read_thread", ThreadState.open_conversation, PANE, *(
        ThreadState.open_again, {})),
    Place("panel", contacts, "get_contact_view", ThreadState.open_conversation, PANE, *(
        PanelState.load, {})),
    Place("contact", history, "read_timeline", ContactState.load, {}, ContactState.load, {}),
    Place("phone", simulated_customer, "list_customers", PhoneState.load, {}, *(
        PhoneState.load, {})),
]  # fmt: skip


def named(places: list[Place]):
    return pytest.mark.parametrize("place", places, ids=lambda place: place.name)


async def nobody(*args: Any, **given: Any) -> list[Any]:
    return []


async def account(*args: Any, **given: Any) -> str:
    return "waba"


@pytest.fixture
async def tab(server, line, monkeypatch):
    """A tab on the page of the customer who wrote; the simulator has no people."""
    monkeypatch.setattr(simulated_customer, "account_of", account)
    monkeypatch.setattr(simulated_customer, "list_customers", nobody)
    token = await sign_in(line.world.owner.user_id, line.workspace_id)
    opened = Tab(server, f"{line.thread_id}", token)
    (thread,) = (await line.do(threads.list_threads, wanted=threads.ThreadFilter())).rows
    opened.path = f"/contacts/{thread.contact_id}"
    return opened


async def send(tab: Tab, line: Any, handler: Any, given: dict[str, Any]) -> None:
    payload = {k: str(line.thread_id) if v == THREAD else v for k, v in given.items()}
    await tab.send(handler_name(handler), **payload)


def stage_of(tab: Tab, place: Place) -> str:
    return tab.value(f"{place.name}_state", "stage")


async def fail(*args: Any, **given: Any) -> None:
    raise RuntimeError("a secret")


@named(PANES + BOXES)
async def test_what_cannot_be_read_says_so_and_is_tried_again(tab, line, monkeypatch, place):
    if place in BOXES:
        await send(tab, line, ThreadState.open_conversation, PANE)
    with monkeypatch.context() as broken:
        broken.setattr(place.module, place.reading, fail)
        await send(tab, line, place.opens, place.given)
    assert stage_of(tab, place) == "failed"
    assert tab.value(f"{place.name}_state", "problem") == BROKEN
    await send(tab, line, place.again, place.given_again)
    assert stage_of(tab, place) == place.stage
    assert tab.value(f"{place.name}_state", "problem") == ""


@named(BOXES)
async def test_a_box_opens_before_what_it_offers_is_read(tab, line, place):
    await send(tab, line, ThreadState.open_conversation, PANE)
    first = len(tab.server.updates[tab.name])
    await send(tab, line, place.opens, place.given)
    stages = [
        value
        for update in tab.server.updates[tab.name][first:]
        for state, values in (update.delta or {}).items()
        if state.endswith(f"{place.name}_state")
        for name, value in values.items()
        if name.startswith("stage")
    ]
    # The first one says what the state began with already.
    assert stages in (["loading", "ready"], ["ready"])
    assert len(tab.server.updates[tab.name]) - first >= 2


async def test_a_thread_is_read_though_its_contact_cannot_be_shown(tab, line, monkeypatch):
    monkeypatch.setattr(contacts, "get_contact_view", fail)
    await send(tab, line, ThreadState.open_conversation, PANE)
    assert tab.value("thread_state", "is_open")
    (thread,) = (await line.do(threads.list_threads, wanted=threads.ThreadFilter())).rows
    assert thread.unread == 0


async def test_a_thread_that_is_not_there_is_no_failure(tab):
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(ids.new()))
    assert tab.value("thread_state", "stage") == "lost"
    assert tab.value("thread_state", "problem")
    await tab.send(handler_name(ThreadState.close_pane))
    assert tab.value("thread_state", "stage") == "ready"


async def test_without_a_thread_in_the_address_the_pane_asks_for_one(tab):
    await tab.send(handler_name(ThreadState.load))
    assert tab.value("thread_state", "stage") == "ready"


def _staged(state: type[State]):
    for inner in state.get_substates():
        if "stage" in inner.base_vars:
            yield inner
        yield from _staged(inner)


def test_every_state_that_has_stages_is_drawn_in_all_of_them():
    pages = " ".join(str(screen.content().render()) for screen in all_screens())
    drawn = {s.get_name() for s in _staged(State) if str(s.stage) in pages}
    assert [s.get_name() for s in _staged(State) if s.get_name() not in drawn] == []
