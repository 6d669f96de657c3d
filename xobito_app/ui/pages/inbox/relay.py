"""Live changes of the inbox: what changed is read once and shown to every tab that may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.paging import WINDOW
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.contacts.records import notes
from xobito_app.features.contacts.records.notes import NoteView
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import Counts, EntryView, ListView, ThreadFilter, ThreadLine
from xobito_app.features.inbox.threads import alerts, presence, threads, timeline
from xobito_app.features.inbox.threads.alerts import AlertView
from xobito_app.features.inbox.threads.mentions import MentionView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.inbox import mention_state
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.panel_state import KEY as PANEL, PanelState
from xobito_app.ui.pages.inbox.rows import ThreadRow
from xobito_app.ui.pages.inbox.shown import KEY
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.shell import SHELL, ShellState
from xobito_app.ui.shell.alerts import AlertRow, AlertState

SENT_EVERY_SECONDS = 1.0
"""Notices of campaigns are gathered so long: at full speed one makes many in a second."""
COUNTS_EVERY_SECONDS = 1.0
"""Counts are asked for again at most this often for a person, however much happens."""


def belongs(line: ThreadLine, wanted: ThreadFilter, visibility: ConversationVisibility) -> bool:
    """Tell whether a thread stands in a list, as `threads.list_threads` would.

    Facts of the contact are judged by `threads.fitting`: a line does not carry them.
    """
    if line.status != wanted.status or not visibility.includes(line.assignee_id):
        return False
    if wanted.number_id and line.number_id != wanted.number_id:
        return False
    if wanted.unread and not line.unread:
        return False
    if wanted.closing_soon and rules.window_state(line.last_msg_time, clock.business_now()) not in (
        rules.WindowState.SOON,
        rules.WindowState.NOW,
    ):
        return False
    match wanted.view:
        case ListView.MINE:
            return line.assignee_id is not None and line.assignee_id == visibility.user_id
        case ListView.UNASSIGNED:
            return line.assignee_id is None
        case ListView.TEAM:
            return line.assignee_id is not None
    return True


async def carry(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show any of the changed threads."""
    changed = {UUID(notice.subject_id) for notice in notices}
    opened = {look.shown.conversation_id for look in looks} & changed
    async with unit_of_work(workspace_id) as uow:
        lines = await threads.load_lines(uow.session, workspace_id, changed)
        people = list({look.viewer.user_id for look in looks})
        seen = await threads.seen_counts(uow.session, workspace_id, changed, people)
        entries = await _entries(workspace_id, uow.session, notices, opened)
        fitting = {
            wanted: await threads.fitting(uow.session, workspace_id, changed, wanted)
            for wanted in {look.shown.wanted for look in looks}
        }
    # Those who have the thread open first.
    looks.sort(key=lambda look: look.shown.conversation_id not in changed)
    for look in looks:
        _judge(look, lines, seen, entries, fitting[look.shown.wanted])


async def _entries(
    workspace_id: UUID,
    session: AsyncSession,
    notices: list[Notice],
    opened: Collection[UUID | None],
) -> dict[UUID, EntryView]:
    """Read the changed entries of the threads that somebody has open here."""
    wanted = {
        UUID(n.part_id)
        for n in notices
        if n.topic is Topic.MESSAGE and n.part_id and UUID(n.subject_id) in opened
    }
    found = await timeline.load_entries(session, workspace_id, wanted) if wanted else {}
    for notice in notices:
        # Something about a message changed that is not the message itself: a reaction.
        if (
            notice.topic is Topic.MESSAGE
            and not notice.part_id
            and UUID(notice.subject_id) in opened
        ):
            found |= await timeline.entries_with_reactions(
                session, workspace_id, UUID(notice.subject_id)
            )
    return found


def _judge(
    look: Look,
    lines: dict[UUID, ThreadLine],
    seen: dict[tuple[UUID, UUID], int],
    entries: dict[UUID, EntryView],
    fitting: Collection[UUID],
) -> None:
    shown, viewer = look.shown, look.viewer
    visibility, zone, now = (
        ConversationVisibility.of(viewer.actor),
        viewer.time_zone,
        clock.business_now(),
    )
    rows: dict[str, ThreadRow | None] = {}
    for line in lines.values():
        own = threads.for_person(line, seen, viewer.user_id)
        fits = line.id in fitting and belongs(own, shown.wanted, visibility)
        rows[str(line.id)] = (
            ThreadRow.of(own, zone=zone, now=now, selected=str(shown.conversation_id or ""))
            if fits
            else None
        )
    look.change(InboxListState, lambda state: state._merge(rows, WINDOW))
    line = lines.get(shown.conversation_id) if shown.conversation_id else None
    if line is None:
        return
    if not visibility.includes(line.assignee_id):
        why = visibility.explain(line.assignee_id)
        look.change(ThreadState, lambda state: state._lose(why))
        return
    news = [e for e in entries.values() if e.conversation_id == line.id]
    look.change(ThreadState, lambda state: state._merge(line, news, zone=zone, now=now))


async def carry_sent(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the open threads into which campaigns sent something, or that show how far it came."""
    changed = {UUID(notice.subject_id) for notice in notices}
    opened = {look.shown.conversation_id for look in looks} - {None}
    if not opened:
        return
    async with unit_of_work(workspace_id) as uow:
        found = await timeline.load_sent_of(uow.session, workspace_id, opened, changed)
        touched = {entry.conversation_id for entry in found.values()}
        lines = await threads.load_lines(uow.session, workspace_id, touched)
    for look in looks:
        line = lines.get(look.shown.conversation_id)
        visibility = ConversationVisibility.of(look.viewer.actor)
        if line and visibility.includes(line.assignee_id):
            news = [entry for entry in found.values() if entry.conversation_id == line.id]
            look.change(ThreadState, _showing_entries(news, line.name, look.viewer.time_zone))


def _showing_entries(
    news: list[EntryView], contact: str, zone: str
) -> Callable[[ThreadState], None]:
    now = clock.business_now()
    return lambda state: state._merge_entries(news, contact, zone=zone, now=now)


async def carry_counts(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Count anew, once for all tabs of a person and for all that happened till now."""
    viewers = {look.viewer.user_id: look.viewer for look in looks}
    async with unit_of_work(workspace_id) as uow:
        counts = {
            user_id: await threads.count_threads(uow.session, viewer.actor)
            for user_id, viewer in viewers.items()
        }
    for look in looks:
        fresh = counts[look.viewer.user_id]
        # The list reads counts too, each time it is read.
        told = (fresh, look.tab.shows.get(KEY))
        if look.watch.told == told:
            continue
        look.watch.told = told
        look.change(ShellState, _showing_unread(fresh))
        if KEY in look.tab.shows:
            look.change(InboxListState, _showing_counts(fresh))


def _showing_unread(counts: Counts) -> Callable[[ShellState], None]:
    return lambda state: state._show_unread(counts.unread)


def _showing_counts(counts: Counts) -> Callable[[InboxListState], None]:
    return lambda state: state._show_counts(counts)


async def carry_presence(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Show in open threads who else looks or types."""
    for conversation_id in {UUID(notice.subject_id) for notice in notices}:
        showing = [look for look in looks if look.shown.conversation_id == conversation_id]
        if not showing:
            continue
        here = await presence.who_is_here(workspace_id, conversation_id)
        for look in showing:
            words = presence.sentence(here, look.viewer.user_id)
            look.change(ThreadState, _showing_presence(str(conversation_id), words))


def _showing_presence(conversation_id: str, words: str) -> Callable[[ThreadState], None]:
    return lambda state: state._show_presence(conversation_id, words)


async def carry_mentions(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Show people that a note calls them, or that they have looked."""
    called = {notice.subject_id for notice in notices}
    viewers = {look.viewer.user_id: look.viewer for look in looks}
    async with unit_of_work(workspace_id) as uow:
        found = {
            user_id: await mention_state.read(uow.session, viewer.actor)
            for user_id, viewer in viewers.items()
            if str(user_id) in called
        }
    for look in looks:
        if (news := found.get(look.viewer.user_id)) is not None:
            look.change(MentionState, _showing_mentions(*news, look.viewer.time_zone))


def _showing_mentions(
    count: int, found: list[MentionView], zone: str
) -> Callable[[MentionState], None]:
    return lambda state: state._show(count, found, zone)


async def carry_alerts(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Tell people of new messages, mentions and chats given to them, on whatever page they are."""
    told = [alert for notice in notices if (alert := alerts.read_notice(notice))]
    wishing = [look for look in looks if alerts.wishes(look.viewer.preferences)]
    if not told or not wishing:
        return
    async with unit_of_work(workspace_id) as uow:
        matter = await alerts.load_matter(uow.session, workspace_id, told)
    for look in wishing:
        views = [
            alerts.view_for(look.viewer.actor, look.viewer.preferences, alert, matter)
            for alert in told
        ]
        if shown := [view for view in views if view]:
            look.change(AlertState, _telling(shown[-1]))


def _telling(view: AlertView) -> Callable[[AlertState], None]:
    row = AlertRow(
        id=view.id,
        conversation_id=str(view.conversation_id),
        title=view.title,
        body=view.body,
        by_sound=view.by_sound,
        by_browser=view.by_browser,
    )
    return lambda state: state._tell(row)


async def carry_contact(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Show beside open threads what somebody changed about the contact."""
    looks = [look for look in looks if look.viewer.actor.can(Permission.CONTACTS_VIEW)]
    # Many at once are told as the whole workspace.
    changed = {UUID(notice.subject_id) for notice in notices}
    everything = workspace_id in changed
    shown = {look.shown for look in looks}
    touched = shown if everything else shown & changed
    if not touched:
        return
    async with unit_of_work(workspace_id) as uow:
        views = await load_views(uow.session, workspace_id, touched)
        reader = system_actor(WorkspaceId(workspace_id))
        written = {
            contact_id: await notes.list_notes(uow.session, reader, contact_id=contact_id)
            for contact_id in views
        }
    for look in looks:
        if look.shown in views:
            view, found = views[look.shown], written[look.shown]
            look.change(PanelState, _showing_contact(view, found, look.viewer.time_zone))


def _showing_contact(
    view: ContactView, found: list[NoteView], zone: str
) -> Callable[[PanelState], None]:
    return lambda state: state._patch(view, found, zone)


def register() -> None:
    """Have the relay of this process carry changes of the inbox."""
    relay.handle({Topic.CONTACT}, PANEL, carry_contact)
    relay.handle({Topic.CONVERSATION, Topic.MESSAGE}, KEY, carry)
    sent = {source.topic for source in registry.thread_sources()}
    relay.handle(sent, KEY, carry_sent, delay=SENT_EVERY_SECONDS)
    relay.handle({Topic.PRESENCE}, KEY, carry_presence)
    relay.handle({Topic.MENTION}, mention_state.KEY, carry_mentions)
    relay.handle({Topic.ALERT}, SHELL, carry_alerts)
    relay.handle(
        {Topic.CONVERSATION, Topic.MESSAGE, Topic.ALERT},
        SHELL,
        carry_counts,
        delay=COUNTS_EVERY_SECONDS,
    )
