"""Live changes of the inbox: what changed is read once and shown to every tab that may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Notice, Topic
from xobito_app.core.paging import WINDOW
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox import alerts, presence, rules, threads, timeline
from xobito_app.features.inbox.alerts import AlertView
from xobito_app.features.inbox.mentions import MentionView
from xobito_app.features.inbox.rules import Sight
from xobito_app.features.inbox.schemas import Counts, EntryView, ListView, ThreadFilter, ThreadLine
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Change, Tab, relay
from xobito_app.ui.pages.inbox import mention_state
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.rows import ThreadRow
from xobito_app.ui.pages.inbox.shown import KEY, Shown
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.shell import ShellState
from xobito_app.ui.shell.alerts import AlertRow, AlertState

AT_ONCE = 3
"""Tabs patched at the same time."""
COUNTS = "inbox counts"
COUNTS_EVERY_SECONDS = 1.0
"""Counts are asked for again at most this often for a person, however much happens."""


def belongs(line: ThreadLine, wanted: ThreadFilter, sight: Sight) -> bool:
    """Tell whether a thread stands in a list, as `threads.list_threads` would.

    Facts of the contact are judged by `threads.fitting`: a line does not carry them.
    """
    if line.status != wanted.status or not sight.reaches(line.assignee_id):
        return False
    if wanted.number_id and line.number_id != wanted.number_id:
        return False
    if wanted.unread and not line.unread:
        return False
    if wanted.closing_soon and rules.window_state(
        line.last_inbound_at, clock.business_now()
    ) not in (
        rules.WindowState.SOON,
        rules.WindowState.NOW,
    ):
        return False
    match wanted.view:
        case ListView.MINE:
            return line.assignee_id is not None and line.assignee_id == sight.user_id
        case ListView.UNASSIGNED:
            return line.assignee_id is None
        case ListView.TEAM:
            return line.assignee_id is not None
    return True


async def carry(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    """Patch the tabs that show any of the changed threads."""
    showing = [(tab, tab.shows[KEY]) for tab in tabs if KEY in tab.shows]
    if not showing:
        return
    changed = {UUID(notice.about) for notice in notices}
    opened = {shown.conversation_id for _, shown in showing} & changed
    async with unit_of_work(workspace_id) as uow:
        lines = await threads.read_lines(uow.session, workspace_id, changed)
        people = list({tab.viewer.user_id for tab, _ in showing})
        seen = await threads.seen_counts(uow.session, workspace_id, changed, people)
        entries = await _entries(workspace_id, uow.session, notices, opened)
        fitting = {
            wanted: await threads.fitting(uow.session, workspace_id, changed, wanted)
            for wanted in {shown.wanted for _, shown in showing}
        }
    # The work is this process's own, so all at once would mean all late: a few at a time, those
    # who have the thread open first.
    showing.sort(key=lambda pair: pair[1].conversation_id not in changed)
    few = asyncio.Semaphore(AT_ONCE)

    async def patch(tab: Tab, shown: Shown) -> None:
        async with few:
            await _patch(tab, shown, lines, seen, entries, fitting[shown.wanted])

    await asyncio.gather(*(patch(tab, shown) for tab, shown in showing))
    _refresh_counts_later(tab.viewer for tab, _ in showing)


async def _entries(
    workspace_id: UUID,
    session: AsyncSession,
    notices: list[Notice],
    opened: Collection[UUID | None],
) -> dict[UUID, EntryView]:
    """Read the changed entries of the threads that somebody has open here."""
    wanted = {
        UUID(n.item)
        for n in notices
        if n.topic is Topic.MESSAGE and n.item and UUID(n.about) in opened
    }
    found = await timeline.read_entries(session, workspace_id, wanted) if wanted else {}
    for notice in notices:
        # Something about a message changed that is not the message itself: a reaction.
        if notice.topic is Topic.MESSAGE and not notice.item and UUID(notice.about) in opened:
            found |= await timeline.entries_with_reactions(
                session, workspace_id, UUID(notice.about)
            )
    return found


async def _patch(
    tab: Tab,
    shown: Shown,
    lines: dict[UUID, ThreadLine],
    seen: dict[tuple[UUID, UUID], int],
    entries: dict[UUID, EntryView],
    fitting: Collection[UUID],
) -> None:
    sight = Sight.of(tab.viewer.actor)
    zone, now = tab.viewer.time_zone, clock.business_now()
    rows: dict[str, ThreadRow | None] = {}
    for line in lines.values():
        own = threads.for_person(line, seen, tab.viewer.user_id)
        fits = line.id in fitting and belongs(own, shown.wanted, sight)
        rows[str(line.id)] = (
            ThreadRow.of(own, zone=zone, now=now, selected=str(shown.conversation_id or ""))
            if fits
            else None
        )

    changes: list[Change[Any]] = [Change(InboxListState, lambda state: state._merge(rows, WINDOW))]
    line = lines.get(shown.conversation_id) if shown.conversation_id else None
    if line is not None and not sight.reaches(line.assignee_id):
        why = sight.explain(line.assignee_id)
        changes.append(Change(ThreadState, lambda state: state._lose(why)))
    elif line is not None:
        news = [e for e in entries.values() if e.conversation_id == line.id]
        changes.append(
            Change(ThreadState, lambda state: state._merge(line, news, zone=zone, now=now))
        )
    await relay.patch(tab, *changes)


_counting: dict[UUID, dict[UUID, Viewer]] = {}
"""By workspace, whose counts are asked for again soon."""
_tasks: set[asyncio.Task[None]] = set()


def _refresh_counts_later(viewers: Iterable[Viewer]) -> None:
    """Count anew soon, once for all tabs of a person and for all that happens till then."""
    for viewer in viewers:
        workspace_id = viewer.actor.workspace_id
        if workspace_id not in _counting:
            _counting[workspace_id] = {}
            task = asyncio.create_task(_refresh_counts(workspace_id))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
        _counting[workspace_id][viewer.user_id] = viewer


async def _refresh_counts(workspace_id: UUID) -> None:
    await asyncio.sleep(COUNTS_EVERY_SECONDS)
    viewers = _counting.pop(workspace_id)
    async with unit_of_work(workspace_id) as uow:
        counts = {
            user_id: await threads.count_threads(uow.session, viewer.actor)
            for user_id, viewer in viewers.items()
        }
    for tab in relay.connected(workspace_id):
        if (fresh := counts.get(tab.viewer.user_id)) and tab.shows.get(COUNTS) != fresh:
            tab.shows[COUNTS] = fresh
            await _show_counts(tab, fresh)


async def _show_counts(tab: Tab, counts: Counts) -> None:
    await relay.patch(
        tab,
        Change(InboxListState, lambda state: state._show_counts(counts)),
        Change(ShellState, lambda state: state._show_unread(counts.unread)),
    )


async def carry_presence(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    """Show in open threads who else looks or types."""
    for conversation_id in {UUID(notice.about) for notice in notices}:
        showing = [
            tab
            for tab in tabs
            if KEY in tab.shows and tab.shows[KEY].conversation_id == conversation_id
        ]
        if not showing:
            continue
        here = await presence.who_is_here(workspace_id, conversation_id)
        for tab in showing:
            await _show_presence(
                tab, str(conversation_id), presence.sentence(here, tab.viewer.user_id)
            )


async def _show_presence(tab: Tab, conversation_id: str, words: str) -> None:
    await relay.patch(
        tab, Change(ThreadState, lambda state: state._show_presence(conversation_id, words))
    )


async def carry_mentions(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    """Show people that a note calls them, or that they have looked."""
    called = {notice.about for notice in notices}
    showing = [tab for tab in tabs if mention_state.KEY in tab.shows]
    for viewer in {tab.viewer.user_id: tab.viewer for tab in showing}.values():
        if str(viewer.user_id) not in called:
            continue
        count, found = await mention_state.read(viewer)
        for tab in showing:
            if tab.viewer.user_id == viewer.user_id:
                await _show_mentions(tab, count, found)


async def carry_alerts(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    """Tell people of new messages, mentions and chats given to them, on whatever page they are."""
    _refresh_counts_later(tab.viewer for tab in tabs)
    told = [alert for notice in notices if (alert := alerts.read_notice(notice))]
    wishing = [tab for tab in tabs if alerts.wishes(tab.viewer.preferences)]
    if not told or not wishing:
        return
    async with unit_of_work(workspace_id) as uow:
        matter = await alerts.read_matter(uow.session, workspace_id, told)
    for tab in wishing:
        views = [
            alerts.view_for(tab.viewer.actor, tab.viewer.preferences, alert, matter)
            for alert in told
        ]
        if shown := [view for view in views if view]:
            await _show_alert(tab, shown[-1])


async def _show_alert(tab: Tab, view: AlertView) -> None:
    row = AlertRow(
        id=view.id,
        conversation_id=str(view.conversation_id),
        title=view.title,
        body=view.body,
        by_sound=view.by_sound,
        by_browser=view.by_browser,
    )
    await relay.patch(tab, Change(AlertState, lambda state: state._tell(row)))


async def _show_mentions(tab: Tab, count: int, found: list[MentionView]) -> None:
    zone = tab.viewer.time_zone
    await relay.patch(tab, Change(MentionState, lambda state: state._show(count, found, zone)))


async def _rebuild(tabs: list[Tab]) -> None:
    for tab in tabs:
        if KEY in tab.shows:
            await relay.reload(tab)


def register() -> None:
    """Have the relay of this process carry changes of the inbox."""
    relay.handle({Topic.CONVERSATION, Topic.MESSAGE}, carry)
    relay.handle({Topic.PRESENCE}, carry_presence)
    relay.handle({Topic.MENTION}, carry_mentions)
    relay.handle({Topic.ALERT}, carry_alerts)
    relay.after_gap(_rebuild)
