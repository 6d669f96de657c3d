"""Bringing a message's files to Meta before the message itself.

Meta: Cloud API, "Media": an uploaded file is kept for 30 days.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.sending.claiming import MESSAGES, ClaimedMessage
from xobito_app.models.connection import Number
from xobito_app.models.inbox import Media
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.client import Client, Credentials

KEPT_BY_META = timedelta(days=29)
"""Meta keeps an upload for 30 days; a day is left for the message's own way."""
GONE = "The file of this message is gone. Attach it again."


async def upload_all(
    claimed: ClaimedMessage, client: Client, credentials: Credentials
) -> dict[UUID, str]:
    """Upload the files Meta does not have yet, and return Meta's id of each.

    Uploading may take minutes, so the lease is made sure of at the end.

    Raises:
        LeaseLost: The message was taken out of this hand all the same.
        GraphError: Meta refused a file.
        Unavailable: Meta did not answer; nothing of the message has left.
        Invalid: A file is gone from the data directory.
    """
    known = {f.id: f.meta_media_id for f in claimed.files if _is_there(f, claimed.number.id)}
    missing = [file for file in claimed.files if file.id not in known]
    if not missing:
        return known
    for file in missing:
        known[file.id] = await _upload(file, claimed.number, client, credentials)
    await MESSAGES.confirm(claimed.lease)
    return known


async def upload_file(
    workspace_id: UUID, media_id: UUID, number: Number, client: Client, credentials: Credentials
) -> str:
    """Return Meta's id of a file of ours for a number, and upload it when Meta does not have it.

    Raises:
        GraphError: Meta refused the file.
        Unavailable: Meta did not answer.
        Invalid: The file is gone.
    """
    async with unit_of_work(workspace_id) as uow:
        file = await MediaRepository(uow.session, workspace_id).find(media_id)
    if file is None:
        raise Invalid(GONE)
    if _is_there(file, number.id):
        return file.meta_media_id
    return await _upload(file, number, client, credentials)


def _is_there(file: Media, number_id: UUID) -> bool:
    return (
        bool(file.meta_media_id)
        and file.number_id == number_id
        and file.meta_uploaded_at is not None
        and clock.now() - file.meta_uploaded_at < KEPT_BY_META
    )


async def _upload(file: Media, number: Number, client: Client, credentials: Credentials) -> str:
    path = files.path_of(file.workspace_id, file.id)
    try:
        content = path.open("rb")
    except OSError:
        raise Invalid(GONE) from None
    with content:
        meta_id = await client.upload_media(
            credentials, number.phone_number_id, content, file.mime, file.filename or "file"
        )
    await _remember(file, meta_id, number.id)
    return meta_id


async def _remember(file: Media, meta_id: str, number_id: UUID) -> None:
    async with unit_of_work(file.workspace_id) as uow:
        row = await MediaRepository(uow.session, file.workspace_id).find(file.id)
        if row is not None:
            row.meta_media_id, row.number_id = meta_id, number_id
            row.meta_uploaded_at = clock.now()
            uow.session.add(row)
