"""What happened with a contact: made, changed, written to, noted, opted out, merged."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import paging
from xobito_app.core.paging import Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.records.notes import NoteRepository
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.schemas import TimelineEntry
from xobito_app.persistence.keyset import Position

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


async def read_timeline(
    session: AsyncSession,
    actor: Actor,
    *,
    contact_id: UUID,
    cursor: str = "",
    limit: int = SHOWN,
) -> Page[TimelineEntry]:
    """Return a window of entries, newest first; of messages the first and the last one.

    Raises:
        Forbidden: The actor may not see contacts.
        Invalid: The cursor is damaged.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    contact = await ContactRepository(session, actor.workspace_id).get(contact_id)
    before = paging.decode(cursor) if cursor else None
    most = max(1, min(limit, SHOWN)) + 1
    entries = await _changes(session, actor, contact_id, before, most)
    entries += [
        TimelineEntry("note", note.created_at, note.author_name, note.body, id=note.id)
        for note in await NoteRepository(session, actor.workspace_id).list_newest(
            contact_id, most, before
        )
    ]
    rare: list[TimelineEntry] = []
    for source in registry.timeline_sources():
        rare += await source(session, actor, contact_id)
    if not await _changes(session, actor, contact_id, None, 1, actions=("contact.created",)):
        # Whoever wrote first made their contact themselves: nobody did it.
        rare.append(TimelineEntry("created", contact.created_at, id=contact.id))
    entries += [entry for entry in rare if before is None or _position(entry) < before]
    return paging.page_of(sorted(entries, key=_position, reverse=True), most - 1, _position)


def _position(entry: TimelineEntry) -> Position:
    return entry.at, entry.id


async def _changes(
    session: AsyncSession,
    actor: Actor,
    contact_id: UUID,
    before: Position | None,
    limit: int,
    *,
    actions: Collection[str] = _KINDS.keys(),
) -> list[TimelineEntry]:
    found = await activity.list_about(
        session, actor.workspace_id, contact_id, actions=actions, before=before, limit=limit
    )
    return [
        TimelineEntry(
            _KINDS[entry.action],
            entry.at,
            who=entry.actor_name if entry.user_id else "",
            text=str(entry.detail.get("reason") or entry.detail.get("other") or ""),
            changes=entry.detail.get("changes", {}),
            id=entry.id,
        )
        for entry in found
    ]
