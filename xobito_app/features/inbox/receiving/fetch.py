"""Fetching what customers sent from Meta, in the background, again and again for a week.

Meta: Cloud API, "Media": the media id of a webhook is valid for 7 days, the address behind it for
five minutes.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Invalid, NotFound, TooLarge
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.connection import service as connection_service
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox.job_types import MEDIA_FETCH
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.campaigns import Campaign
from xobito_app.models.connection import Connection, ConnectionState
from xobito_app.models.inbox import Media, MediaState
from xobito_app.persistence.leased_work import (
    Again,
    Claimed,
    Failed,
    LeasedTable,
    LeasedWork,
    Outcome,
    doubling,
)
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
"""As long as Meta keeps the file of a message."""
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 6 * 3600.0
GAVE_UP = "WhatsApp did not hand this file over. Ask for it again, or try once more."
TRYING = "Waiting for WhatsApp to hand over this file."


MEDIA = LeasedTable(
    Media,
    waiting=(),
    held=MediaState.PENDING,
    lease=LEASE,
    due="next_try_at",
    order=("next_try_at",),
)


@dataclass(slots=True)
class _Errand(Claimed[Media]):
    connection: Connection | None
    phone_number_id: str


@dataclass(frozen=True, slots=True)
class _Fetched(Outcome):
    answer: FetchedMedia
    facts: files.Facts


async def fetch_due(workspace_id: UUID) -> int:
    """Fetch the files whose turn it is until none is left; return how many were tried."""
    return await _Fetching(workspace_id).run()


class _Fetching(LeasedWork[_Errand]):
    """One run over the files that are due."""

    table = MEDIA
    concurrency = AT_ONCE
    job = MEDIA_FETCH

    async def claim(self, free: int) -> list[_Errand]:
        async with unit_of_work(self.workspace_id) as uow:
            claimed = await MEDIA.claim(uow.session, self.workspace_id, free)
            number_ids = [taken.row.number_id for taken in claimed if taken.row.number_id]
            lines = await connection_service.lines_of(uow.session, self.workspace_id, number_ids)
        errands = []
        for taken in claimed:
            number_id = taken.row.number_id
            number, connection = (lines.get(number_id) if number_id else None) or (None, None)
            phone_number_id = number.phone_number_id if number else ""
            errands.append(_Errand(taken.lease, taken.row, connection, phone_number_id))
        return errands

    async def work(self, claimed: _Errand) -> Outcome:
        file = claimed.row
        with files.draft(file.workspace_id) as path:
            fetched = await _download(claimed, path)
            facts = await asyncio.to_thread(files.examine, path)
            await asyncio.to_thread(files.keep, path, file.workspace_id, file.id)
        return _Fetched(fetched, facts)

    async def judge(self, claimed: _Errand, error: Exception) -> Outcome:
        match error:
            case AppError():
                log.warning("media.not_fetched", extra={"reason": type(error).__name__})
                if isinstance(error, TooLarge | UntrustedUrl):
                    return Failed(error.message)
            case OSError():
                # No space, no rights: the disk is in trouble, not the file.
                log.error("media.not_stored", extra={"reason": type(error).__name__})
            case _:
                return await super().judge(claimed, error)
        if clock.now() - claimed.row.created_at > GIVE_UP_AFTER:
            return Failed(GAVE_UP)
        pause = doubling(claimed.row.attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        return Again(pause, TRYING)

    async def settle(self, claimed: _Errand, outcome: Outcome) -> bool:
        is_ours = await super().settle(claimed, outcome)
        if not is_ours and isinstance(outcome, _Fetched):
            await _discard_ownerless(claimed.row)
        return is_ours

    async def record(
        self, session: AsyncSession, row: Media, claimed: _Errand, outcome: Outcome
    ) -> None:
        match outcome:
            case _Fetched(answer, facts):
                row.state, row.error, row.next_try_at = MediaState.STORED, "", None
                row.mime = true_type(row.mime or answer.mime_type or "", facts.head)
                row.size, row.sha256 = facts.size, facts.sha256
                row.width, row.height = facts.width, facts.height
            case Failed():
                row.state, row.error, row.next_try_at = MediaState.FAILED, outcome.reason, None
            case Again():
                row.error = outcome.reason
        _tell(session, row)


async def _discard_ownerless(file: Media) -> None:
    """Forget a file's bytes when its row went while it was fetched."""
    async with unit_of_work(file.workspace_id) as uow:
        if await MediaRepository(uow.session, file.workspace_id).find(file.id) is None:
            files.discard(file.workspace_id, file.id)


async def _download(errand: _Errand, path: Path) -> FetchedMedia:
    connection, file = errand.connection, errand.row
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


def _tell(session: AsyncSession, row: Media) -> None:
    if row.conversation_id:
        announce(
            session, row.workspace_id, Topic.MESSAGE, row.conversation_id, row.message_id or ""
        )


async def get_readable(session: AsyncSession, actor: Actor, media_id: UUID) -> Media:
    """Return a file the actor may open: of a thread in sight, of a campaign, or an own upload.

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
    elif not (
        (file.uploaded_by is not None and file.uploaded_by == actor.user_id)
        or await _is_of_campaign(session, actor, media_id)
    ):
        raise NotFound(stored.missing)
    return file


async def _is_of_campaign(session: AsyncSession, actor: Actor, media_id: UUID) -> bool:
    """Tell whether a campaign sends this file to many, and the actor reads what people get."""
    if ConversationVisibility.of(actor).is_blind and not actor.can(Permission.CAMPAIGNS_VIEW):
        return False
    statement = select(
        exists().where(
            col(Campaign.workspace_id) == actor.workspace_id,
            col(Campaign.header_media_id) == media_id,
        )
    )
    return (await session.exec(statement)).one()


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
    file.next_try_at, file.claimed_at = clock.now(), None
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
