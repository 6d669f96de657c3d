"""What other features sent, as entries of the threads of those who got it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.views import taken_from
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.schemas import EntryView, MediaView, SentEntry
from xobito_app.features.inbox.threads.retention import CLEARED
from xobito_app.features.workspaces.service import load_settings
from xobito_app.models.inbox import Media

TEMPLATE = "template"


async def load_sent(
    session: AsyncSession, workspace_id: UUID, entry_ids: Collection[UUID]
) -> list[SentEntry]:
    """Return those of these entries that other features sent. The caller judges who sees them."""
    if not entry_ids:
        return []
    found: list[SentEntry] = []
    for source in registry.thread_sources():
        found += await source.load(session, workspace_id, entry_ids)
    return await _without_old_contents(session, workspace_id, found) if found else []


async def _without_old_contents(
    session: AsyncSession, workspace_id: UUID, entries: Sequence[SentEntry]
) -> list[SentEntry]:
    """Leave out what is older than the workspace keeps contents, as for its own messages."""
    days = (await load_settings(session, workspace_id)).clear_history_after_days
    before = clock.now() - timedelta(days=days) if days else None
    return [
        replace(entry, body="", content={CLEARED: True}, media_id=None)
        if before and entry.at < before
        else entry
        for entry in entries
    ]


async def find_sent(
    session: AsyncSession, workspace_id: UUID, messages: Collection[tuple[UUID, str]]
) -> Mapping[tuple[UUID, str], UUID]:
    """Return the entries that other features sent under these numbers and `wamid`s."""
    found: dict[tuple[UUID, str], UUID] = {}
    if messages:
        for source in registry.thread_sources():
            found |= await source.find(session, workspace_id, messages)
    return found


async def files_of(
    session: AsyncSession, workspace_id: UUID, entries: Sequence[SentEntry]
) -> dict[UUID, Media]:
    """Return the files of these entries, by their own ids: many people get the same one."""
    wanted = {entry.media_id for entry in entries if entry.media_id}
    if not wanted:
        return {}
    rows = await MediaRepository(session, workspace_id).all_any(col(Media.id), list(wanted))
    return {row.id: row for row in rows}


def entry_of(entry: SentEntry, file: Media | None, reactions: Mapping[bool, str]) -> EntryView:
    """Return an entry as threads show it; it is sent again by its sender, never by hand."""
    return taken_from(
        entry,
        EntryView,
        direction="out",
        kind=TEMPLATE,
        author_id=None,
        author_name=entry.sender_name,
        due_at=None,
        can_resend=False,
        is_edited=False,
        is_revoked=False,
        media=taken_from(file, MediaView) if file else None,
        their_reaction=reactions.get(False, ""),
        our_reaction=reactions.get(True, ""),
        quote=None,
    )
