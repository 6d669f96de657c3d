"""The reply window and the visibility of threads: every boundary and every combination."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.rules import (
    ConversationVisibility,
    WindowState,
    call_words,
    can_resend,
    is_within_window,
    preview_of,
    window_closes_at,
    window_state,
)
from xobito_app.features.inbox.schemas import ListView, ThreadFilter
from xobito_app.features.inbox.threads import search, thread_actions, threads, timeline
from xobito_app.persistence.unit_of_work import unit_of_work

WROTE = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("later", "is_open", "state"),
    [
        (timedelta(0), True, WindowState.OPEN),
        (18 * HOUR, True, WindowState.OPEN),
        (18 * HOUR + MOMENT, True, WindowState.SOON),
        (23 * HOUR, True, WindowState.SOON),
        (23 * HOUR + MOMENT, True, WindowState.NOW),
        (24 * HOUR - MOMENT, True, WindowState.NOW),
        (24 * HOUR, False, WindowState.CLOSED),
        (24 * HOUR + MOMENT, False, WindowState.CLOSED),
        # A phone's clock may be ahead of ours.
        (-HOUR, True, WindowState.OPEN),
    ],
)
def test_the_window_is_open_for_24_hours_and_not_a_moment_more(later, is_open, state):
    assert is_within_window(WROTE, WROTE + later) is is_open
    assert window_state(WROTE, WROTE + later) is state
    assert window_closes_at(WROTE) == WROTE + timedelta(days=1)


def test_who_never_wrote_has_no_window():
    assert not is_within_window(None, WROTE)
    assert window_state(None, WROTE) is WindowState.CLOSED
    assert window_closes_at(None) is None


# What a list and a bubble say ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "content", "may"),
    [
        ("failed", None, {}, True),
        ("failed", 131026, {}, True),
        ("failed", 131051, {}, False),
        ("failed", None, {"resent_as": "another"}, False),
        ("sent", None, {}, False),
        ("unresolved", 131026, {}, False),
    ],
)
def test_send_again_is_offered_once_and_only_when_it_may_help(status, code, content, may):
    assert can_resend(status, code, content) is may


@pytest.mark.parametrize(
    ("call", "incoming", "outgoing"),
    [
        ({}, "Incoming call", "Outgoing call"),
        ({"happened": None, "duration": None}, "Incoming call", "Outgoing call"),
        ({"happened": ["accepted"]}, "Incoming call", "Outgoing call"),
        ({"happened": ["accepted", "terminate"]}, "Incoming call", "Outgoing call"),
        ({"happened": ["terminate"]}, "Missed call", "Outgoing call, not answered"),
        (
            {"happened": ["rejected", "terminate"]},
            "Incoming call, declined",
            "Outgoing call, declined",
        ),
        ({"duration": 1}, "Incoming call, 0:01", "Outgoing call, 0:01"),
        ({"duration": 59}, "Incoming call, 0:59", "Outgoing call, 0:59"),
        ({"duration": 60}, "Incoming call, 1:00", "Outgoing call, 1:00"),
        ({"duration": "3725"}, "Incoming call, 62:05", "Outgoing call, 62:05"),
        (
            {"duration": 61, "happened": ["terminate"]},
            "Incoming call, 1:01",
            "Outgoing call, 1:01",
        ),
    ],
)
def test_what_became_of_a_call_in_a_line(call, incoming, outgoing):
    assert call_words(call) == call_words({**call, "is_ours": False}) == incoming
    assert call_words({**call, "is_ours": True}) == outgoing


VOICE = {"media": {"voice": True}}
FILE = {"media": {"filename": "Price  list.pdf"}}


@pytest.mark.parametrize(
    ("kind", "body", "content", "preview"),
    [
        ("text", " Good\nmorning ", {}, "Good morning"),
        ("text", "", {}, "Message"),
        ("image", "", {}, "Photo"),
        ("image", "Look", {}, "Look"),
        ("image", "", {"media": None}, "Photo"),
        ("audio", "", {}, "Audio"),
        ("audio", "", {"media": {"voice": False}}, "Audio"),
        ("audio", "", VOICE, "Voice message"),
        ("video", "", VOICE, "Video"),
        ("document", "", {}, "Document"),
        ("document", "", {"media": {"filename": ""}}, "Document"),
        ("document", "", FILE, "Price list.pdf"),
        ("document", "Ours", FILE, "Ours"),
        ("image", "", FILE, "Photo"),
        ("hologram", "", {}, "Message"),
    ],
)
def test_a_line_stands_for_an_entry(kind, body, content, preview):
    assert preview_of(kind, body, content) == preview


def test_a_line_is_at_most_160_characters_long():
    assert preview_of("text", "x" * 160, {}) == "x" * 160
    assert len(preview_of("text", "x" * 161, {})) == 160
    assert len(preview_of("document", "", {"media": {"filename": "x" * 161}})) == 160


# Who sees which thread ----------------------------------------------------------------------

VIEWS = (
    Permission.INBOX_VIEW_ASSIGNED,
    Permission.INBOX_VIEW_UNASSIGNED,
    Permission.INBOX_VIEW_TEAM,
    Permission.INBOX_VIEW_ALL,
)
COMBINATIONS = [frozenset(c) for c in chain(*(combinations(VIEWS, n) for n in range(5)))]

# product.md §2, spelled out: whose threads each permission shows.
SHOWS = {
    Permission.INBOX_VIEW_ASSIGNED: {"mine"},
    Permission.INBOX_VIEW_UNASSIGNED: {"nobody's"},
    Permission.INBOX_VIEW_TEAM: {"mine", "a colleague's"},
    Permission.INBOX_VIEW_ALL: {"mine", "a colleague's", "nobody's"},
}


def shown_by(permissions) -> set[str]:
    return set().union(*(SHOWS[permission] for permission in permissions))


def named(permissions) -> str:
    return "+".join(sorted(p.value.removeprefix("inbox.view_") for p in permissions)) or "none"


@pytest.mark.parametrize("permissions", COMBINATIONS, ids=named)
@pytest.mark.parametrize("whose", ["mine", "a colleague's", "nobody's"])
def test_what_each_permission_shows(permissions, whose):
    me = uuid4()
    visibility = ConversationVisibility.of(
        type("Someone", (), {"user_id": me, "can": lambda _, p: p in permissions})()
    )
    assignee = {"mine": me, "a colleague's": uuid4(), "nobody's": None}[whose]
    visible = whose in shown_by(permissions)
    assert visibility.includes(assignee) is visible
    assert bool(visibility.explain(assignee)) is not visible
    assert visibility.is_blind is not bool(permissions)


@pytest.mark.parametrize("whose", ["own", "unassigned", "others", ""])
def test_who_sees_anything_is_not_blind(whose):
    seen = {name: name == whose for name in ("own", "unassigned", "others")}
    assert ConversationVisibility(user_id=uuid4(), **seen).is_blind is not bool(whose)


def test_why_a_thread_cannot_be_seen_is_said_in_a_sentence():
    me = uuid4()
    blind = ConversationVisibility(user_id=me, own=False, unassigned=False, others=False)
    assert blind.explain(me) == "Your role does not show the inbox."
    assert "assigned to nobody" in blind.explain(None)
    assert "somebody else" in blind.explain(uuid4())


@pytest.fixture
async def three(world):
    """One thread of each kind, as one person sees them."""
    me = await make_member(world, "Agent", "Ana Agent")
    colleague = await make_member(world, "Agent", "Bo Agent")
    whose = {"mine": me.user_id, "a colleague's": colleague.user_id, "nobody's": None}
    for n, name in enumerate(whose):
        await deliver(
            deliveries.incoming(world, f"1650555300{n}", f"question {name}", at=1_790_000_000 + n)
        )
    async with unit_of_work(world.workspace_id) as uow:
        page = await threads.list_threads(uow.session, world.owner, ThreadFilter(ListView.ALL))
        rows = {row.preview.removeprefix("question "): row.id for row in page.rows}
        for name, user_id in whose.items():
            if user_id:
                await thread_actions.assign(
                    uow.session, world.owner, conversation_id=rows[name], assignee_id=user_id
                )
    return me, rows


@pytest.mark.parametrize("permissions", COMBINATIONS, ids=named)
async def test_lists_counts_search_and_threads_show_the_same(world, three, permissions):
    me, rows = three
    actor = replace(me, permissions=permissions)
    visible = shown_by(permissions)
    async with unit_of_work(world.workspace_id) as uow:
        page = await threads.list_threads(uow.session, actor, ThreadFilter(ListView.ALL))
        counts = await threads.count_threads(uow.session, actor)
        found = await search.search(uow.session, actor, typed="question")
        opened = set()
        for name, conversation_id in rows.items():
            try:
                await timeline.read_thread(uow.session, actor, conversation_id=conversation_id)
                opened.add(name)
            except NotFound:
                pass
    assert {row.preview.removeprefix("question ") for row in page.rows} == visible
    assert opened == visible
    assert {hit.excerpt.removeprefix("question ") for hit in found.messages} == visible
    assert (counts.all, counts.unread) == (len(visible), len(visible))
    assert (counts.mine, counts.unassigned) == ("mine" in visible, "nobody's" in visible)


SOON = timedelta(hours=1)
ACTIONS = (
    (Permission.INBOX_NOTE, thread_actions.add_note, lambda: {"body": "x", "key": uuid4().hex}),
    (Permission.INBOX_REPLY, thread_actions.snooze, lambda: {"until": clock.now() + SOON}),
    (Permission.INBOX_REPLY, thread_actions.reopen, dict),
    (Permission.INBOX_REPLY, thread_actions.close, dict),
    (Permission.INBOX_ASSIGN, thread_actions.assign, lambda: {"assignee_id": None}),
)


@pytest.mark.parametrize("views", COMBINATIONS, ids=named)
async def test_work_needs_its_permission_and_a_thread_that_is_seen(world, three, views):
    me, rows = three
    everything = frozenset(permission for permission, *_ in ACTIONS)
    visible = shown_by(views)
    async with unit_of_work(world.workspace_id) as uow:
        for permission, act, given in ACTIONS:
            for whose, conversation_id in rows.items():
                without = replace(me, permissions=views | everything - {permission})
                with pytest.raises(Forbidden):
                    await act(uow.session, without, conversation_id=conversation_id, **given())
                allowed = replace(me, permissions=views | {permission})
                if whose in visible:
                    await act(uow.session, allowed, conversation_id=conversation_id, **given())
                else:
                    with pytest.raises(NotFound):
                        await act(uow.session, allowed, conversation_id=conversation_id, **given())
