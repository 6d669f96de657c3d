"""Who is behind a request that carries the session cookie, and how a refusal is said to a page."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from xobito_app.core.errors import AppError, Invalid, Unauthenticated
from xobito_app.features.accounts import service as accounts
from xobito_app.features.accounts.cookies import session_cookie
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.persistence.unit_of_work import UnitOfWork, unit_of_work


async def get_viewer(uow: UnitOfWork, request: Request) -> Viewer:
    """Return the person who is signed in; the unit of work enters their workspace.

    Raises:
        Unauthenticated: Nobody is.
    """
    token = request.cookies.get(session_cookie(), "")
    viewer = await accounts.identify(uow, token, address=address_of(request.scope))
    if viewer is None:
        raise Unauthenticated("Sign in first.")
    return viewer


def address_of(scope: Scope) -> str:
    """Return the network address a connection comes from."""
    return scope["client"][0] if scope.get("client") else ""


async def is_signed_in(scope: Scope) -> bool:
    """Tell whether a connection carries the cookie of an open session."""
    token = HTTPConnection(scope).cookies.get(session_cookie(), "")
    if not token:
        return False
    async with unit_of_work() as uow:
        return await accounts.identify(uow, token) is not None


def refusal(error: AppError) -> JSONResponse:
    """Say an error to a page's own script."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return JSONResponse(
        {"message": error.message, "errors": fields},
        status_code=error.status,
        headers={"Cache-Control": "no-store"},
    )
