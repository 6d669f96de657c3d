"""`/imports`: files of contacts on their way in, and the rows that were refused."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.forms import require_own_origin
from xobito_app.api.uploads import Upload, read_upload
from xobito_app.core import ids
from xobito_app.core.errors import AppError, NotFound
from xobito_app.core.permissions import Permission, require
from xobito_app.features.contacts.imports import files, importing
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.persistence.unit_of_work import unit_of_work


async def upload(request: Request) -> Response:
    """POST /imports/contacts: one CSV or XLSX file as `multipart/form-data`.

    Answers 201 with `{id, filename, kind, encoding, columns, total}`, or `{message, errors}`.
    """
    try:
        require_own_origin(request)
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
        require(actor, Permission.CONTACTS_IMPORT)
        import_id = ids.new()
        target = files.path_of(actor.workspace_id, import_id)
        with draft_in(files.folder_of(actor.workspace_id)) as raw:
            with raw.open("wb") as into:
                given = await read_upload(
                    request,
                    into,
                    _any_kind,
                    most=files.MOST_BYTES,
                    whose="the most an import takes",
                )
            try:
                prepared = await asyncio.to_thread(files.prepare, raw, target)
                async with unit_of_work(actor.workspace_id) as uow:
                    view = await importing.register_import(
                        uow.session,
                        actor,
                        import_id=import_id,
                        filename=given.filename,
                        size=given.size,
                        prepared=prepared,
                    )
            except BaseException:
                files.discard(actor.workspace_id, import_id)
                raise
    except AppError as error:
        return refusal(error)
    return JSONResponse(
        {
            "id": str(view.id),
            "filename": view.filename,
            "kind": view.kind,
            "encoding": view.encoding,
            "columns": list(view.columns),
            "total": view.total,
        },
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


def _any_kind(_: Upload) -> int:
    # Browsers name CSV files in many ways: what it is, its bytes say.
    return files.MOST_BYTES


async def refused_rows(request: Request) -> Response:
    """GET /imports/{id}/errors.csv: the rows an import refused, each with the reason beside it."""
    try:
        import_id = ids.parse(request.path_params["import_id"])
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
            view = await importing.get_import(uow.session, actor, import_id=import_id)
        path = files.errors_path_of(actor.workspace_id, import_id)
        if not view.has_errors or not path.is_file():
            raise NotFound("No row of this import was refused.")
    except AppError as error:
        return refusal(error)
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename=f"refused-{import_id}.csv",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
