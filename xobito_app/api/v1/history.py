"""`/contacts/{id}/notes` and `/contacts/{id}/timeline`: what is known and what happened."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needing, needs, not_found
from xobito_app.api.rest.shapes import (
    In,
    Moment,
    Numbered,
    Out,
    Page,
    about,
    limited,
)
from xobito_app.features.contacts.records import notes, timeline

router = APIRouter(tags=["Notes and timeline"], route_class=RestRoute)


class Note(Out):
    """A private note on a contact; never sent."""

    id: UUID
    author_name: str
    body: str
    is_own: bool = Field(description="Whether a token of this name wrote it.")
    created_at: Moment
    updated_at: Moment


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


class TimelineQuery(In):
    """Which part of a timeline is wanted."""

    per_page: int = Field(default=15, ge=1, le=timeline.SHOWN)
    cursor: str = Field(
        default="", max_length=1000, description="`next_cursor` of the part before."
    )


@router.get("/contacts/{contact_id}/notes", responses=not_found("Contact"))
async def list_notes(
    call: Annotated[Call, needs("contacts.read")],
    contact_id: UUID,
    query: Numbered,
) -> Page[Note]:
    """List a contact's notes.

    The newest hundred, newest first.
    """
    found = await notes.list_notes(call.session, call.actor, contact_id=contact_id)
    return Page[Note].part(call, [Note.of(view) for view in found], query)


@router.post(
    "/contacts/{contact_id}/notes",
    status_code=201,
    response_description="Note added",
    responses=not_found("Contact"),
)
async def add_note(
    call: Annotated[Call, needs("contacts.update")],
    contact_id: UUID,
    body: Annotated[NoteText, json_body({"body": "Prefers to be called in the morning."})],
) -> Note:
    """Write a note on a contact."""
    return Note.of(
        await notes.add_note(call.session, call.actor, contact_id=contact_id, body=body.body)
    )


@router.put(
    "/contacts/{contact_id}/notes/{note_id}",
    response_description="Note updated",
    responses=not_found("Note"),
)
async def update_note(
    call: Annotated[Call, needs("contacts.update")],
    contact_id: UUID,
    note_id: UUID,
    body: Annotated[NoteText, json_body({"body": "Prefers to be called in the evening."})],
) -> Note:
    """Rewrite a note.

    Only one that a token of the same name wrote; others are answered 403.
    """
    return Note.of(
        await notes.update_note(
            call.session,
            call.actor,
            contact_id=contact_id,
            note_id=note_id,
            body=body.body,
        )
    )


@router.delete(
    "/contacts/{contact_id}/notes/{note_id}",
    response_description="Note deleted",
    responses=not_found("Note"),
)
async def delete_note(
    call: Annotated[Call, needs("contacts.update")], contact_id: UUID, note_id: UUID
) -> None:
    """Delete a note.

    Those of others take the ability `contacts.delete` as well.
    """
    with needing("contacts.delete"):
        await notes.delete_note(
            call.session,
            call.actor,
            contact_id=contact_id,
            note_id=note_id,
        )


@router.get("/contacts/{contact_id}/timeline", responses=not_found("Contact"))
async def read_timeline(
    call: Annotated[Call, needs("contacts.read")],
    contact_id: UUID,
    query: Annotated[TimelineQuery, Query()],
) -> Page[Happening]:
    """Read what happened with a contact.

    Newest first; walk on with the cursor. Of messages the first and the last one are told, and
    only to a token that also has the ability `messages.read`.
    """
    with about("cursor"):
        found = await timeline.read_timeline(
            call.session,
            call.actor,
            contact_id=contact_id,
            cursor=query.cursor,
            limit=query.per_page,
        )
    return Page[Happening].shown(call, found.map(Happening.of), per_page=query.per_page)
