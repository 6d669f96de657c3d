"""The list of contacts: one window of what the address means, and what is selected in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.schemas import (
    ContactFilter,
    ContactView,
    Sort,
)
from xobito_app.ui import browser
from xobito_app.ui.blocks import Form, Page, SelectionState, Viewer
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.filtering import FilteringState
from xobito_app.ui.pages.contacts.rows import (
    Column,
    ContactRow,
    JobRow,
    SegmentRow,
    is_recent,
    usual_columns,
)
from xobito_app.ui.security import AppState, guarded_by, permitted

KEY = "contacts"
MOST_COLUMNS = 12


@permitted(view=Permission.CONTACTS_VIEW)
class ContactsState(SelectionState, FilteringState, AppState):
    """The list and its filters."""

    live_key: ClassVar = KEY
    filters: ClassVar = address.NAMES
    things: ClassVar = ("contact", "contacts")

    rows: rx.Field[list[ContactRow]] = rx.field(default_factory=list)
    segments: rx.Field[list[SegmentRow]] = rx.field(default_factory=list)
    segment_id: rx.Field[str] = rx.field("")
    # Other filters are in force than the open segment keeps.
    is_segment_changed: rx.Field[bool] = rx.field(False)
    everybody: rx.Field[str] = rx.field("")
    columns: rx.Field[list[Column]] = rx.field(default_factory=list)
    jobs: rx.Field[list[JobRow]] = rx.field(default_factory=list)
    sort: rx.Field[str] = rx.field("")
    is_filtering: rx.Field[bool] = rx.field(False)
    export_filter: rx.Field[str] = rx.field("")
    export_link: rx.Field[str] = rx.field("")
    # Which columns somebody chose, remembered by their browser.
    chosen_columns: str = rx.LocalStorage("", name="xobito_contact_columns")
    # The filters the open segment keeps.
    _kept: dict[str, str] = {}

    async def _take_address(self, viewer: Viewer) -> None:
        given = self.router.url.query_parameters
        opened = str(given.get("segment") or "")[:40]
        saved = await self._call(segments.list_segments)
        segment = next((view for view in saved if str(view.id) == opened), None)
        kept = address.query_of(segment.contact_filter, viewer.time_zone) if segment else {}
        query = address.read_query(given) or kept
        self._kept, self.segment_id = kept, opened if segment else ""
        self.is_segment_changed = segment is not None and query != kept
        self.segments = [SegmentRow.of(view, self.segment_id) for view in saved]
        self.sort = str(given.get("sort") or "")[:40]
        self._show_query(query)
        self._select([], everything=False)

    async def _prepare(self, viewer: Viewer) -> None:
        own = await self._read_choices()
        self._word_filters()
        self.everybody = f"{await self._call(listing.count_contacts):,}"
        wanted = [name for name in self.chosen_columns.split(",") if name] or usual_columns(own)
        self.columns = Column.all_of(own, wanted[:MOST_COLUMNS])
        self._show_jobs(await self._recent_jobs())
        said = self._filter(viewer.time_zone).model_dump_json(exclude_defaults=True)
        self.export_link = f"/exports/contacts.csv?{urlencode({'filter': said})}"

    async def _recent_jobs(self) -> list[JobRow]:
        now = clock.now()
        found = await self._call(bulk.list_jobs, limit=5)
        return [JobRow.of(view) for view in found if is_recent(view, now)]

    async def _page(self, viewer: Viewer, cursor: str) -> Page[ContactRow]:
        zone = viewer.time_zone
        page = await self._call(
            listing.list_contacts,
            contact_filter=self._filter(zone),
            sort=Sort.parse(self.sort),
            cursor=cursor,
        )
        shown, marked = self._shown_columns(), frozenset(self.selected)
        return page.map(lambda view: ContactRow.of(view, shown, marked, zone))

    async def _count(self, viewer: Viewer) -> int:
        wanted = self._filter(viewer.time_zone)
        return await self._call(listing.count_contacts, contact_filter=wanted)

    def _filter(self, zone: str) -> ContactFilter:
        return address.filter_of(self.query, zone)

    # Filters -----------------------------------------------------------------------------

    def _is_filter(self, name: str) -> bool:
        return name in self.filters or address.is_custom(name)

    def _go(self, query: Mapping[str, str]) -> Event:
        """Change the filters; a segment stays open beside them until the last one goes."""
        wanted = address.read_query(query)
        segment_id = self.segment_id if wanted else ""
        if segment_id and wanted == self._kept:
            wanted = {}
        return browser.go(address.path_of(wanted, segment=segment_id, sort=self.sort))

    @rx.event
    @guarded_by("view")
    async def narrow_more(self, form: Form):
        """Set the filters of the little form at once."""
        self.is_filtering = False
        return self._go({**self.query, **{str(k): str(v or "") for k, v in form.items()}})

    @rx.event
    @guarded_by("view")
    async def reopen_segment(self):
        """Show the open segment as it was saved."""
        return browser.go(address.path_of({}, segment=self.segment_id, sort=self.sort))

    @rx.event
    @guarded_by("view")
    async def set_filtering(self, is_open: bool):
        """Open or close the box with all filters."""
        self.is_filtering = is_open

    @rx.event
    @guarded_by("view")
    async def sort_by(self, by: str):
        """Order by a column; again is the other way round."""
        wanted = by[:40]
        self.sort = f"-{wanted}" if self.sort == wanted else wanted
        return self._go(self.query)

    # Columns -----------------------------------------------------------------------------

    def _shown_columns(self) -> list[str]:
        return [column.id for column in self.columns if column.is_shown]

    @rx.event
    @guarded_by("view")
    async def toggle_column(self, name: str):
        """Show or hide a column, for this browser."""
        self.columns = [
            replace(column, is_shown=column.is_shown != (column.id == name))
            for column in self.columns
        ]
        self.chosen_columns = ",".join(self._shown_columns()) or "none"
        await self._turn(self._cursors)

    # Selection ---------------------------------------------------------------------------

    def _select(self, chosen: list[str], *, everything: bool) -> None:
        super()._select(chosen, everything=everything)
        picked = ContactFilter(ids=tuple(UUID(row_id) for row_id in self.selected))
        said = picked.model_dump_json(exclude_defaults=True)
        self.export_filter = said if self.selected else ""

    def _meant(self, zone: str) -> ContactFilter:
        """Return what is selected, as the filter bulk actions take."""
        if self.is_all_selected:
            return self._filter(zone)
        return ContactFilter(ids=tuple(UUID(row_id) for row_id in self.selected))

    # What the relay changes ----------------------------------------------------------------

    def _patch(self, views: dict[str, ContactView], zone: str) -> None:
        shown, marked = self._shown_columns(), frozenset[str]()
        self.rows = [
            replace(ContactRow.of(views[row.id], shown, marked, zone), is_selected=row.is_selected)
            if row.id in views
            else row
            for row in self.rows
        ]

    def _show_jobs(self, jobs: list[JobRow]) -> None:
        self.jobs = jobs
