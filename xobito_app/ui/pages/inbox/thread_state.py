"""The open thread: its newest entries, its head, and the work done on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Forbidden, NotFound
from xobito_app.core.paging import WINDOW
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.composing import message_actions, scheduling
from xobito_app.features.inbox.receiving import fetch
from xobito_app.features.inbox.schemas import EntryView, ThreadLine, ThreadView
from xobito_app.features.inbox.threads import (
    local_times,
    mentions,
    presence,
    thread_actions,
    timeline,
)
from xobito_app.features.workspaces import team
from xobito_app.features.workspaces.schemas import MemberView
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.live import showing
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.entries import EntryRow, ScheduledRow, entry_row, joined
from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.preset_rows import PresetRow, preset_rows
from xobito_app.ui.pages.inbox.rows import ThreadHeader
from xobito_app.ui.pages.inbox.shown import KEY
from xobito_app.ui.pages.inbox.state import SEES_INBOX, InboxListState
from xobito_app.ui.security import AppState, guarded


@dataclass(frozen=True, slots=True)
class _Found:
    """A thread as it is read for the screen."""

    thread: ThreadView
    around: tuple[tuple[EntryView, ...], str] | None
    members: Sequence[MemberView]
    waiting: Sequence[EntryView]
    workspace_zone: str


async def _read(
    session: AsyncSession, actor: Actor, conversation_id: UUID, message_id: str
) -> _Found:
    given = {"conversation_id": conversation_id}
    found = _Found(
        thread=await timeline.read_thread(session, actor, limit=WINDOW, **given),
        around=(
            await timeline.read_around(session, actor, message_id=ids.parse(message_id), **given)
            if message_id
            else None
        ),
        members=await team.list_members(session, actor),
        waiting=await scheduling.list_scheduled(session, actor, **given),
        workspace_zone=await local_times.time_zone_of(session, actor),
    )
    await presence.be_here(session, actor, conversation_id=conversation_id)
    return found


class ThreadState(StagedState, AppState):
    """The open conversation and the newest entries in it.

    Its stage says what stands in its place while none is open; it is "lost" once the person may
    no longer see the one that was. `older` holds what was loaded above by scrolling; apart, so
    that a new message does not send it again.
    """

    header: rx.Field[ThreadHeader] = rx.field(default_factory=ThreadHeader)
    entries: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    older: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    cursor: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    members: rx.Field[list[MemberRow]] = rx.field(default_factory=list)
    focus_id: rx.Field[str] = rx.field("")
    presence: rx.Field[str] = rx.field("")
    scheduled: rx.Field[list[ScheduledRow]] = rx.field(default_factory=list)
    enter_sends: rx.Field[bool] = rx.field(True)
    snoozes: rx.Field[list[PresetRow]] = rx.field(default_factory=list)
    _zone: str = "UTC"
    _contact_id: UUID = UUID(int=0)
    # What was asked for last, to be tried once more where it could not be shown.
    _asked: tuple[str, str] = ("", "")

    @rx.event
    @guarded(*SEES_INBOX)
    async def load(self):
        """Open the thread the address names, as the page opens or the connection comes back.

        Whether anybody looks is not known here: the browser says so (`seen`).
        """
        query = self.router.url.query_parameters
        wanted = str(query.get("c", "")) or self.header.id
        if wanted:
            await self._open(wanted, str(query.get("m", "")), is_looked_at=False)
        else:
            self.stage = "ready"

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def open_conversation(self, conversation_id: str):
        """Show a conversation, replacing the one on screen."""
        await self._open(conversation_id, "", is_looked_at=True)
        return rx.call_script("xobito.opened()")

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def open_hit(self, conversation_id: str, message_id: str):
        """Show the part of a conversation that search found."""
        await self._open(conversation_id, message_id, is_looked_at=True)
        return rx.call_script("xobito.opened()")

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def open_again(self):
        """Try once more to show the conversation that could not be shown."""
        await self._open(*self._asked, is_looked_at=True)
        return rx.call_script("xobito.opened()")

    async def _open(self, conversation_id: str, message_id: str, *, is_looked_at: bool) -> None:
        self._asked = (conversation_id, message_id)
        await self._staged(self._read(conversation_id, message_id))
        if self.stage == "ready":
            panel = await self.get_state(PanelState)
            await panel._load(self._contact_id, ids.parse(self.header.id))
            if is_looked_at:
                await self._mark_read()
        elif self.stage == "lost":
            await self._unselect()
        else:
            self._clear()
            (await self.get_state(InboxListState))._select("")

    async def _read(self, conversation_id: str, message_id: str) -> None:
        listing = await self.get_state(InboxListState)
        try:
            wanted = ids.parse(conversation_id)
            async with showing(self, KEY, listing._beside(wanted)) as told:
                found = await self._call(_read, wanted, message_id)
                await self._show(found, told.viewer, message_id)
                listing._select(str(wanted))
        except (NotFound, Forbidden) as error:
            self._lose(error.message)

    async def _unselect(self) -> None:
        """Show no thread from now on."""
        listing = await self.get_state(InboxListState)
        async with showing(self, KEY, listing._beside(None)):
            listing._select("")

    async def _mark_read(self) -> None:
        """Remember that the person has seen what stands on the screen, and nothing newer."""
        shown = [ids.parse(row.id) for row in self.entries]
        await self._work(thread_actions.mark_read, shown=shown)
        await self._work(mentions.mark_seen, shown=shown)

    async def _show(self, found: _Found, viewer: Viewer, message_id: str) -> None:
        thread, zone = found.thread, viewer.time_zone
        wanted = thread.line.id
        if self.header.id and self.header.id != str(wanted):
            await self._work(presence.leave)
            (await self.get_state(DraftState))._leave()
        here = await presence.who_is_here(viewer.actor.workspace_id, wanted)
        self._show_thread(thread, viewer)
        self._contact_id = thread.line.contact_id
        self._zone = found.workspace_zone
        self.snoozes = preset_rows(self._zone)
        self.scheduled = [ScheduledRow.of(entry, self._zone) for entry in found.waiting]
        self.presence = presence.sentence(here, viewer.user_id)
        self.members = [
            MemberRow(id=str(m.user_id), name=m.name) for m in found.members if m.is_active
        ]
        self.focus_id = message_id if found.around else ""
        self.enter_sends = bool(viewer.preferences.get("enter_sends", True))
        if found.around and found.around[1]:
            self.older = self._rows(found.around[0], zone, thread.line.name)
            self.cursor = found.around[1]

    def _show_thread(self, thread: ThreadView, viewer: Viewer) -> None:
        zone, now = viewer.time_zone, clock.business_now()
        self.header = ThreadHeader.of(thread, zone=zone, now=now)
        self.entries = self._rows(thread.entries, zone, thread.line.name)
        self.older = []
        self.cursor = thread.older
        self.is_open = True

    def _rows(
        self, entries: tuple[EntryView, ...] | list[EntryView], zone: str, contact: str
    ) -> list[EntryRow]:
        now = clock.business_now()
        return joined([entry_row(e, zone=zone, now=now, contact=contact) for e in entries])

    @rx.event
    @guarded(*SEES_INBOX)
    async def load_older(self):
        """Add the window before the oldest entry on screen."""
        if not self.cursor or not self.header.id:
            return None
        listing = await self.get_state(InboxListState)
        wanted = ids.parse(self.header.id)
        async with showing(self, KEY, listing._beside(wanted)) as told:
            entries, cursor = await self._call(
                timeline.read_older, conversation_id=wanted, cursor=self.cursor
            )
            rows = self._rows(entries, told.viewer.time_zone, self.header.name)
            self.older = joined([*rows, *self.older])
            self.cursor = cursor
        return rx.call_script("xobito.keepPlace()")

    @rx.event
    @guarded(*SEES_INBOX)
    async def close_pane(self):
        """Go back to the list, on a phone."""
        self._clear()
        self.stage = "ready"
        await self._unselect()
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
        self.stage, self.problem = "lost", why

    async def _work(self, what: Callable[..., Awaitable[object]], **arguments: object) -> None:
        """Do one thing to the open thread; the live notice brings the result."""
        await self._call(what, **{"conversation_id": ids.parse(self.header.id), **arguments})

    @rx.event
    @guarded(Permission.INBOX_ASSIGN)
    async def assign(self, user_id: str):
        """Give the thread to a person; an empty id means nobody."""
        await self._work(thread_actions.assign, assignee_id=ids.parse(user_id) if user_id else None)

    @rx.event
    @guarded(Permission.INBOX_ASSIGN)
    async def take(self):
        """Take the thread oneself."""
        await self._work(thread_actions.assign, assignee_id=(await self._viewer()).user_id)

    @rx.event
    @guarded(*SEES_INBOX)
    async def mark_unread(self):
        """Leave the thread and let it count as unread."""
        await self._work(thread_actions.mark_unread)
        self._clear()
        await self._unselect()

    @rx.event
    @guarded(*SEES_INBOX)
    async def seen(self):
        """The person looks at the thread: what stands in it is read."""
        if self.header.id:
            await self._mark_read()

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
            await self._work(message_actions.show_typing)

    @rx.event
    @guarded(*SEES_INBOX)
    async def fetch_again(self, message_id: str):
        """Ask WhatsApp once more for a file that could not be fetched."""
        await self._call(fetch.try_message_again, message_id=ids.parse(message_id))

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
        self._merge_entries(news, line.name, zone=zone, now=now)

    def _merge_entries(
        self, news: list[EntryView], contact: str, *, zone: str, now: datetime
    ) -> None:
        """Take over entries that came or changed."""
        news = [entry for entry in news if str(entry.conversation_id) == self.header.id]
        if not news:
            return
        self._merge_scheduled(news)
        fresh = {str(e.id): entry_row(e, zone=zone, now=now, contact=contact) for e in news}
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
        if merged != self.entries:
            self.entries = merged

    def _merge_scheduled(self, news: list[EntryView]) -> None:
        """Keep the list of what waits for its time: its own zone is the workspace's."""
        changed = {str(e.id) for e in news}
        rest = [row for row in self.scheduled if row.id not in changed]
        waiting = [ScheduledRow.of(e, self._zone) for e in news if e.status == "scheduled"]
        rows = sorted([*rest, *waiting], key=lambda row: row.sort)
        if rows != self.scheduled:
            self.scheduled = rows


async def open_thread_id(state: AppState) -> UUID:
    """Return which thread is open in a tab.

    Raises:
        NotFound: None is.
    """
    return ids.parse((await state.get_state(ThreadState)).header.id)
