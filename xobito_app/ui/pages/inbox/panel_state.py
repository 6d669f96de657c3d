"""The contact of the open thread: facts edited in place, notes, earlier chats."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.records import contacts, notes
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.features.contacts.records.notes import NoteView
from xobito_app.features.contacts.schemas import ContactDraft, ContactView, CustomFieldView
from xobito_app.features.inbox.threads import contact_threads, timeline
from xobito_app.ui import forms
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.failures import field_errors
from xobito_app.ui.live import showing
from xobito_app.ui.pages.campaigns.got import GotRow, read_got
from xobito_app.ui.pages.contact.rows import NoteRow, ThreadRow
from xobito_app.ui.pages.inbox.panel_rows import (
    NOTES_SHOWN,
    OWN,
    Choice,
    PanelCard,
)
from xobito_app.ui.pages.inbox.state import SEES_INBOX
from xobito_app.ui.security import AppState, guarded

KEY = "panel"
_POINTERS = {"status": "status_id", "source": "source_id", "owner": "assignee_id"}


class PanelState(StagedState, AppState):
    """What is known of the contact, and what may be chosen for them."""

    card: rx.Field[PanelCard] = rx.field(default_factory=PanelCard)
    notes: rx.Field[list[NoteRow]] = rx.field(default_factory=list)
    has_more_notes: rx.Field[bool] = rx.field(False)
    earlier: rx.Field[list[ThreadRow]] = rx.field(default_factory=list)
    got: rx.Field[list[GotRow]] = rx.field(default_factory=list)
    statuses: rx.Field[list[Choice]] = rx.field(default_factory=list)
    sources: rx.Field[list[Choice]] = rx.field(default_factory=list)
    groups: rx.Field[list[Choice]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    # Another number empties the field of a note that was kept.
    notes_written: rx.Field[int] = rx.field(0)
    _own: list[CustomFieldView] = []
    _about: tuple[UUID, UUID] | None = None

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def load(self):
        """Read the contact of the open thread once more."""
        if self._about:
            await self._load(*self._about)

    async def _load(self, contact_id: UUID, conversation_id: UUID) -> None:
        """Show whom a thread is with, or in its place why that is not possible."""
        self._about = (contact_id, conversation_id)
        await self._staged(self._read(contact_id, conversation_id))

    async def _read(self, contact_id: UUID, conversation_id: UUID) -> None:
        async with showing(self, KEY, contact_id) as told:
            self.errors = {}
            viewer = told.viewer
            if viewer.actor.can(Permission.CONTACTS_VIEW):
                async with self._transaction():
                    await self._read_whole(viewer, contact_id, conversation_id)
                return
            facts = await self._call(timeline.read_panel, conversation_id=conversation_id)
            self.card = PanelCard.of_facts(facts, viewer.time_zone)
            self.notes, self.earlier, self.has_more_notes = [], [], False
            self.got = []

    async def _read_whole(self, viewer: Viewer, contact_id: UUID, conversation_id: UUID) -> None:
        view = await self._call(contacts.get_contact_view, contact_id=contact_id)
        written = await self._call(notes.list_notes, contact_id=contact_id)
        lines = await self._call(contact_threads.list_threads_of, contact_id=contact_id)
        self._own = await self._call(custom_fields.list_fields, active_only=True)
        labels = await self._call(list_labels)
        self.statuses = [Choice(str(one.id), one.name, one.color) for one in labels.statuses]
        self.sources = [Choice(str(one.id), one.name) for one in labels.sources]
        self.groups = [Choice(str(one.id), one.name) for one in labels.groups]
        now = clock.business_now()
        self.earlier = [
            ThreadRow.of(line, viewer.time_zone, now)
            for line in lines
            if line.id != conversation_id
        ]
        self.got = await read_got(self, viewer, contact_id, now)
        self._show(view, written, viewer.time_zone)

    def _show(self, view: ContactView, written: list[NoteView], zone: str) -> None:
        self.card = PanelCard.of(view, self._own, zone)
        self._show_notes(written, zone)

    def _show_notes(self, written: list[NoteView], zone: str) -> None:
        self.notes = [NoteRow.of(note, zone) for note in written[:NOTES_SHOWN]]
        self.has_more_notes = len(written) > NOTES_SHOWN

    async def _change(self, draft: ContactDraft) -> None:
        contact_id = ids.parse(self.card.id)
        async with showing(self, KEY, contact_id) as told:
            view = await self._call(contacts.update_contact, contact_id=contact_id, draft=draft)
            self.card = PanelCard.of(view, self._own, told.viewer.time_zone)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def change(self, name: str, value: str):
        """Keep what was written into a field, or say below it what is wrong."""
        shown = next((item for item in self.card.fields if item.name == name), None)
        if shown is None or shown.kind == "fixed" or shown.value == value.strip():
            self.errors = {key: said for key, said in self.errors.items() if key != name}
            return
        draft: Any = (
            {"custom": {name.removeprefix(OWN): value}} if name.startswith(OWN) else {name: value}
        )
        try:
            await self._change(draft)
        except Invalid as error:
            self.errors = {**self.errors, name: next(iter(field_errors(error).values()))}
            return
        self.errors = {key: said for key, said in self.errors.items() if key != name}

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def choose(self, name: str, choice_id: str):
        """Give the contact another status, source or owner; an empty id means none."""
        if name in _POINTERS:
            chosen: Any = {_POINTERS[name]: ids.parse(choice_id) if choice_id else None}
            await self._change(chosen)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def toggle_group(self, group_id: str):
        """Put the contact into a group, or take them out."""
        wanted = str(ids.parse(group_id))
        held = [group.id for group in self.card.groups]
        kept = [i for i in held if i != wanted] if wanted in held else [*held, wanted]
        await self._change(ContactDraft(group_ids=[ids.parse(row_id) for row_id in kept]))

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def add_note(self, form: dict[str, Any]):
        """Keep a private note on the contact."""
        try:
            await self._add_note(ids.parse(self.card.id), forms.text(form, "body", 6000))
        except Invalid as error:
            self.errors = {**self.errors, "note": next(iter(field_errors(error).values()))}
            return
        self.errors = {key: said for key, said in self.errors.items() if key != "note"}
        self.notes_written += 1

    async def _add_note(self, contact_id: UUID, body: str) -> None:
        async with showing(self, KEY, contact_id) as told:
            async with self._transaction():
                await self._call(notes.add_note, contact_id=contact_id, body=body)
                written = await self._call(notes.list_notes, contact_id=contact_id)
            self._show_notes(written, told.viewer.time_zone)

    def _patch(self, view: ContactView, written: list[NoteView], zone: str) -> None:
        """Take over what somebody else changed; called by the relay."""
        if self.card.is_whole and str(view.id) == self.card.id:
            self._show(view, written, zone)
