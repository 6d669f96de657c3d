"""The list of the inbox: which threads, in a window, with counts and search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock, ids
from xobito_app.core.errors import NotFound
from xobito_app.core.paging import Page
from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.schemas import (
    Counts,
    ListView,
    SearchResult,
    ThreadFilter,
    ThreadLine,
)
from xobito_app.features.inbox.threads import search, threads
from xobito_app.ui import browser, formats
from xobito_app.ui.blocks import PageState
from xobito_app.ui.blocks.page_state import Reading
from xobito_app.ui.components import tone_of
from xobito_app.ui.pages.inbox.rows import ThreadRow, merge_row
from xobito_app.ui.pages.inbox.shown import KEY, Shown
from xobito_app.ui.security import AppState, guarded, permitted
from xobito_app.ui.shell import ShellState

SEES_INBOX = (
    Permission.INBOX_VIEW_ASSIGNED,
    Permission.INBOX_VIEW_UNASSIGNED,
    Permission.INBOX_VIEW_TEAM,
    Permission.INBOX_VIEW_ALL,
)
_STATUSES = {"open", "snoozed", "closed"}
NARROWED = {
    "number": "Number",
    "group": "Group",
    "status": "Status",
    "source": "Source",
    "campaign": "Replied to",
}
"""What the list can be narrowed by, each to one value, and how it is called."""


@dataclass(frozen=True, slots=True)
class CountsRow:
    """Counts as the tabs show them."""

    mine: str = ""
    unassigned: str = ""
    team: str = ""
    all: str = ""
    unread: str = ""

    @classmethod
    def of(cls, counts: Counts) -> CountsRow:
        """Format counts; none is shown as nothing."""
        return cls(
            mine=formats.badge(counts.mine),
            unassigned=formats.badge(counts.unassigned),
            team=formats.badge(counts.team),
            all=formats.badge(counts.all),
            unread=formats.badge(counts.unread),
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a text, and whether it is what was searched for."""

    text: str
    is_hit: bool


def marked(text: str, typed: str) -> list[Words]:
    """Return a text in pieces: what fits a typed word, and what stands between."""
    words = sorted(set(typed.split()), key=len, reverse=True)
    if not words:
        return [Words(text, False)]
    pieces = re.split(f"({'|'.join(map(re.escape, words))})", text, flags=re.IGNORECASE)
    return [Words(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


@dataclass(frozen=True, slots=True)
class HitRow:
    """A search result."""

    key: str
    conversation_id: str
    message_id: str
    tone: int
    name: list[Words]
    initials: str
    excerpt: list[Words]
    when: str


@permitted(view=SEES_INBOX)
class InboxListState(PageState, AppState):
    """The threads on the left, narrowed as the person chose."""

    live_key: ClassVar = KEY

    view: rx.Field[str] = rx.field("all")
    status: rx.Field[str] = rx.field("open")
    unread_only: rx.Field[bool] = rx.field(False)
    closing_soon: rx.Field[bool] = rx.field(False)
    narrowed: rx.Field[dict[str, str]] = rx.field(
        default_factory=lambda: dict.fromkeys(NARROWED, "")
    )
    rows: rx.Field[list[ThreadRow]] = rx.field(default_factory=list)
    cursor: rx.Field[str] = rx.field("")
    counts: rx.Field[CountsRow] = rx.field(default_factory=CountsRow)
    selected_id: rx.Field[str] = rx.field("")
    query: rx.Field[str] = rx.field("")
    hits: rx.Field[list[HitRow]] = rx.field(default_factory=list)
    is_searching: rx.Field[bool] = rx.field(False)
    _address_taken: dict[str, str] = {}

    def _filter(self) -> ThreadFilter:
        return ThreadFilter(
            view=ListView(self.view),
            status=self.status,
            unread=self.unread_only,
            closing_soon=self.closing_soon,
            **{f"{part}_id": ids.parse(value) for part, value in self.narrowed.items() if value},
        )

    def _wanted(self) -> Shown:
        return self._beside(ids.parse(self.selected_id) if self.selected_id else None)

    def _beside(self, conversation_id: UUID | None) -> Shown:
        """Tell what the relay is to watch while a thread stands beside this list."""
        return Shown(self._filter(), conversation_id)

    async def _wish(self, **wishes: Any) -> Event:
        """Take wishes over and show the list they leave; the address says them from then on.

        A list that cannot be read, or is overtaken by another wish, leaves the one before.
        """
        before = {name: getattr(self, name) for name in wishes}
        self._take(wishes)
        self._leave_search()
        try:
            await self._read_live(self._read_threads)
        except BaseException:
            self._take(before)
            raise
        return browser.call("xobito.listed", self._address())

    def _address(self) -> dict[str, str]:
        """Return what the address says of the list; what is usual is left out of it."""
        return {
            "list": "" if self.view == ListView.ALL else self.view,
            "state": "" if self.status == "open" else self.status,
            "unread": "1" if self.unread_only else "",
            "closing": "1" if self.closing_soon else "",
            **self.narrowed,
        }

    def _take_address(self, query: Mapping[str, str]) -> None:
        """Take over what the address says; what is not understood counts as not said."""
        view, status = query.get("list", ""), query.get("state", "")
        self.view = view if view in set(ListView) else ListView.ALL.value
        self.status = status if status in _STATUSES else "open"
        self.unread_only, self.closing_soon = bool(query.get("unread")), bool(query.get("closing"))
        self.narrowed = {part: _id_or_nothing(query.get(part)) for part in NARROWED}

    def _take(self, wishes: Mapping[str, Any]) -> None:
        for name, value in wishes.items():
            setattr(self, name, value)

    async def _reading(self, read: Reading) -> None:
        # The router does not hear of what scripts write into the address: one that it told before
        # is older than the person's wishes.
        given = dict(self.router.url.query_parameters)
        if given != self._address_taken:
            self._address_taken = given
            self._take_address(given)
        await self._read_live(read)

    async def _read(self, viewer: Viewer) -> None:
        page = await self._call(threads.list_threads, self._filter())
        counts = await self._call(threads.count_threads)
        self._show_threads(page, viewer)
        self._show_counts(counts)
        (await self.get_state(ShellState))._show_unread(counts.unread)

    async def _read_threads(self, viewer: Viewer) -> None:
        self._show_threads(await self._call(threads.list_threads, self._filter()), viewer)

    def _show_threads(self, page: Page[ThreadLine], viewer: Viewer) -> None:
        self.rows, self.cursor = self._rows(page, viewer), page.cursor
        self.stage = "ready"

    async def _read_more(self, viewer: Viewer) -> None:
        page = await self._call(threads.list_threads, self._filter(), cursor=self.cursor)
        known = {row.id for row in self.rows}
        more = [row for row in self._rows(page, viewer) if row.id not in known]
        self.rows, self.cursor = [*self.rows, *more], page.cursor

    def _rows(self, page: Page[ThreadLine], viewer: Viewer) -> list[ThreadRow]:
        now = clock.business_now()
        return [
            ThreadRow.of(line, zone=viewer.time_zone, now=now, selected=self.selected_id)
            for line in page.rows
        ]

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show_view(self, view: str):
        """Change to another list."""
        return await self._wish(view=view if view in set(ListView) else ListView.ALL.value)

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show_status(self, status: str):
        """Show open, snoozed or closed threads."""
        return await self._wish(status=status if status in _STATUSES else "open")

    @rx.event
    @guarded(*SEES_INBOX)
    async def toggle_unread(self):
        """Show unread threads only, or all again."""
        return await self._wish(unread_only=not self.unread_only)

    @rx.event
    @guarded(*SEES_INBOX)
    async def toggle_closing_soon(self):
        """Show threads whose reply window closes within six hours, or all again."""
        return await self._wish(closing_soon=not self.closing_soon)

    @rx.event
    @guarded(*SEES_INBOX)
    async def load_more(self):
        """Add the next window below; the list keeps at most four of them."""
        if self.cursor:
            await self._read_live(self._read_more)

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def search(self, typed: str):
        """Find messages and contacts; an empty line returns to the list."""
        self.query = str(typed)[:200]
        if len(self.query.strip()) < 2:
            self._leave_search(keep_query=True)
            return
        found = await self._call(search.search, typed=self.query)
        self.hits = _hit_rows(found, self.query, (await self._viewer()).time_zone)
        self.is_searching = True

    @rx.event
    @guarded(*SEES_INBOX)
    async def clear_search(self):
        """Return from search to the list."""
        self._leave_search()

    def _leave_search(self, *, keep_query: bool = False) -> None:
        if not keep_query:
            self.query = ""
        self.hits = []
        self.is_searching = False

    def _following(self, conversation_id: str) -> str:
        """Return the thread below one in the list, or above it when it is the last."""
        shown = [row.id for row in self.rows]
        if conversation_id not in shown:
            return ""
        at = shown.index(conversation_id)
        return next(iter(shown[at + 1 : at + 2] or shown[max(0, at - 1) : at]), "")

    def _select(self, conversation_id: str) -> None:
        self.selected_id = conversation_id
        self.rows = [
            replace(row, is_selected=row.id == conversation_id)
            if row.is_selected != (row.id == conversation_id)
            else row
            for row in self.rows
        ]

    def _merge(self, changed: dict[str, ThreadRow | None], limit: int) -> None:
        rows = list(self.rows)
        keep = max(limit, len(rows))
        for row_id, row in changed.items():
            rows = merge_row(rows, row, row_id, keep)
        if rows != self.rows:
            self.rows = rows

    def _show_counts(self, counts: Counts) -> None:
        fresh = CountsRow.of(counts)
        if fresh != self.counts:
            self.counts = fresh


def _id_or_nothing(text: str | None) -> str:
    try:
        return str(ids.parse(text)) if text else ""
    except NotFound:
        return ""


_GREY = 6
"""The tone of avatars beside a message, which is not about the person."""


def _hit_rows(found: SearchResult, typed: str, zone: str) -> list[HitRow]:
    now = clock.business_now()
    contacts = [
        HitRow(
            f"c{c.conversation_id}",
            str(c.conversation_id),
            "",
            tone_of(c.contact_id),
            marked(c.name, typed),
            initials(c.name),
            marked(c.phone, typed),
            "",
        )
        for c in found.contacts
    ]
    messages = [
        HitRow(
            f"m{m.message_id}",
            str(m.conversation_id),
            str(m.message_id),
            _GREY,
            marked(m.name, typed),
            initials(m.name),
            marked(m.excerpt, typed),
            formats.ago(m.at, zone, now),
        )
        for m in found.messages
    ]
    return contacts + messages
