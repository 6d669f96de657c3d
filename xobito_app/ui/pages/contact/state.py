"""The page of one contact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Invalid, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.merging import merging
from xobito_app.features.contacts.records import contacts, notes, timeline
from xobito_app.features.contacts.schemas import ContactDraft
from xobito_app.features.inbox.threads import contact_threads
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.contact.rows import ContactCard, EventRow, MergeRow, NoteRow, ThreadRow
from xobito_app.ui.security import AppState, guarded

TABS = frozenset({"timeline", "conversations", "notes"})


class ContactState(AppState):
    """Everything that is known of one contact."""

    card: rx.Field[ContactCard] = rx.field(default_factory=ContactCard)
    events: rx.Field[list[EventRow]] = rx.field(default_factory=list)
    threads: rx.Field[list[ThreadRow]] = rx.field(default_factory=list)
    notes: rx.Field[list[NoteRow]] = rx.field(default_factory=list)
    merges: rx.Field[list[MergeRow]] = rx.field(default_factory=list)
    tab: rx.Field[str] = rx.field("timeline")
    editing_note: rx.Field[str] = rx.field("")
    note_text: rx.Field[str] = rx.field("")
    note_error: rx.Field[str] = rx.field("")
    asks_to_delete: rx.Field[bool] = rx.field(False)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")

    def _here(self) -> UUID:
        """Return whose page this is: the last part of the address."""
        return ids.parse(self.router.url.path.rstrip("/").rpartition("/")[2])

    @rx.event(supersedes=True)
    @guarded(Permission.CONTACTS_VIEW)
    async def load(self):
        """Read the contact of the address."""
        self.stage, self.editing_note, self.note_text, self.note_error = "", "", "", ""
        self.asks_to_delete = False
        try:
            await self._read()
        except NotFound:
            self.stage = "missing"
        except AppError as error:
            self.stage, self.problem = "failed", error.message

    async def _read(self) -> None:
        viewer = await self._viewer()
        actor, zone, row_id = viewer.actor, viewer.time_zone, self._here()
        async with unit_of_work(actor.workspace_id) as uow:
            session = uow.session
            view = await contacts.get_contact_view(session, actor, contact_id=row_id)
            own = await custom_fields.list_fields(session, actor, active_only=True)
            happened = await timeline.read_timeline(session, actor, contact_id=row_id)
            threads = await contact_threads.list_threads_of(session, actor, contact_id=row_id)
            written = await notes.list_notes(session, actor, contact_id=row_id)
            merges = await merging.list_merges(session, actor, contact_id=row_id)
        now = clock.now()
        self.card = ContactCard.of(view, own, zone)
        self.events = [EventRow.of(i, entry, zone) for i, entry in enumerate(happened.rows)]
        self.threads = [ThreadRow.of(line, zone, now) for line in threads]
        self.notes = [NoteRow.of(note, zone) for note in written]
        self.merges = [MergeRow.of(merge, zone) for merge in merges if merge.undo_until]
        self.stage, self.problem = "ready", ""

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def show_tab(self, tab: str):
        """Show the timeline, the conversations or the notes."""
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
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await contacts.update_contact(uow.session, actor, contact_id=self._here(), draft=draft)
        await self._read()

    @rx.event
    @guarded(Permission.CONTACTS_DELETE)
    async def ask_to_delete(self, is_open: bool):
        """Open or close the question before deleting."""
        self.asks_to_delete = is_open is True

    @rx.event
    @guarded(Permission.CONTACTS_DELETE)
    async def remove(self):
        """Delete the contact and what was written with them."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await contacts.delete_contact(uow.session, actor, contact_id=self._here())
        self.asks_to_delete = False
        return [toast_success("Deleted."), rx.redirect("/contacts")]

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def undo_merge(self, merge_id: str):
        """Part two contacts again, exactly as they were."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await merging.undo_merge(uow.session, actor, merge_id=ids.parse(merge_id))
        await self._read()
        return toast_success("The two are apart again.")

    # Notes -------------------------------------------------------------------------------

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def save_note(self, form: dict[str, Any]):
        """Keep a new note, or the changed one."""
        actor = await self._actor()
        body = forms.text(form, "body", 6000)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                if self.editing_note:
                    await notes.update_note(
                        uow.session, actor, note_id=ids.parse(self.editing_note), body=body
                    )
                else:
                    await notes.add_note(uow.session, actor, contact_id=self._here(), body=body)
        except Invalid as error:
            self.note_error, self.note_text = next(iter(field_errors(error).values())), body
            return
        # A new key empties the field; an equal one would keep what was typed.
        self.editing_note, self.note_text, self.note_error = "", "", ""
        await self._read()

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def edit_note(self, note_id: str):
        """Take a note back into the field."""
        found = next((note for note in self.notes if note.id == note_id), None)
        self.editing_note = found.id if found else ""
        self.note_text, self.note_error = found.body if found else "", ""

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def remove_note(self, note_id: str):
        """Delete a note."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await notes.delete_note(uow.session, actor, note_id=ids.parse(note_id))
        await self._read()
        return toast_success("Deleted.")
