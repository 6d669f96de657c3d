"""The list of contacts: one window of what the address means, and what is selected in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.paging import Page
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.labels import custom_fields, groups, sources, statuses
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.schemas import (
    ContactFilter,
    ContactView,
    GroupView,
    Sort,
    SourceView,
    StatusView,
)
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser
from xobito_app.ui.live import showing
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.rows import (
    Chip,
    Column,
    ContactRow,
    JobRow,
    SegmentRow,
    is_recent,
    usual_columns,
)
from xobito_app.ui.pages.contacts.sentences import chips_of, unlisted_of
from xobito_app.ui.security import AppState, guarded

KEY = "contacts"
MOST_SELECTED = 1000
MOST_COLUMNS = 12


class ContactsState(AppState):
    """The list and its filters."""

    rows: rx.Field[list[ContactRow]] = rx.field(default_factory=list)
    query: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    chips: rx.Field[list[Chip]] = rx.field(default_factory=list)
    segments: rx.Field[list[SegmentRow]] = rx.field(default_factory=list)
    segment_id: rx.Field[str] = rx.field("")
    # Other filters are in force than the open segment keeps.
    is_segment_changed: rx.Field[bool] = rx.field(False)
    # What a filter says of which the form offers no such choice: two groups, somebody who left.
    unlisted: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    everybody: rx.Field[str] = rx.field("")
    statuses: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    sources: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    groups: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    own_fields: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    columns: rx.Field[list[Column]] = rx.field(default_factory=list)
    jobs: rx.Field[list[JobRow]] = rx.field(default_factory=list)
    sort: rx.Field[str] = rx.field("")
    is_filtering: rx.Field[bool] = rx.field(False)
    # Changes when the search field must show something else than what was typed into it.
    search_key: rx.Field[int] = rx.field(0)
    range: rx.Field[str] = rx.field("")
    total: rx.Field[int] = rx.field(0)
    total_words: rx.Field[str] = rx.field("")
    has_newer: rx.Field[bool] = rx.field(False)
    has_older: rx.Field[bool] = rx.field(False)
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    is_all_selected: rx.Field[bool] = rx.field(False)
    is_page_selected: rx.Field[bool] = rx.field(False)
    selection_words: rx.Field[str] = rx.field("")
    export_filter: rx.Field[str] = rx.field("")
    export_link: rx.Field[str] = rx.field("")
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    # Which columns somebody chose, remembered by their browser.
    chosen_columns: str = rx.LocalStorage("", name="xobito_contact_columns")
    # Where the windows up to the one on screen begin; never empty, also before the first load.
    _cursors: list[str] = [""]
    _next: str = ""
    _typed: str = ""
    # The filters the open segment keeps.
    _kept: dict[str, str] = {}

    @rx.event(supersedes=True)
    @guarded(Permission.CONTACTS_VIEW)
    async def load(self):
        """Show what the address means, from its first window."""
        given = dict(self.router.url.query_parameters)
        async with showing(self, KEY, None) as told:
            self._cursors, self._next = [""], ""
            self._select([], everything=False)
            try:
                await self._read(told.viewer, given)
            except AppError as error:
                self.stage, self.problem, self.rows = "failed", error.message, []
            told.narrow([row.id for row in self.rows])

    async def _read(self, viewer: Viewer, given: dict[str, str]) -> None:
        actor, zone = viewer.actor, viewer.time_zone
        opened = str(given.get("segment") or "")[:40]
        async with unit_of_work(actor.workspace_id) as uow:
            session = uow.session
            query = address.read_query(given)
            saved = await segments.list_segments(session, actor)
            segment = next((view for view in saved if str(view.id) == opened), None)
            kept = address.query_of(segment.contact_filter, zone) if segment else {}
            query = query or kept
            contact_filter = address.filter_of(query, zone)
            self.sort = str(given.get("sort") or "")[:40]
            page = await listing.list_contacts(
                session, actor, contact_filter=contact_filter, sort=Sort.parse(self.sort)
            )
            self.total = await listing.count_contacts(session, actor, contact_filter=contact_filter)
            everybody = (
                await listing.count_contacts(session, actor)
                if contact_filter != ContactFilter()
                else -1
            )
            named = {
                "status": _choices(await statuses.list_statuses(session, actor)),
                "source": _choices(await sources.list_sources(session, actor)),
                "group": _choices(await groups.list_groups(session, actor)),
                "assignee": [
                    (str(m.user_id), m.name) for m in await team.list_members(session, actor)
                ],
            }
            own = await custom_fields.list_fields(session, actor, active_only=True)
            jobs = await bulk.list_jobs(session, actor, limit=5)
        self.statuses, self.sources = named["status"], named["source"]
        self.groups, self.people = named["group"], named["assignee"]
        self.own_fields = [(address.custom_name(field.slug), field.label) for field in own]
        self.query, self._kept, self.segment_id = query, kept, opened if segment else ""
        self.is_segment_changed = segment is not None and query != kept
        self.unlisted = unlisted_of(query, named)
        if query.get("q", "") != self._typed:
            self._typed = query.get("q", "")
            self.search_key += 1
        self.chips = chips_of(query, named, dict(self.own_fields))
        self.segments = [SegmentRow.of(view, self.segment_id) for view in saved]
        self.everybody = f"{self.total if everybody < 0 else everybody:,}"
        self.total_words = f"{self.total:,}"
        wanted = [name for name in self.chosen_columns.split(",") if name] or usual_columns(own)
        self.columns = Column.all_of(own, wanted[:MOST_COLUMNS])
        now = clock.now()
        self.jobs = [JobRow.of(view) for view in jobs if is_recent(view, now)]
        said_filter = contact_filter.model_dump_json(exclude_defaults=True)
        self.export_link = f"/exports/contacts.csv?{urlencode({'filter': said_filter})}"
        self._show(page, viewer)

    def _show(self, page: Page[ContactView], viewer: Viewer) -> None:
        shown = [column.id for column in self.columns if column.is_shown]
        marked = frozenset(self.selected)
        self.rows = [ContactRow.of(v, shown, marked, viewer.time_zone) for v in page.rows]
        self._next = page.cursor
        self.has_older, self.has_newer = bool(page.cursor), len(self._cursors) > 1
        first = (len(self._cursors) - 1) * 50
        self.range = (
            f"{first + 1:,}–{first + len(page.rows):,} of {self.total:,}" if page.rows else ""
        )
        self._select(self.selected, everything=self.is_all_selected)
        self.stage, self.problem = "ready", ""

    async def _turn(self, cursors: list[str]) -> None:
        async with showing(self, KEY, None) as told:
            viewer = told.viewer
            contact_filter = address.filter_of(self.query, viewer.time_zone)
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await listing.list_contacts(
                    uow.session,
                    viewer.actor,
                    contact_filter=contact_filter,
                    sort=Sort.parse(self.sort),
                    cursor=cursors[-1] if cursors else "",
                )
            self._cursors = cursors
            self._show(page, viewer)
            told.narrow([row.id for row in self.rows])

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def older(self):
        """Show the window that follows."""
        if self._next:
            await self._turn([*self._cursors, self._next])

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def newer(self):
        """Show the window before."""
        if len(self._cursors) > 1:
            await self._turn(self._cursors[:-1])

    # Filters -----------------------------------------------------------------------------

    def _go(self, query: dict[str, str]) -> Event:
        """Change the filters; a segment stays open beside them until the last one goes."""
        wanted = address.read_query(query)
        segment_id = self.segment_id if wanted else ""
        if segment_id and wanted == self._kept:
            wanted = {}
        return browser.go(address.path_of(wanted, segment=segment_id, sort=self.sort))

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def search(self, typed: str):
        """Narrow by name, number, address or company."""
        self._typed = str(typed)[:200]
        return self._go({**self.query, "q": self._typed})

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def narrow(self, name: str, value: str):
        """Set one filter; an empty value takes it away."""
        return self._go({**self.query, str(name): str(value)})

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def narrow_more(self, form: dict[str, Any]):
        """Set the filters of the little form at once."""
        self.is_filtering = False
        if not isinstance(form, dict):
            return None
        return self._go({**self.query, **{str(k): str(v or "") for k, v in form.items()}})

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def reopen_segment(self):
        """Show the open segment as it was saved."""
        return browser.go(address.path_of({}, segment=self.segment_id, sort=self.sort))

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def set_filtering(self, is_open: bool):
        """Open or close the box with all filters."""
        self.is_filtering = is_open is True

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def sort_by(self, by: str):
        """Order by a column; again is the other way round."""
        wanted = str(by)[:40]
        self.sort = f"-{wanted}" if self.sort == wanted else wanted
        return self._go(self.query)

    # Columns -----------------------------------------------------------------------------

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def toggle_column(self, name: str):
        """Show or hide a column, for this browser."""
        self.columns = [
            replace(column, is_shown=column.is_shown != (column.id == name))
            for column in self.columns
        ]
        self.chosen_columns = ",".join(c.id for c in self.columns if c.is_shown) or "none"
        await self._turn(self._cursors)

    # Selection ---------------------------------------------------------------------------

    def _select(self, chosen: list[str], *, everything: bool) -> None:
        self.selected = [] if everything else chosen[:MOST_SELECTED]
        self.is_all_selected = everything
        marked = frozenset(self.selected)
        self.rows = [replace(row, is_selected=everything or row.id in marked) for row in self.rows]
        self.is_page_selected = bool(self.rows) and all(row.is_selected for row in self.rows)
        count = self.total if everything else len(self.selected)
        self.selection_words = f"{count:,} selected" if count else ""
        if not everything and self.selected:
            picked = ContactFilter(ids=tuple(UUID(row_id) for row_id in self.selected))
            self.export_filter = picked.model_dump_json(exclude_defaults=True)
        else:
            self.export_filter = ""

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def toggle(self, row_id: str):
        """Select a contact, or no longer."""
        wanted = str(ids.parse(row_id))
        chosen = [row.id for row in self.rows] if self.is_all_selected else list(self.selected)
        chosen = [i for i in chosen if i != wanted] if wanted in chosen else [*chosen, wanted]
        self._select(chosen, everything=False)

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def toggle_page(self):
        """Select all contacts of this window, or none."""
        here = [row.id for row in self.rows]
        kept = [] if self.is_all_selected else [i for i in self.selected if i not in here]
        self._select(kept if self.is_page_selected else [*kept, *here], everything=False)

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def select_all(self):
        """Select everything the filters mean, also beyond this window."""
        self._select([], everything=True)

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def select_none(self):
        """Select nothing."""
        self._select([], everything=False)

    def _meant(self, zone: str) -> ContactFilter:
        """Return what is selected, as the filter bulk actions take."""
        if self.is_all_selected:
            return address.filter_of(self.query, zone)
        return ContactFilter(ids=tuple(UUID(row_id) for row_id in self.selected))

    # What the relay changes ----------------------------------------------------------------

    def _patch(self, views: dict[str, ContactView], zone: str) -> None:
        shown = [column.id for column in self.columns if column.is_shown]
        self.rows = [
            replace(
                ContactRow.of(views[row.id], shown, frozenset(), zone), is_selected=row.is_selected
            )
            if row.id in views
            else row
            for row in self.rows
        ]

    def _show_jobs(self, jobs: list[JobRow]) -> None:
        self.jobs = jobs


def _choices(views: Sequence[StatusView | SourceView | GroupView]) -> list[tuple[str, str]]:
    return [(str(view.id), view.name) for view in views]
