"""The list of the inbox: which threads, in a window, with counts and search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from xobito_app.core import clock, ids
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
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats
from xobito_app.ui.live import showing
from xobito_app.ui.pages.inbox.rows import ThreadRow, merge_row
from xobito_app.ui.pages.inbox.shown import KEY, Shown
from xobito_app.ui.security import AppState, current_viewer, guarded
from xobito_app.ui.shell import ShellState

SEES_INBOX = (
    Permission.INBOX_VIEW_ASSIGNED,
    Permission.INBOX_VIEW_UNASSIGNED,
    Permission.INBOX_VIEW_TEAM,
    Permission.INBOX_VIEW_ALL,
)
_STATUSES = {"open", "snoozed", "closed"}
NARROWED = {"number": "Number", "group": "Group", "status": "Status", "source": "Source"}
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
class HitRow:
    """A search result."""

    key: str
    conversation_id: str
    message_id: str
    name: str
    initials: str
    excerpt: str
    when: str


class InboxListState(AppState):
    """The threads on the left, narrowed as the person chose."""

    view: rx.Field[str] = rx.field("all")
    status: rx.Field[str] = rx.field("open")
    unread_only: rx.Field[bool] = rx.field(False)
    closing_soon: rx.Field[bool] = rx.field(False)
    narrowed: rx.Field[dict[str, str]] = rx.field(
        default_factory=lambda: dict.fromkeys(NARROWED, "")
    )
    rows: rx.Field[list[ThreadRow]] = rx.field(default_factory=list)
    cursor: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    counts: rx.Field[CountsRow] = rx.field(default_factory=CountsRow)
    selected_id: rx.Field[str] = rx.field("")
    query: rx.Field[str] = rx.field("")
    hits: rx.Field[list[HitRow]] = rx.field(default_factory=list)
    is_searching: rx.Field[bool] = rx.field(False)

    def _wanted(self) -> ThreadFilter:
        return ThreadFilter(
            view=ListView(self.view),
            status=self.status,
            unread=self.unread_only,
            closing_soon=self.closing_soon,
            **{f"{part}_id": ids.parse(value) for part, value in self.narrowed.items() if value},
        )

    def _shown(self) -> Shown:
        selected = ids.parse(self.selected_id) if self.selected_id else None
        return Shown(self._wanted(), selected)

    async def _wish(self, **wishes: Any) -> None:
        """Take wishes over and show the list they leave.

        A list that cannot be read, or is overtaken by another wish, leaves the one before.
        """
        before = {name: getattr(self, name) for name in wishes}
        self._take(wishes)
        self._leave_search()
        try:
            await self._reload(with_counts=False)
        except BaseException:
            self._take(before)
            raise

    def _take(self, wishes: Mapping[str, Any]) -> None:
        for name, value in wishes.items():
            setattr(self, name, value)

    async def _reload(self, *, with_counts: bool) -> None:
        async with showing(self, KEY, self._shown()) as told:
            viewer, counts = told.viewer, None
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await threads.list_threads(uow.session, viewer.actor, self._wanted())
                if with_counts:
                    counts = await threads.count_threads(uow.session, viewer.actor)
            if counts:
                self._show_counts(counts)
                (await self.get_state(ShellState))._show_unread(counts.unread)
            self.rows = self._rows(page, viewer)
            self.cursor = page.cursor
            self.is_loaded = True

    def _rows(self, page: Page[ThreadLine], viewer: Viewer) -> list[ThreadRow]:
        now = clock.business_now()
        return [
            ThreadRow.of(line, zone=viewer.time_zone, now=now, selected=self.selected_id)
            for line in page.rows
        ]

    @rx.event
    @guarded(*SEES_INBOX)
    async def load(self):
        """Show the list, as the page opens or the connection comes back."""
        await self._reload(with_counts=True)

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show_view(self, view: str):
        """Change to another list."""
        await self._wish(view=view if view in set(ListView) else ListView.ALL.value)

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show_status(self, status: str):
        """Show open, snoozed or closed threads."""
        await self._wish(status=status if status in _STATUSES else "open")

    @rx.event
    @guarded(*SEES_INBOX)
    async def toggle_unread(self):
        """Show unread threads only, or all again."""
        await self._wish(unread_only=not self.unread_only)

    @rx.event
    @guarded(*SEES_INBOX)
    async def toggle_closing_soon(self):
        """Show threads whose reply window closes within six hours, or all again."""
        await self._wish(closing_soon=not self.closing_soon)

    @rx.event
    @guarded(*SEES_INBOX)
    async def load_more(self):
        """Add the next window below; the list keeps at most four of them."""
        if not self.cursor:
            return
        async with showing(self, KEY, self._shown()) as told:
            viewer = told.viewer
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await threads.list_threads(
                    uow.session, viewer.actor, self._wanted(), cursor=self.cursor
                )
            known = {row.id for row in self.rows}
            more = [row for row in self._rows(page, viewer) if row.id not in known]
            self.rows = [*self.rows, *more]
            self.cursor = page.cursor

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def search(self, typed: str):
        """Find messages and contacts; an empty line returns to the list."""
        self.query = str(typed)[:200]
        if len(self.query.strip()) < 2:
            self._leave_search(keep_query=True)
            return
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            found = await search.search(uow.session, viewer.actor, typed=self.query)
        self.hits = _hit_rows(found, viewer.time_zone)
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


def _hit_rows(found: SearchResult, zone: str) -> list[HitRow]:
    now = clock.business_now()
    contacts = [
        HitRow(
            f"c{c.conversation_id}",
            str(c.conversation_id),
            "",
            c.name,
            initials(c.name),
            c.phone,
            "",
        )
        for c in found.contacts
    ]
    messages = [
        HitRow(
            f"m{m.message_id}",
            str(m.conversation_id),
            str(m.message_id),
            m.name,
            initials(m.name),
            m.excerpt,
            formats.ago(m.at, zone, now),
        )
        for m in found.messages
    ]
    return contacts + messages
