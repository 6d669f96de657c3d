"""`/media`: files people attach, and the files of threads for those who may see them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.forms import require_own_origin
from xobito_app.api.uploads import Upload, read_upload
from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid, NotFound
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.inbox.composing.compose import VOICE_NAME, VOICE_TYPE
from xobito_app.features.inbox.media import files, voice
from xobito_app.features.inbox.receiving import fetch
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import limits, media as media_rules
from xobito_app.whatsapp.payloads import MediaKind

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A file is looked at, never run: not even a picture of ours opened by itself.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self'; media-src 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Sight may end: what was seen stays in this browser for a few minutes only.
    "Cache-Control": "private, max-age=300",
}


async def upload(request: Request) -> Response:
    """POST /media: one file as `multipart/form-data`; `?voice=1` for a recording.

    Answers 201 with `{id, kind, mime, filename, size, width, height}`, or `{message, errors}`.
    """
    try:
        require_own_origin(request)
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
        require(actor, Permission.INBOX_REPLY)
        stored = await store_upload(
            request, actor, is_voice=request.query_params.get("voice") == "1"
        )
    except AppError as error:
        return refusal(error)
    return JSONResponse(stored, status_code=201, headers={"Cache-Control": "no-store"})


async def store_upload(
    request: Request, actor: Actor, *, is_voice: bool = False
) -> dict[str, object]:
    """Keep the one file of a request; the caller has judged who may send one.

    Raises:
        Invalid: WhatsApp does not take it.
    """

    def judge(upload: Upload) -> int:
        if is_voice:
            if media_rules.base_type(upload.mime) not in voice.RECORDINGS:
                raise Invalid.field("file", "This is not a recording.")
            return limits.AUDIO_BYTES
        kind = media_rules.kind_for(upload.mime)
        rule = media_rules.RULES[kind]
        if media_rules.base_type(upload.mime) not in rule.mime_types:
            raise Invalid.field("file", _unknown_type(upload))
        return rule.max_bytes

    workspace_id = actor.workspace_id
    with files.draft(workspace_id) as draft, files.draft(workspace_id) as second:
        with draft.open("wb") as into:
            given = await read_upload(request, into, judge, most=limits.DOCUMENT_BYTES)
        mime, path, name = given.mime, draft, given.filename
        if is_voice:
            await asyncio.to_thread(voice.to_voice_note, draft, second, given.mime)
            mime, path, name = VOICE_TYPE, second, VOICE_NAME
        return await _keep(actor, path, mime, name)


async def _keep(actor: Actor, path: Path, mime: str, filename: str) -> dict[str, object]:
    facts = await asyncio.to_thread(files.examine, path)
    kind = media_rules.kind_for(mime)
    mime = media_rules.check_outgoing(kind, mime, facts.size, facts.head)
    media_id = ids.new()
    await asyncio.to_thread(files.keep, path, actor.workspace_id, media_id)
    try:
        async with unit_of_work(actor.workspace_id) as uow:
            file = await files.add_upload(
                uow.session, actor, media_id=media_id, facts=facts, mime=mime, filename=filename
            )
    except BaseException:
        files.discard(actor.workspace_id, media_id)
        raise
    return {
        "id": str(file.id),
        "kind": kind.value,
        "mime": file.mime,
        "filename": file.filename,
        "size": file.size,
        "width": file.width,
        "height": file.height,
    }


def _unknown_type(upload: Upload) -> str:
    family = media_rules.base_type(upload.mime).split("/")[0]
    kinds = {kind.value: kind for kind in (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO)}
    if kind := kinds.get(family):
        return f"WhatsApp takes {media_rules.RULES[kind].words} as {media_rules.article(kind)}."
    return (
        "WhatsApp does not take this kind of file. It takes pictures (JPEG, PNG), MP4 and 3GP "
        "video, audio, and PDF, text, Word, Excel and PowerPoint documents."
    )


async def show(request: Request) -> Response:
    """GET /media/{id}: the file, whole or a range of it, for those who may see its thread."""
    try:
        media_id: UUID = ids.parse(request.path_params["media_id"])
        async with unit_of_work() as uow:
            viewer = await get_viewer(uow, request)
            file = await fetch.get_readable(uow.session, viewer.actor, media_id)
        path = files.find_stored(file)
        if path is None:
            raise NotFound("This file is not here yet.")
    except AppError as error:
        return refusal(error)
    is_shown = file.mime in files.SHOWN_INLINE and request.query_params.get("download") != "1"
    return FileResponse(
        path,
        media_type=file.mime or "application/octet-stream",
        filename=file.filename or None,
        content_disposition_type="inline" if is_shown else "attachment",
        headers=_HEADERS
        | ({} if file.filename or is_shown else {"Content-Disposition": "attachment"}),
    )
