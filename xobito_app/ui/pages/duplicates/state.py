"""Contacts that may be one person: pairs, a partner picked by hand, and what a merge would do."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials
from xobito_app.features.contacts import book, duplicates, listing, merging
from xobito_app.features.contacts.merge_rows import MergedField
from xobito_app.features.contacts.merging import MergePreview
from xobito_app.features.contacts.schemas import ContactFilter, ContactView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.components import refused, said, tone_of
from xobito_app.ui.security import AppState, guarded

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
    """Two contacts and why they may be one."""

    id: str
    first: PersonRow
    second: PersonRow
    reasons: str


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


class DuplicatesState(AppState):
    """The page."""

    pairs: rx.Field[list[PairRow]] = rx.field(default_factory=list)
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
    is_merging: rx.Field[bool] = rx.field(False)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")

    @rx.event(supersedes=True)
    @guarded(Permission.CONTACTS_VIEW)
    async def load(self):
        """Look for pairs; with `?keep=` in the address, for a partner of that contact."""
        self.is_open, self.partners, self.typed = False, [], ""
        try:
            await self._read()
        except AppError as error:
            self.stage, self.problem = "failed", error.message

    async def _read(self) -> None:
        actor = await self._actor()
        kept = self.router.url.query_parameters.get("keep", "")
        async with unit_of_work(actor.workspace_id) as uow:
            found = await duplicates.find_duplicates(uow.session, actor)
            keeper = (
                await book.get_contact_view(uow.session, actor, contact_id=ids.parse(kept))
                if kept
                else None
            )
        self.keeper = [PersonRow.of(keeper)] if keeper else []
        self.pairs = [
            PairRow(
                id=f"{pair.first.id} {pair.second.id}",
                first=PersonRow.of(pair.first),
                second=PersonRow.of(pair.second),
                reasons=", ".join(pair.reasons),
            )
            for pair in found
            if keeper is None or keeper.id in {pair.first.id, pair.second.id}
        ]
        self.stage, self.problem = "ready", ""

    @rx.event(supersedes=True)
    @guarded(Permission.CONTACTS_VIEW)
    async def find_partner(self, typed: str):
        """Look for the other half by name, number or e-mail."""
        self.typed = str(typed)[:100]
        if not self.typed.strip() or not self.keeper:
            self.partners = []
            return
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            page = await listing.list_contacts(
                uow.session,
                actor,
                narrowed=ContactFilter(search=self.typed),
                limit=PARTNERS + 1,
            )
        own = self.keeper[0].id
        rows = [PersonRow.of(view) for view in page.rows]
        self.partners = [row for row in rows if row.id != own][:PARTNERS]

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def compare(self, keep_id: str, drop_id: str):
        """Show what merging the second into the first would do."""
        actor = await self._actor()
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                preview = await merging.preview_merge(
                    uow.session, actor, keep_id=ids.parse(keep_id), drop_id=ids.parse(drop_id)
                )
        except AppError as error:
            return refused(error.message)
        self._show(preview)
        return None

    def _show(self, preview: MergePreview) -> None:
        self.keep_id, self.drop_id = str(preview.keep.id), str(preview.drop.id)
        self.keep_name, self.drop_name = preview.keep.name, preview.drop.name
        self.facts = [FieldRow.of(merged) for merged in preview.fields]
        self.moving = (
            f"{preview.threads} conversations with {preview.messages} messages and"
            f" {preview.notes} notes move along."
        )
        self.is_open, self.is_merging = True, False

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def set_open(self, is_open: bool):
        """Close the comparison."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def merge(self):
        """Make one contact of the two."""
        self.is_merging = True
        yield
        actor = await self._actor()
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await merging.merge_contacts(
                    uow.session,
                    actor,
                    keep_id=ids.parse(self.keep_id),
                    drop_id=ids.parse(self.drop_id),
                )
        except AppError as error:
            yield refused(error.message)
            return
        finally:
            self.is_merging = False
        self.is_open = False
        yield said("Merged. It can be undone on the contact's page for 30 days.")
        yield rx.redirect(f"/contacts/{self.keep_id}")
