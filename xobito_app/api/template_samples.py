"""`/template-samples`: the example files of templates' media headers, attached and shown."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.forms import require_own_origin
from xobito_app.api.uploads import Upload, read_upload
from xobito_app.core import ids
from xobito_app.core.errors import AppError, NotFound
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.features.templates import samples
from xobito_app.persistence.unit_of_work import unit_of_work

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
}


async def upload(request: Request) -> Response:
    """POST /template-samples: one file as `multipart/form-data`.

    Answers 201 with `{id, filename, mime, size}`, or `{message, errors}`.
    """
    try:
        require_own_origin(request)
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
        samples.may_add(actor)
        with draft_in(samples.folder_of(actor.workspace_id)) as path:
            with path.open("wb") as into:
                given = await read_upload(request, into, _judge, most=samples.MOST_BYTES)
            async with unit_of_work(actor.workspace_id) as uow:
                view = await samples.add_sample(
                    uow.session, actor, draft=path, mime=given.mime, filename=given.filename
                )
    except AppError as error:
        return refusal(error)
    return JSONResponse(
        {"id": str(view.id), "filename": view.filename, "mime": view.mime, "size": view.size},
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


def _judge(given: Upload) -> int:
    samples.kind_of(given.mime)
    return samples.MOST_BYTES


async def show(request: Request) -> Response:
    """GET /template-samples/{id}: the file, for those who may see templates."""
    try:
        sample_id = ids.parse(request.path_params["sample_id"])
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
            view, path = await samples.get_sample(uow.session, actor, sample_id=sample_id)
        if not path.is_file():
            raise NotFound("There is no such file.")
    except AppError as error:
        return refusal(error)
    is_shown = view.mime.startswith(("image/", "video/"))
    return FileResponse(
        path,
        media_type=view.mime,
        filename=view.filename,
        content_disposition_type="inline" if is_shown else "attachment",
        headers=_HEADERS,
    )
