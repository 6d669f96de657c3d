"""What does not stay for ever: old contents, files nobody sent, snoozes that are over."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, exists
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.inbox.job_types import HISTORY_CLEAR
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.threads import threads
from xobito_app.features.workspaces.service import load_settings
from xobito_app.models.campaigns import Campaign
from xobito_app.models.inbox import Media
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work

UNSENT_FOR = timedelta(days=1)
"""A file that was attached and never sent goes after this time."""
BATCH = 500
CLEARED = "cleared"
"""Mark in the content document of a message whose content was cleared."""


async def wake(workspace_id: UUID) -> None:
    """Open the threads whose snooze is over, and show it."""
    async with unit_of_work(workspace_id) as uow:
        for conversation_id in await threads.wake_snoozed(uow.session, workspace_id):
            announce(uow.session, workspace_id, Topic.CONVERSATION, conversation_id)


async def ask_to_clear(session: AsyncSession, actor: Actor) -> None:
    """Clear old history now instead of in the coming night.

    Raises:
        Forbidden: The actor may not change settings.
    """
    require(actor, Permission.SETTINGS_EDIT)
    activity.record(session, actor, "history.clear_requested", about="workspace")
    enqueue(session, HISTORY_CLEAR, actor.workspace_id)


async def clear_history(workspace_id: UUID) -> int:
    """Clear the content of messages older than the workspace keeps it; return how many.

    Words, files and documents go; that there was a message, when, from whom and with which ticks,
    stays.
    """
    async with unit_of_work(workspace_id) as uow:
        days = (await load_settings(uow.session, workspace_id)).clear_history_after_days
    if not days:
        return 0
    before = clock.now() - timedelta(days=days)
    count = 0
    while cleared := await _clear_batch(workspace_id, before):
        count += cleared
    return count


async def _clear_batch(workspace_id: UUID, before: object) -> int:
    async with unit_of_work(workspace_id) as uow:
        connection = await uow.session.connection()
        found = await connection.execute(
            text(
                "SELECT id FROM message WHERE workspace_id = :workspace AND at < :before "
                "AND direction IN ('in', 'out', 'note') AND NOT content ? :cleared "
                "AND status NOT IN ('queued', 'sending', 'scheduled') "
                "LIMIT :limit FOR UPDATE SKIP LOCKED"
            ),
            {
                "workspace": workspace_id,
                "before": before,
                "cleared": CLEARED,
                "limit": BATCH,
            },
        )
        message_ids = [row[0] for row in found]
        if not message_ids:
            return 0
        stored = MediaRepository(uow.session, workspace_id)
        attached = await stored.all_any(col(Media.message_id), message_ids)
        for file in attached:
            await stored.delete(file)
        parameters = {"ids": message_ids, "cleared": f'{{"{CLEARED}": true}}'}
        await connection.execute(
            text(
                "UPDATE message SET body = '', content = CAST(:cleared AS jsonb) "
                "WHERE id = ANY(:ids)"
            ),
            parameters,
        )
        await connection.execute(
            text("DELETE FROM message_search WHERE message_id = ANY(:ids)"), {"ids": message_ids}
        )
        await connection.execute(
            text(
                "UPDATE conversation SET last_preview = '' "
                "WHERE workspace_id = :workspace AND last_message_id = ANY(:ids)"
            ),
            {"workspace": workspace_id, "ids": message_ids},
        )
    # After the commit: a file without a row is waste, a row without a file is a lie.
    for file in attached:
        files.discard(workspace_id, file.id)
    return len(message_ids)


async def drop_unsent(workspace_id: UUID) -> int:
    """Delete files that were attached and never sent; return how many."""
    async with unit_of_work(workspace_id) as uow:
        stored = MediaRepository(uow.session, workspace_id)
        rows = await stored.all(
            stored.scoped()
            .where(col(Media.message_id).is_(None), col(Media.conversation_id).is_(None))
            .where(col(Media.created_at) < clock.now() - UNSENT_FOR)
            .where(~exists().where(col(Campaign.header_media_id) == col(Media.id)))
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        for row in rows:
            await stored.delete(row)
    for row in rows:
        files.discard(workspace_id, row.id)
    return len(rows)


async def drop_ownerless(workspace_id: UUID) -> int:
    """Delete files whose row went along with a thread or contact; return how many.

    Rows are deleted by the database itself, in cascades; the bytes are found here.
    """
    count = 0
    folder = files.folder_of(workspace_id)
    if not folder.is_dir():
        return 0
    before = (clock.now() - UNSENT_FOR).timestamp()
    names = await asyncio.to_thread(_settled, folder, before)
    for start in range(0, len(names), BATCH):
        part = names[start : start + BATCH]
        async with unit_of_work(workspace_id) as uow:
            owned = await MediaRepository(uow.session, workspace_id).list_by_ids(part)
        for media_id in part:
            if media_id not in owned:
                files.discard(workspace_id, media_id)
                count += 1
    return count


def _settled(folder: Path, before: float) -> list[UUID]:
    """Return the files that lie there for a while: a fresh one may get its row in a moment."""
    found: list[UUID] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(ValueError, FileNotFoundError):
                if entry.stat().st_mtime < before:
                    found.append(UUID(entry.name))
    return found
