"""The open thread: its newest entries, its head, and the work done on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.paging import WINDOW
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox import (
    afterwards,
    fetch,
    mentions,
    presence,
    scheduling,
    timeline,
    work,
)
from xobito_app.features.inbox.schemas import EntryView, ThreadLine, ThreadView
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import relay
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.entries import EntryRow, ScheduledRow, entry_row, joined
from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.rows import ThreadHeader
from xobito_app.ui.pages.inbox.shown import KEY, Shown
from xobito_app.ui.pages.inbox.state import SEES_INBOX, InboxListState
from xobito_app.ui.security import AppState, current_viewer, guarded

SNOOZES = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(days=7),
}


class ThreadState(AppState):
    """The open conversation and the newest entries in it.

    `older` holds what was loaded above by scrolling; apart, so that a new message does not send
    it again.
    """

    header: rx.Field[ThreadHeader] = rx.field(default_factory=ThreadHeader)
    entries: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    older: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    cursor: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    lost: rx.Field[str] = rx.field("")
    members: rx.Field[list[MemberRow]] = rx.field(default_factory=list)
    focus_id: rx.Field[str] = rx.field("")
    presence: rx.Field[str] = rx.field("")
    scheduled: rx.Field[list[ScheduledRow]] = rx.field(default_factory=list)
    enter_sends: rx.Field[bool] = rx.field(True)
    _zone: str = "UTC"

    @rx.event
    @guarded(*SEES_INBOX)
    async def load(self):
        """Open the thread the address names, as the page opens or the connection comes back."""
        viewer = await current_viewer(self)
        query = self.router.url.query_parameters
        wanted = str(query.get("c", "")) or self.header.id
        if wanted:
            await self._open(viewer, wanted, str(query.get("m", "")))

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def open_conversation(self, conversation_id: str):
        """Show a conversation, replacing the one on screen."""
        await self._open(await current_viewer(self), conversation_id, "")
        return rx.call_script("xobito.opened()")

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def open_hit(self, conversation_id: str, message_id: str):
        """Show the part of a conversation that search found."""
        await self._open(await current_viewer(self), conversation_id, message_id)
        return rx.call_script("xobito.opened()")

    async def _open(self, viewer: Viewer, conversation_id: str, message_id: str) -> None:
        actor = viewer.actor
        try:
            wanted = ids.parse(conversation_id)
            async with unit_of_work(actor.workspace_id) as uow:
                thread = await timeline.read_thread(
                    uow.session, actor, conversation_id=wanted, limit=WINDOW
                )
                around = (
                    await timeline.read_around(
                        uow.session, actor, conversation_id=wanted, message_id=ids.parse(message_id)
                    )
                    if message_id
                    else None
                )
                everybody = await team.list_members(uow.session, actor)
                waiting = await scheduling.list_scheduled(
                    uow.session, actor, conversation_id=wanted
                )
                self._zone = await scheduling.time_zone_of(uow.session, actor)
                if thread.line.unread:
                    await work.mark_read(uow.session, actor, conversation_id=wanted)
                await mentions.mark_seen(uow.session, actor, conversation_id=wanted)
                await presence.be_here(uow.session, actor, conversation_id=wanted)
                if self.header.id and self.header.id != str(wanted):
                    left = ids.parse(self.header.id)
                    await presence.leave(uow.session, actor, conversation_id=left)
        except AppError as error:
            self._lose(error.message)
            return
        if self.header.id != str(wanted):
            (await self.get_state(DraftState))._leave()
        self._show(thread, viewer)
        self.scheduled = [ScheduledRow.of(entry, self._zone) for entry in waiting]
        here = await presence.who_is_here(actor.workspace_id, wanted)
        self.presence = presence.sentence(here, viewer.user_id)
        await (await self.get_state(PanelState))._load(viewer, wanted)
        self.members = [MemberRow(id=str(m.user_id), name=m.name) for m in everybody if m.is_active]
        self.focus_id = message_id if around else ""
        self.enter_sends = bool(viewer.preferences.get("enter_sends", True))
        if around and around[1]:
            self.older = self._rows(around[0], viewer.time_zone, thread.line.name)
            self.cursor = around[1]
        listing = await self.get_state(InboxListState)
        listing._select(str(wanted))
        self._remember(viewer, listing, wanted)

    def _remember(self, viewer: Viewer, listing: InboxListState, wanted: UUID | None) -> None:
        relay.watch(self.router.session.client_token, viewer, KEY, Shown(listing._wanted(), wanted))

    def _show(self, thread: ThreadView, viewer: Viewer) -> None:
        zone, now = viewer.time_zone, clock.business_now()
        self.header = ThreadHeader.of(thread, zone=zone, now=now)
        self.entries = self._rows(thread.entries, zone, thread.line.name)
        self.older = []
        self.cursor = thread.older
        self.is_open = True
        self.lost = ""

    def _rows(
        self, entries: tuple[EntryView, ...] | list[EntryView], zone: str, contact: str
    ) -> list[EntryRow]:
        now = clock.business_now()
        return joined([entry_row(e, zone=zone, now=now, contact=contact) for e in entries])

    @rx.event
    @guarded(*SEES_INBOX)
    async def load_older(self):
        """Add the window before the oldest entry on screen."""
        viewer = await current_viewer(self)
        if not self.cursor or not self.header.id:
            return None
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            entries, cursor = await timeline.read_older(
                uow.session,
                viewer.actor,
                conversation_id=ids.parse(self.header.id),
                cursor=self.cursor,
            )
        rows = self._rows(entries, viewer.time_zone, self.header.name)
        self.older = joined([*rows, *self.older])
        self.cursor = cursor
        return rx.call_script("xobito.keepPlace()")

    @rx.event
    @guarded(*SEES_INBOX)
    async def close_pane(self):
        """Go back to the list, on a phone."""
        viewer = await current_viewer(self)
        self._clear()
        listing = await self.get_state(InboxListState)
        listing._select("")
        self._remember(viewer, listing, None)
        return rx.call_script("xobito.opened()")

    def _clear(self) -> None:
        self.header = ThreadHeader()
        self.entries = []
        self.older = []
        self.cursor = ""
        self.is_open = False
        self.focus_id = ""
        self.scheduled = []

    def _lose(self, why: str) -> None:
        """Take a thread off the screen that may no longer be seen."""
        self._clear()
        self.lost = why

    async def _work(self, what: Callable[..., Awaitable[object]], **arguments: object) -> None:
        """Do one thing to the open thread; the live notice brings the result."""
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await what(
                uow.session, viewer.actor, conversation_id=ids.parse(self.header.id), **arguments
            )

    @rx.event
    @guarded(Permission.INBOX_ASSIGN)
    async def assign(self, user_id: str):
        """Give the thread to a person; an empty id means nobody."""
        await self._work(work.assign, assignee_id=ids.parse(user_id) if user_id else None)

    @rx.event
    @guarded(Permission.INBOX_ASSIGN)
    async def take(self):
        """Take the thread oneself."""
        viewer = await current_viewer(self)
        await self._work(work.assign, assignee_id=viewer.user_id)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def close(self):
        """Close the thread."""
        await self._work(work.close)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def reopen(self):
        """Open the thread again."""
        await self._work(work.reopen)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def snooze(self, span: str):
        """Put the thread aside for one of the offered spans."""
        await self._work(work.snooze, until=clock.now() + SNOOZES.get(span, SNOOZES["1d"]))

    @rx.event
    @guarded(*SEES_INBOX)
    async def mark_unread(self):
        """Leave the thread and let it count as unread."""
        await self._work(work.mark_unread)
        viewer = await current_viewer(self)
        self._clear()
        listing = await self.get_state(InboxListState)
        listing._select("")
        self._remember(viewer, listing, None)

    @rx.event
    @guarded(*SEES_INBOX)
    async def seen(self):
        """The person looks at the thread: what arrived meanwhile is read."""
        if self.header.id:
            await self._work(work.mark_read)
            await self._work(mentions.mark_seen)

    @rx.event
    @guarded(*SEES_INBOX)
    async def be_here(self):
        """The person still looks at the open thread."""
        if self.header.id:
            await self._work(presence.be_here)

    @rx.event(throttle=3000)
    @guarded(Permission.INBOX_REPLY)
    async def type_here(self):
        """The person types: colleagues see it, and so does the customer."""
        if self.header.id:
            await self._work(presence.be_here, typing=True)
            await self._work(afterwards.show_typing)

    @rx.event
    @guarded(*SEES_INBOX)
    async def fetch_again(self, message_id: str):
        """Ask WhatsApp once more for a file that could not be fetched."""
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await fetch.try_message_again(
                uow.session, viewer.actor, message_id=ids.parse(message_id)
            )

    def _show_presence(self, conversation_id: str, words: str) -> None:
        if self.header.id == conversation_id and self.presence != words:
            self.presence = words

    def _merge(self, line: ThreadLine, news: list[EntryView], *, zone: str, now: datetime) -> None:
        """Take over what changed in the open thread."""
        if str(line.id) != self.header.id:
            return
        view = ThreadView(line, (), "", self.header.can_reply, self.header.why_not)
        header = ThreadHeader.of(view, zone=zone, now=now)
        if header != self.header:
            self.header = header
        if not news:
            return
        self._merge_scheduled(news)
        fresh = {str(e.id): entry_row(e, zone=zone, now=now, contact=line.name) for e in news}
        above = {row.id for row in self.older}
        if above & set(fresh):
            self.older = joined([fresh.get(row.id, row) for row in self.older])
        rows = {row.id: row for row in self.entries}
        rows |= {key: row for key, row in fresh.items() if key not in above}
        merged = joined(list(rows.values()))
        if len(merged) > 2 * WINDOW:
            # The window is moved on; what falls out stands above, as if scrolled to.
            self.older = joined([*self.older, *merged[:-WINDOW]])
            merged = merged[-WINDOW:]
        self.entries = merged

    def _merge_scheduled(self, news: list[EntryView]) -> None:
        """Keep the list of what waits for its time: its own zone is the workspace's."""
        changed = {str(e.id) for e in news}
        rest = [row for row in self.scheduled if row.id not in changed]
        waiting = [ScheduledRow.of(e, self._zone) for e in news if e.status == "scheduled"]
        rows = sorted([*rest, *waiting], key=lambda row: row.sort)
        if rows != self.scheduled:
            self.scheduled = rows
