"""What happened with a contact: made, changed, written to, noted, opted out, merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.notes import NoteRepository
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.inbox import of_contact
from xobito_app.features.inbox.schemas import ThreadLine

SHOWN = 100
_KINDS = {
    "contact.created": "created",
    "contact.updated": "changed",
    "contact.opted_out": "opted_out",
    "contact.opted_in": "opted_in",
    "contact.merged": "merged",
    "contact.merge_undone": "merge_undone",
    "contact.set_apart": "set_apart",
    "contact.set_apart_undone": "set_apart_undone",
    "contact.imported": "imported",
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened.

    Attributes:
        kind: `created`, `changed`, `opted_out`, `opted_in`, `merged`, `merge_undone`,
            `set_apart`, `set_apart_undone`, `imported`, `note`, `message_in` or `message_out`.
        who: Whoever did it; empty for the customer and for Xobito itself.
        text: A note's or message's words.
        changes: On `changed`, the old and the new value of each field.
        conversation_id: Of a message: where it stands.
    """

    kind: str
    at: datetime
    who: str = ""
    text: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    conversation_id: UUID | None = None


async def read_timeline(
    session: AsyncSession, actor: Actor, *, contact_id: UUID
) -> list[TimelineEntry]:
    """Return the newest entries, newest first; of messages the first and the last one.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    contact = await ContactRepository(session, actor.workspace_id).get(contact_id)
    entries = await _deeds(session, actor, contact_id)
    if not any(entry.kind == "created" for entry in entries):
        # Whoever wrote first made their contact themselves: nobody did it.
        entries.append(TimelineEntry("created", contact.created_at))
    entries += [
        TimelineEntry("note", note.created_at, note.author_name, note.body)
        for note in await NoteRepository(session, actor.workspace_id).list_newest(contact_id, SHOWN)
    ]
    entries += [
        TimelineEntry(
            "message_in" if said.is_from_customer else "message_out",
            said.at,
            text=said.excerpt,
            conversation_id=said.conversation_id,
        )
        for said in await of_contact.first_and_last(session, actor, contact_id)
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN]


async def _deeds(session: AsyncSession, actor: Actor, contact_id: UUID) -> list[TimelineEntry]:
    found = await activity.list_about(session, actor.workspace_id, contact_id, limit=SHOWN)
    return [
        TimelineEntry(
            _KINDS[entry.action],
            entry.at,
            who=entry.actor_name if entry.user_id else "",
            text=str(entry.detail.get("reason") or entry.detail.get("other") or ""),
            changes=entry.detail.get("changes", {}),
        )
        for entry in found
        if entry.action in _KINDS
    ]


async def list_conversations(
    session: AsyncSession, actor: Actor, *, contact_id: UUID
) -> list[ThreadLine]:
    """Return the contact's threads within the actor's sight, newest activity first.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    await ContactRepository(session, actor.workspace_id).get(contact_id)
    return await of_contact.list_threads_of(session, actor, contact_id)
