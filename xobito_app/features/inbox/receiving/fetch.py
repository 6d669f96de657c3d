"""Fetching what customers sent from Meta, in the background, again and again for a week."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Invalid, NotFound, TooLarge
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor
from xobito_app.features.connection import service as connection_service
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox.job_types import MEDIA_FETCH
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.connection import Connection, ConnectionState
from xobito_app.models.inbox import Media, MediaState
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.whatsapp import media as media_rules
from xobito_app.whatsapp.client import FetchedMedia
from xobito_app.whatsapp.errors import UntrustedUrl

log = logging.getLogger(__name__)

AT_ONCE = 6
"""Files one process fetches at the same time."""
LEASE = timedelta(minutes=10)
"""A fetch that is not settled by then died with its worker and is begun anew."""
GIVE_UP_AFTER = timedelta(days=7)
"""Meta hands a file out for 14 days at least; a week of tries is enough."""
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 6 * 3600.0
GAVE_UP = "WhatsApp did not hand this file over. Ask for it again, or try once more."
TRYING = "Waiting for WhatsApp to hand over this file."


@dataclass(frozen=True, slots=True)
class _Errand:
    file: Media
    connection: Connection | None
    phone_number_id: str


async def fetch_due(workspace_id: UUID) -> int:
    """Fetch the files whose turn it is until none is left; return how many were tried."""
    count = 0
    while errands := await _claim(workspace_id):
        count += len(errands)
        await asyncio.gather(*(_fetch(errand) for errand in errands))
    return count


async def _claim(workspace_id: UUID) -> list[_Errand]:
    async with unit_of_work(workspace_id) as uow:
        session, now = uow.session, clock.now()
        stored = MediaRepository(session, workspace_id)
        rows = await stored.all(
            stored.scoped()
            .where(col(Media.state) == MediaState.PENDING)
            .where(col(Media.next_try_at) <= now)
            .order_by(col(Media.next_try_at))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        for row in rows:
            row.attempts += 1
            row.next_try_at = now + LEASE
            session.add(row)
        lines = await connection_service.lines_of(
            session, workspace_id, [row.number_id for row in rows if row.number_id]
        )
        errands = []
        for row in rows:
            known = lines.get(row.number_id) if row.number_id else None
            number, connection = known or (None, None)
            errands.append(_Errand(row, connection, number.phone_number_id if number else ""))
        return errands


async def _fetch(errand: _Errand) -> None:
    file = errand.file
    try:
        with files.draft(file.workspace_id) as path:
            fetched = await _download(errand, path)
            facts = await asyncio.to_thread(files.examine, path)
            await asyncio.to_thread(files.keep, path, file.workspace_id, file.id)
    except AppError as error:
        is_final = isinstance(error, TooLarge | UntrustedUrl)
        await _note_failure(file, error.message if is_final else "")
        log.warning("media.not_fetched", extra={"reason": type(error).__name__})
    except OSError as error:
        # No space, no rights: the disk is in trouble, not the file.
        await _note_failure(file, "")
        log.error("media.not_stored", extra={"reason": type(error).__name__})
    else:
        await _note_success(file, fetched, facts)


async def _download(errand: _Errand, path: Path) -> FetchedMedia:
    connection, file = errand.connection, errand.file
    if connection is None or connection.state != ConnectionState.CONNECTED:
        raise Invalid("The WhatsApp number is disconnected.")
    client = await client_for(connection)
    with path.open("wb") as into:
        return await client.download_media(
            credentials_of(connection),
            file.meta_media_id,
            into,
            phone_number_id=errand.phone_number_id,
            sha256=file.sha256 or None,
        )


async def _note_success(file: Media, fetched: FetchedMedia, facts: files.Facts) -> None:
    async with unit_of_work(file.workspace_id) as uow:
        row = await MediaRepository(uow.session, file.workspace_id).find(file.id)
        if row is None:
            files.discard(file.workspace_id, file.id)
            return
        row.state, row.error, row.next_try_at = MediaState.STORED, "", None
        row.mime = true_type(file.mime or fetched.mime_type or "", facts.head)
        row.size, row.sha256 = facts.size, facts.sha256
        row.width, row.height = facts.width, facts.height
        uow.session.add(row)
        _tell(uow.session, row)


def true_type(declared: str, head: bytes) -> str:
    """Return the type a file is served as: what it is, when its bytes tell; else as declared.

    A container's own name says less than the declared type of the same family.
    """
    real, bare = media_rules.sniff(head), media_rules.base_type(declared)
    if real is None:
        return (
            bare
            if bare and not bare.startswith(("image/", "video/"))
            else "application/octet-stream"
        )
    if media_rules.is_same_container(bare, real):
        return bare
    return real


async def _note_failure(file: Media, sentence: str) -> None:
    """Plan the next try, or give up with a sentence when one is given or a week has passed."""
    now = clock.now()
    async with unit_of_work(file.workspace_id) as uow:
        row = await MediaRepository(uow.session, file.workspace_id).find(file.id)
        if row is None:
            return
        if sentence or now - row.created_at > GIVE_UP_AFTER:
            row.state, row.next_try_at = MediaState.FAILED, None
            row.error = sentence or GAVE_UP
        else:
            pause = min(FIRST_PAUSE * 2.0 ** min(row.attempts - 1, 20), LONGEST_PAUSE)
            row.next_try_at = now + timedelta(seconds=pause)
            row.error = TRYING
            if pause <= 60:
                enqueue(uow.session, MEDIA_FETCH, row.workspace_id, delay=pause + 0.1)
        uow.session.add(row)
        _tell(uow.session, row)


def _tell(session: AsyncSession, row: Media) -> None:
    if row.conversation_id:
        announce(
            session, row.workspace_id, Topic.MESSAGE, row.conversation_id, row.message_id or ""
        )


async def get_readable(session: AsyncSession, actor: Actor, media_id: UUID) -> Media:
    """Return a file the actor may open: of a thread in sight, or an own upload not yet sent.

    Raises:
        NotFound: It is missing, another workspace's, or out of the actor's sight.
    """
    stored = MediaRepository(session, actor.workspace_id)
    file = await stored.get(media_id)
    if file.conversation_id is not None:
        try:
            await get_visible(session, actor, file.conversation_id)
        except NotFound:
            raise NotFound(stored.missing) from None
    elif file.uploaded_by is None or file.uploaded_by != actor.user_id:
        raise NotFound(stored.missing)
    return file


async def try_again(session: AsyncSession, actor: Actor, *, media_id: UUID) -> None:
    """Fetch a file at once that could not be fetched before.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Invalid: It is here already, or was never at WhatsApp.
    """
    file = await get_readable(session, actor, media_id)
    if file.state == MediaState.STORED or not file.meta_media_id:
        raise Invalid("There is nothing to fetch.")
    file.state, file.error, file.attempts = MediaState.PENDING, "", 0
    file.next_try_at = clock.now()
    # Tried for a week anew: the person may have mended what was in the way.
    file.created_at = clock.now()
    session.add(file)
    _tell(session, file)
    enqueue(session, MEDIA_FETCH, actor.workspace_id)


async def try_message_again(session: AsyncSession, actor: Actor, *, message_id: UUID) -> None:
    """Fetch the files of a message at once that could not be fetched before.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Invalid: There is nothing to fetch.
    """
    stored = MediaRepository(session, actor.workspace_id)
    files_of_it = await stored.all(stored.scoped().where(col(Media.message_id) == message_id))
    if not files_of_it:
        raise NotFound(stored.missing)
    for file in files_of_it:
        await try_again(session, actor, media_id=file.id)
