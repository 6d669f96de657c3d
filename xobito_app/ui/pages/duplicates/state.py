"""Contacts that may be one person: pairs, a partner picked by hand, and what a merge would do."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials, shorten
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.merging import duplicates, merging, not_duplicates
from xobito_app.features.contacts.merging.merge_rows import MergedField
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.schemas import ContactFilter, ContactView
from xobito_app.ui import browser, formats
from xobito_app.ui.blocks import PageState, Viewer
from xobito_app.ui.components import toast_success, tone_of
from xobito_app.ui.security import AppState, guarded_by, permitted

PARTNERS = 8


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One side of a pair."""

    id: str
    name: str
    line: str
    initials: str
    tone: int
    link: str

    @classmethod
    def of(cls, view: ContactView) -> PersonRow:
        """Word a contact in two lines."""
        return cls(
            id=str(view.id),
            name=view.name,
            line=" · ".join(p for p in (view.phone_display, view.email, view.company) if p),
            initials=initials(view.name),
            tone=tone_of(view.id),
            link=f"/contacts/{view.id}",
        )


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two contacts, and why they may be one or who said that they are two."""

    id: str
    first: PersonRow
    second: PersonRow
    reasons: str

    @classmethod
    def of(cls, first: ContactView, second: ContactView, reasons: str) -> PairRow:
        """Word a pair."""
        return cls(
            f"{first.id} {second.id}",
            PersonRow.of(first),
            PersonRow.of(second),
            shorten(reasons, 200),
        )


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One fact of a merge: as both have it, and as the one will."""

    label: str
    kept: str
    dropped: str
    result: str
    is_changed: bool

    @classmethod
    def of(cls, merged: MergedField) -> FieldRow:
        """Word a fact."""
        return cls(
            merged.label,
            merged.kept or "–",
            merged.dropped or "–",
            merged.result or "–",
            merged.result != merged.kept,
        )


@permitted(view=Permission.CONTACTS_VIEW, edit=Permission.CONTACTS_EDIT)
class DuplicatesState(PageState, AppState):
    """The page."""

    pairs: rx.Field[list[PairRow]] = rx.field(default_factory=list)
    # With `?show=dismissed` in the address the list holds the pairs that are no duplicates.
    shows_dismissed: rx.Field[bool] = rx.field(False)
    keeper: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    partners: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    typed: rx.Field[str] = rx.field("")
    keep_id: rx.Field[str] = rx.field("")
    drop_id: rx.Field[str] = rx.field("")
    keep_name: rx.Field[str] = rx.field("")
    drop_name: rx.Field[str] = rx.field("")
    facts: rx.Field[list[FieldRow]] = rx.field(default_factory=list)
    moving: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)

    async def _read(self, viewer: Viewer) -> None:
        """Look for pairs; with `?keep=` in the address, for a partner of that contact."""
        self.is_open, self.partners, self.typed = False, [], ""
        given = self.router.url.query_parameters
        kept, self.shows_dismissed = given.get("keep", ""), given.get("show", "") == "dismissed"
        rows = await self._find_pairs(viewer.time_zone)
        self.keeper = []
        if kept:
            view = await self._call(contacts.get_contact_view, contact_id=ids.parse(kept))
            self.keeper = [PersonRow.of(view)]
        keeper_id = self.keeper[0].id if self.keeper else ""
        self.pairs = [
            row for row in rows if not keeper_id or keeper_id in {row.first.id, row.second.id}
        ]

    async def _find_pairs(self, zone: str) -> list[PairRow]:
        if not self.shows_dismissed:
            found = await self._call(duplicates.find_duplicates)
            return [PairRow.of(p.first, p.second, ", ".join(p.reasons)) for p in found]
        dismissed = await self._call(not_duplicates.list_distinct)
        return [
            PairRow.of(
                view.first,
                view.second,
                f"Dismissed by {view.actor_name}, {formats.full(view.created_at, zone)}",
            )
            for view in dismissed
        ]

    @rx.event(supersedes=True)
    @guarded_by("view")
    async def find_partner(self, typed: str):
        """Look for the other half by name, number or e-mail."""
        self.typed = typed[:100]
        if not self.typed.strip() or not self.keeper:
            self.partners = []
            return
        wanted = ContactFilter(search=self.typed)
        page = await self._call(listing.list_contacts, contact_filter=wanted, limit=PARTNERS + 1)
        own = self.keeper[0].id
        rows = [PersonRow.of(view) for view in page.rows]
        self.partners = [row for row in rows if row.id != own][:PARTNERS]

    @rx.event
    @guarded_by("edit")
    async def compare(self, keep_id: str, drop_id: str):
        """Show what merging the second into the first would do."""
        preview = await self._call(
            merging.preview_merge, keep_id=ids.parse(keep_id), drop_id=ids.parse(drop_id)
        )
        self.keep_id, self.drop_id = str(preview.keep.id), str(preview.drop.id)
        self.keep_name, self.drop_name = preview.keep.name, preview.drop.name
        self.facts = [FieldRow.of(merged) for merged in preview.fields]
        self.moving = (
            f"{preview.threads} conversations with {preview.messages} messages and"
            f" {preview.notes} notes move along."
        )
        self.is_open = True

    @rx.event
    @guarded_by("edit")
    async def set_apart(self, first_id: str, second_id: str):
        """Remember that these are two people, and show the pair no more."""
        await self._call(
            not_duplicates.set_apart, first_id=ids.parse(first_id), second_id=ids.parse(second_id)
        )
        # One of three alike may now be paired with another.
        return [DuplicatesState.load, toast_success("Dismissed. Find it under “Dismissed”.")]

    @rx.event
    @guarded_by("edit")
    async def take_back(self, first_id: str, second_id: str):
        """Let a dismissed pair be found again."""
        await self._call(
            not_duplicates.take_back, first_id=ids.parse(first_id), second_id=ids.parse(second_id)
        )
        return [DuplicatesState.load, toast_success("Restored to the duplicates.")]

    @rx.event
    @guarded_by("edit")
    async def set_open(self, is_open: bool):
        """Close the comparison."""
        self.is_open = is_open

    @rx.event
    @guarded_by("edit")
    async def merge(self):
        """Make one contact of the two."""
        async for event in self._busily(self._merge):
            yield event
        if not self.is_open:
            yield browser.go(f"/contacts/{self.keep_id}")

    async def _merge(self) -> str:
        keep_id, drop_id = ids.parse(self.keep_id), ids.parse(self.drop_id)
        await self._call(merging.merge_contacts, keep_id=keep_id, drop_id=drop_id)
        self.is_open = False
        return "Merged. It can be undone on the contact's page for 30 days."
