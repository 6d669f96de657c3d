"""The page of one contact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.merging import merging
from xobito_app.features.contacts.records import contacts, notes, timeline
from xobito_app.features.contacts.schemas import ContactDraft
from xobito_app.features.inbox.threads import contact_threads
from xobito_app.ui import forms
from xobito_app.ui.blocks import PageState, QuestionState
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.campaigns.got import GotRow, read_got
from xobito_app.ui.pages.contact.rows import ContactCard, EventRow, MergeRow, NoteRow, ThreadRow
from xobito_app.ui.security import AppState, guarded, permitted

TABS = frozenset({"timeline", "conversations", "campaigns", "notes"})


@permitted(view=Permission.CONTACTS_VIEW, delete=Permission.CONTACTS_DELETE)
class ContactState(PageState, QuestionState, AppState):
    """Everything that is known of one contact."""

    card: rx.Field[ContactCard] = rx.field(default_factory=ContactCard)
    events: rx.Field[list[EventRow]] = rx.field(default_factory=list)
    threads: rx.Field[list[ThreadRow]] = rx.field(default_factory=list)
    notes: rx.Field[list[NoteRow]] = rx.field(default_factory=list)
    merges: rx.Field[list[MergeRow]] = rx.field(default_factory=list)
    got: rx.Field[list[GotRow]] = rx.field(default_factory=list)
    tab: rx.Field[str] = rx.field("timeline")
    editing_note: rx.Field[str] = rx.field("")
    note_text: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    def _here(self) -> UUID:
        """Return whose page this is: the last part of the address."""
        return ids.parse(self.router.url.path.rstrip("/").rpartition("/")[2])

    async def _read(self, viewer: Viewer) -> None:
        self.editing_note, self.note_text, self.errors, self.question = "", "", {}, ""
        try:
            await self._read_contact(viewer)
        except NotFound:
            self.stage = "missing"

    async def _read_contact(self, viewer: Viewer) -> None:
        zone = viewer.time_zone
        given: dict[str, Any] = {"contact_id": self._here()}
        view = await self._call(contacts.get_contact_view, **given)
        own = await self._call(custom_fields.list_fields, active_only=True)
        happened = await self._call(timeline.read_timeline, **given)
        threads = await self._call(contact_threads.list_threads_of, **given)
        written = await self._call(notes.list_notes, **given)
        merges = await self._call(merging.list_merges, **given)
        now = clock.now()
        self.card = ContactCard.of(view, own, zone)
        self.events = [EventRow.of(i, entry, zone) for i, entry in enumerate(happened.rows)]
        self.threads = [ThreadRow.of(line, zone, now) for line in threads]
        self.notes = [NoteRow.of(note, zone) for note in written]
        self.got = await read_got(self, viewer, self._here(), now)
        self.merges = [MergeRow.of(merge, zone) for merge in merges if merge.undo_until]

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def show_tab(self, tab: str):
        """Show the timeline, the conversations, the campaigns or the notes."""
        if tab in TABS:
            self.tab = tab

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def set_opted_out(self, is_out: bool):
        """Opt the contact out of campaigns, or in again."""
        draft = ContactDraft(opted_out=is_out is True)
        if is_out is True:
            actor = await self._actor()
            draft["opt_out_reason"] = f"Set by {actor.name}"
        await self._change(draft)
        return toast_success("Opted out." if is_out is True else "Opted in again.")

    async def _change(self, draft: ContactDraft) -> None:
        await self._call(contacts.update_contact, contact_id=self._here(), draft=draft)
        await self._reading(self._read_contact)

    @rx.event
    @guarded(Permission.CONTACTS_DELETE)
    async def remove(self):
        """Delete the contact and what was written with them."""
        await self._call(contacts.delete_contact, contact_id=self._answered())
        return [toast_success("Deleted."), rx.redirect("/contacts")]

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def undo_merge(self, merge_id: str):
        """Part two contacts again, exactly as they were."""
        await self._call(merging.undo_merge, merge_id=ids.parse(merge_id))
        await self._reading(self._read_contact)
        return toast_success("The two are apart again.")

    # Notes -------------------------------------------------------------------------------

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def save_note(self, form: dict[str, Any]):
        """Keep a new note, or the changed one."""
        body = forms.text(form, "body", 6000)
        try:
            if self.editing_note:
                note_id = ids.parse(self.editing_note)
                await self._call(notes.update_note, note_id=note_id, body=body)
            else:
                await self._call(notes.add_note, contact_id=self._here(), body=body)
        except Invalid as error:
            self.errors, self.note_text = field_errors(error), body
            return
        # A new key empties the field; an equal one would keep what was typed.
        self.editing_note, self.note_text, self.errors = "", "", {}
        await self._reading(self._read_contact)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def edit_note(self, note_id: str):
        """Take a note back into the field."""
        found = next((note for note in self.notes if note.id == note_id), None)
        self.editing_note = found.id if found else ""
        self.note_text, self.errors = found.body if found else "", {}

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def remove_note(self, note_id: str):
        """Delete a note."""
        await self._call(notes.delete_note, note_id=ids.parse(note_id))
        await self._reading(self._read_contact)
        return toast_success("Deleted.")
