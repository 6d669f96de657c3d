"""`/pictures`: the photo of a person and the logo of a workspace, put there and shown."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.forms import require_own_origin
from xobito_app.api.uploads import Upload, read_upload
from xobito_app.core import ids
from xobito_app.core.errors import AppError, TooLarge
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.workspaces import pictures
from xobito_app.persistence.unit_of_work import unit_of_work

_TOO_LARGE = "This picture is over 2 MB. Choose a smaller one."
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The address changes with the picture, and membership may end.
    "Cache-Control": "private, max-age=3600",
}
_Setter = Callable[..., Awaitable[str]]


async def photo(request: Request) -> Response:
    """POST or DELETE /pictures/me: the signed-in person's own photo."""
    return await _change(request, pictures.set_photo)


async def logo(request: Request) -> Response:
    """GET, POST or DELETE /pictures/workspace: the workspace's logo."""
    if request.method in ("GET", "HEAD"):
        return await _show(request, pictures.find_logo)
    return await _change(request, pictures.set_logo, Permission.SETTINGS_EDIT)


async def person(request: Request) -> Response:
    """GET /pictures/people/{user_id}: the photo of somebody in the viewer's workspace."""

    async def find(session: AsyncSession, actor: Actor) -> Path:
        user_id = ids.parse(request.path_params["user_id"])
        return await pictures.find_photo(session, actor, user_id=user_id)

    return await _show(request, find)


async def _change(request: Request, change: _Setter, *needed: Permission) -> Response:
    try:
        require_own_origin(request)
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
        if needed:
            require(actor, *needed)
        fresh = "" if request.method == "DELETE" else await pictures.keep(await _read(request))
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                before = await change(uow.session, actor, picture=fresh)
        except BaseException:
            pictures.discard(fresh)
            raise
        pictures.discard(before)
    except AppError as error:
        return refusal(error)
    return JSONResponse({"picture": fresh}, headers={"Cache-Control": "no-store"})


async def _read(request: Request) -> bytes:
    into = io.BytesIO()

    def judge(_: Upload) -> int:
        return pictures.MOST_BYTES

    try:
        await read_upload(request, into, judge, most=pictures.MOST_BYTES)
    except TooLarge:
        raise TooLarge(_TOO_LARGE) from None
    return into.getvalue()


async def _show(
    request: Request, find: Callable[[AsyncSession, Actor], Awaitable[Path]]
) -> Response:
    try:
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
            path = await find(uow.session, actor)
    except AppError as error:
        return refusal(error)
    return FileResponse(path, media_type="image/webp", headers=_HEADERS)
