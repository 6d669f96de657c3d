"""`/contacts/{id}/notes` and `/contacts/{id}/timeline`: what is known and what happened."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue

from xobito_app.api.v1.declare import Call, endpoint, needing
from xobito_app.api.v1.shapes import (
    In,
    Moment,
    Out,
    Page,
    PageQuery,
    about,
    limited,
    part,
    walked,
)
from xobito_app.features.contacts.records import notes, timeline
from xobito_app.features.contacts.records.notes import NoteView
from xobito_app.features.contacts.records.timeline import TimelineEntry

_TAG = "Notes and timeline"


class Note(Out):
    """A private note on a contact; never sent."""

    id: UUID
    author_name: str
    body: str
    is_own: bool = Field(description="Whether a token of this name wrote it.")
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, view: NoteView) -> Note:
        """Take a note over."""
        return cls.model_validate(view, from_attributes=True)


class NoteText(In):
    """What a note says."""

    body: Annotated[str, limited(notes.LONGEST, 1)]


class Happening(Out):
    """One thing that happened with a contact."""

    id: UUID
    kind: str = Field(
        description="created, changed, opted_out, opted_in, merged, merge_undone, set_apart, "
        "set_apart_undone, imported, note, message_in or message_out."
    )
    at: Moment
    who: str = Field(description="Of the staff; empty for the customer and for machines.")
    text: str = Field(description="A note's or message's words, or a reason.")
    changes: dict[str, JsonValue] = Field(description="Old and new value of each changed field.")
    conversation_id: UUID | None

    @classmethod
    def of(cls, entry: TimelineEntry) -> Happening:
        """Take an entry over."""
        return cls.model_validate(entry, from_attributes=True)


class TimelineQuery(In):
    """Which part of a timeline is wanted."""

    per_page: int = Field(default=15, ge=1, le=timeline.SHOWN)
    cursor: str = Field(
        default="", max_length=1000, description="`next_cursor` of the part before."
    )


@endpoint("GET", "/contacts/{contact_id}/notes", tag=_TAG, thing="Contact", ability="contacts.read")
async def list_notes(call: Call, *, query: PageQuery) -> Page[Note]:
    """List a contact's notes.

    The newest hundred, newest first.
    """
    found = await notes.list_notes(call.session, call.actor, contact_id=call.id("contact_id"))
    return Page[Note](**part(call, [Note.of(view) for view in found], query))


@endpoint(
    "POST",
    "/contacts/{contact_id}/notes",
    tag=_TAG,
    thing="Contact",
    ability="contacts.update",
    message="Note added",
    status=201,
    example={"body": "Prefers to be called in the morning."},
)
async def add_note(call: Call, *, body: NoteText) -> Note:
    """Write a note on a contact."""
    return Note.of(
        await notes.add_note(
            call.session, call.actor, contact_id=call.id("contact_id"), body=body.body
        )
    )


@endpoint(
    "PUT",
    "/contacts/{contact_id}/notes/{note_id}",
    tag=_TAG,
    thing="Note",
    ability="contacts.update",
    message="Note updated",
    example={"body": "Prefers to be called in the evening."},
)
async def update_note(call: Call, *, body: NoteText) -> Note:
    """Rewrite a note.

    Only one that a token of the same name wrote; others are answered 403.
    """
    return Note.of(
        await notes.update_note(
            call.session,
            call.actor,
            contact_id=call.id("contact_id"),
            note_id=call.id("note_id"),
            body=body.body,
        )
    )


@endpoint(
    "DELETE",
    "/contacts/{contact_id}/notes/{note_id}",
    tag=_TAG,
    thing="Note",
    ability="contacts.update",
    message="Note deleted",
)
async def delete_note(call: Call) -> None:
    """Delete a note.

    Those of others take the ability `contacts.delete` as well.
    """
    with needing("contacts.delete"):
        await notes.delete_note(
            call.session,
            call.actor,
            contact_id=call.id("contact_id"),
            note_id=call.id("note_id"),
        )


@endpoint(
    "GET", "/contacts/{contact_id}/timeline", tag=_TAG, thing="Contact", ability="contacts.read"
)
async def read_timeline(call: Call, *, query: TimelineQuery) -> Page[Happening]:
    """Read what happened with a contact.

    Newest first; walk on with the cursor. Of messages the first and the last one are told, and
    only to a token that also has the ability `messages.read`.
    """
    contact_id = call.id("contact_id")
    with about("cursor"):
        found = await timeline.read_timeline(
            call.session,
            call.actor,
            contact_id=contact_id,
            cursor=query.cursor,
            limit=query.per_page,
        )
    rows = [Happening.of(entry) for entry in found.rows]
    return Page[Happening](**walked(call, rows, per_page=query.per_page, cursor=found.cursor))
