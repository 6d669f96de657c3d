"""Private notes on contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean, shorten
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of
from xobito_app.models.contact_work import ContactNote
from xobito_app.models.contacts import Contact
from xobito_app.persistence import keyset
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce

LONGEST = 5000
SHOWN = 100


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as it is shown; `is_own` tells whether the actor wrote it."""

    id: UUID
    author_name: str
    body: str
    created_at: datetime
    updated_at: datetime
    is_own: bool


class NoteRepository(Repository[ContactNote]):
    """Notes on the contacts of one workspace."""

    missing = "This note no longer exists."

    async def list_newest(
        self, contact_id: UUID, limit: int = SHOWN, before: keyset.Position | None = None
    ) -> Sequence[ContactNote]:
        """Return the newest notes on a contact, or those before a position."""
        statement = self.scoped()
        if before:
            statement = statement.where(
                keyset.before(before, col(ContactNote.created_at), col(ContactNote.id))
            )
        return await self.all(
            statement.where(col(ContactNote.contact_id) == contact_id)
            .order_by(col(ContactNote.created_at).desc(), col(ContactNote.id).desc())
            .limit(limit)
        )

    async def get_on(
        self, note_id: UUID, contact_id: UUID | None, *, lock: bool = False
    ) -> ContactNote:
        """Return a note, which must be on this contact when one is named.

        Raises:
            NotFound: It is missing, another workspace's or on another contact.
        """
        row = await self.get(note_id, lock=lock)
        if contact_id not in {None, row.contact_id}:
            raise NotFound(self.missing)
        return row


async def list_notes(session: AsyncSession, actor: Actor, *, contact_id: UUID) -> list[NoteView]:
    """Return the newest notes on a contact.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    await ContactRepository(session, actor.workspace_id).get(contact_id)
    rows = await NoteRepository(session, actor.workspace_id).list_newest(contact_id)
    return [_view(row, actor) for row in rows]


async def add_note(session: AsyncSession, actor: Actor, *, contact_id: UUID, body: str) -> NoteView:
    """Write a note on a contact.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: It is empty or too long.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_EDIT)
    contact = await ContactRepository(session, actor.workspace_id).get(contact_id)
    row = ContactNote(
        workspace_id=actor.workspace_id,
        contact_id=contact_id,
        author_id=actor.user_id,
        author_name=shorten(actor.name, 191),
        body=_body(body),
    )
    await NoteRepository(session, actor.workspace_id).add(row)
    _tell(session, actor, "contact.note_added", contact)
    return _view(row, actor)


async def update_note(
    session: AsyncSession, actor: Actor, *, note_id: UUID, body: str, contact_id: UUID | None = None
) -> NoteView:
    """Rewrite a note of one's own.

    Raises:
        Forbidden: It is somebody else's.
        Invalid: It is empty or too long.
        NotFound: It no longer exists.
    """
    require(actor, Permission.CONTACTS_EDIT)
    notes = NoteRepository(session, actor.workspace_id)
    row = await notes.get_on(note_id, contact_id, lock=True)
    if not _is_own(row, actor):
        raise Forbidden("Only who wrote a note may rewrite it.")
    row.body, row.updated_at = _body(body), clock.now()
    await notes.add(row)
    contact = await ContactRepository(session, actor.workspace_id).get(row.contact_id)
    _tell(session, actor, "contact.note_changed", contact)
    return _view(row, actor)


async def delete_note(
    session: AsyncSession, actor: Actor, *, note_id: UUID, contact_id: UUID | None = None
) -> None:
    """Delete a note: one's own, or any by whoever may delete contacts.

    Raises:
        Forbidden: It is somebody else's.
        NotFound: It no longer exists.
    """
    require(actor, Permission.CONTACTS_EDIT)
    notes = NoteRepository(session, actor.workspace_id)
    row = await notes.get_on(note_id, contact_id)
    if not _is_own(row, actor):
        require(actor, Permission.CONTACTS_DELETE)
    contact = await ContactRepository(session, actor.workspace_id).get(row.contact_id)
    await notes.delete(row)
    _tell(session, actor, "contact.note_deleted", contact)


def _body(body: str) -> str:
    words = clean(body)
    if not 1 <= len(words) <= LONGEST:
        raise Invalid.field("body", f"Write between 1 and {LONGEST} characters.")
    return words


def _tell(session: AsyncSession, actor: Actor, action: str, contact: Contact) -> None:
    activity.record(
        session, actor, action, about="contact", object_id=contact.id, name=name_of(contact)
    )
    announce(session, actor.workspace_id, Topic.CONTACT, contact.id)


def _view(row: ContactNote, actor: Actor) -> NoteView:
    return taken_from(row, NoteView, is_own=_is_own(row, actor))


def _is_own(row: ContactNote, actor: Actor) -> bool:
    """Tell whether the actor wrote a note.

    A note of somebody who was deleted has no author any more, and API tokens never have one: those
    are told apart by their name.
    """
    if actor.user_id is not None or row.author_id is not None:
        return row.author_id == actor.user_id
    return row.author_name == shorten(actor.name, 191)
