"""Contacts that may be one person: pairs, a partner picked by hand, and what a merge would do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials, shorten
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.merging import duplicates, merging, not_duplicates
from xobito_app.features.contacts.merging.merge_rows import MergedField
from xobito_app.features.contacts.merging.merging import MergePreview
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.schemas import ContactFilter, ContactView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser, formats
from xobito_app.ui.components import toast_error, toast_success, tone_of
from xobito_app.ui.security import AppState, guarded

PARTNERS = 8
Decision = Callable[..., Awaitable[None]]


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


class DuplicatesState(AppState):
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
        viewer = await self._viewer()
        actor, zone = viewer.actor, viewer.time_zone
        given = self.router.url.query_parameters
        kept, shows_dismissed = given.get("keep", ""), given.get("show", "") == "dismissed"
        async with unit_of_work(actor.workspace_id) as uow:
            if shows_dismissed:
                rows = [
                    PairRow.of(
                        view.first,
                        view.second,
                        f"Set apart by {view.actor_name}, {formats.full(view.created_at, zone)}",
                    )
                    for view in await not_duplicates.list_distinct(uow.session, actor)
                ]
            else:
                rows = [
                    PairRow.of(pair.first, pair.second, ", ".join(pair.reasons))
                    for pair in await duplicates.find_duplicates(uow.session, actor)
                ]
            keeper = (
                await contacts.get_contact_view(uow.session, actor, contact_id=ids.parse(kept))
                if kept
                else None
            )
        self.keeper = [PersonRow.of(keeper)] if keeper else []
        self.pairs = [
            row for row in rows if keeper is None or str(keeper.id) in {row.first.id, row.second.id}
        ]
        self.shows_dismissed = shows_dismissed
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
                contact_filter=ContactFilter(search=self.typed),
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
            return toast_error(error.message)
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
    async def set_apart(self, first_id: str, second_id: str):
        """Remember that these are two people, and show the pair no more."""
        return await self._decide(
            not_duplicates.set_apart,
            first_id,
            second_id,
            "They are not shown as duplicates any more. “Show dismissed” has them.",
        )

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def take_back(self, first_id: str, second_id: str):
        """Let a dismissed pair be found again."""
        return await self._decide(
            not_duplicates.take_back, first_id, second_id, "They may be found as duplicates again."
        )

    async def _decide(self, service: Decision, first_id: str, second_id: str, words: str) -> Event:
        actor = await self._actor()
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await service(
                    uow.session,
                    actor,
                    first_id=ids.parse(first_id),
                    second_id=ids.parse(second_id),
                )
        except AppError as error:
            return toast_error(error.message)
        # One of three alike may now be paired with another.
        await self._read()
        self.is_open = False
        return toast_success(words)

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
            yield toast_error(error.message)
            return
        finally:
            self.is_merging = False
        self.is_open = False
        yield toast_success("Merged. It can be undone on the contact's page for 30 days.")
        yield browser.go(f"/contacts/{self.keep_id}")
