"""`/imports/campaigns` and `/exports/campaigns`: the files of the wizard and of the report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.exports import dated
from xobito_app.api.forms import require_own_origin
from xobito_app.api.media import store_upload
from xobito_app.api.tables import CsvFile
from xobito_app.api.uploads import Upload, read_upload
from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns import service
from xobito_app.features.contacts.imports import files
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.persistence.unit_of_work import unit_of_work

_EDITS = (Permission.CAMPAIGNS_EDIT, Permission.CAMPAIGNS_CREATE)
_Work = Callable[[Request, Actor, UUID], Awaitable[None]]


async def upload_recipients(request: Request) -> Response:
    """POST /imports/campaigns/{id}/recipients: one CSV or XLSX as `multipart/form-data`.

    Answers 201 with `{id}` of the campaign, or `{message, errors}`.
    """
    return await _taken(request, _take_recipients)


async def upload_header(request: Request) -> Response:
    """POST /imports/campaigns/{id}/header: the file that stands above the text.

    Answers 201 with `{id}` of the campaign, or `{message, errors}`.
    """
    return await _taken(request, _take_header)


async def _taken(request: Request, work: _Work) -> Response:
    try:
        require_own_origin(request)
        actor, campaign_id = await _asked(request)
        require(actor, *_EDITS)
        await work(request, actor, campaign_id)
    except AppError as error:
        return refusal(error)
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"id": str(campaign_id)}, status_code=201, headers=headers)


async def _asked(request: Request) -> tuple[Actor, UUID]:
    """Return who asks about which campaign, once it is sure that there is one.

    Raises:
        Forbidden, NotFound, Unauthenticated: They may not, or there is none.
    """
    campaign_id = ids.parse(request.path_params["campaign_id"])
    async with unit_of_work() as uow:
        actor = (await get_viewer(uow, request)).actor
        await service.get_campaign(uow.session, actor, campaign_id=campaign_id)
    return actor, campaign_id


async def _take_recipients(request: Request, actor: Actor, campaign_id: UUID) -> None:
    with draft_in(files.folder_of(actor.workspace_id)) as raw:
        with raw.open("wb") as into:
            given = await read_upload(
                request, into, _any_kind, most=files.MOST_BYTES, whose="the most a campaign takes"
            )
        await service.take_file(actor, campaign_id=campaign_id, path=raw, filename=given.filename)


def _any_kind(_: Upload) -> int:
    # Browsers name CSV files in many ways: what it is, its bytes say.
    return files.MOST_BYTES


async def _take_header(request: Request, actor: Actor, campaign_id: UUID) -> None:
    stored = await store_upload(request, actor)
    media_id = ids.parse(str(stored["id"]))
    async with unit_of_work(actor.workspace_id) as uow:
        await service.update_campaign(
            uow.session, actor, campaign_id=campaign_id, draft={"header_media_id": media_id}
        )


async def excluded(request: Request) -> Response:
    """GET /exports/campaigns/{id}/excluded.csv: who would get nothing, each with the reason."""
    try:
        actor, campaign_id = await _asked(request)
        lines = service.export_excluded(actor, campaign_id=campaign_id)
        return CsvFile(dated("left-out"), await _begun(lines))
    except AppError as error:
        return refusal(error)


async def recipients(request: Request) -> Response:
    """GET /exports/campaigns/{id}/recipients.csv: everybody, and what became of the message."""
    try:
        actor, campaign_id = await _asked(request)
        lines = service.export_recipients(actor, campaign_id=campaign_id)
        return CsvFile(dated("recipients"), await _begun(lines))
    except AppError as error:
        return refusal(error)


async def _begun(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """Return a stream whose first line is known to come: what is wrong is said before it."""
    first = await anext(lines)

    async def going_on() -> AsyncIterator[str]:
        yield "\ufeff" + first
        async for line in lines:
            yield line

    return going_on()
