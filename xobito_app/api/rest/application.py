"""The REST API of one workspace as an application, to be mounted at its address."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from xobito_app.api.rest import docs, openapi
from xobito_app.api.rest.answers import failure, refuse, unreadable
from xobito_app.api.rest.resources import find_routes
from xobito_app.api.rest.route import RestRoute, allowance_headers
from xobito_app.core.errors import AppError


class AnyPath(PathConvertor):
    """The rest of an address, line breaks among it: `.` of a pattern stops at them."""

    regex = r"[\s\S]*"


def routes() -> list[BaseRoute]:
    """Return the API, its documentation, and an answer for all addresses that do not exist."""
    register_url_convertor("any_path", AnyPath())
    return [
        Route("/api/v1/openapi.json", openapi.document, methods=["GET"]),
        Route("/api/docs", docs.page, methods=["GET"]),
        Mount("/api/v1/{workspace}", application()),
        Route("/api/{rest:any_path}", Nowhere()),
    ]


def application() -> FastAPI:
    """Return the endpoints; whatever happens is answered in the one shape."""
    return FastAPI(
        routes=[*find_routes()],
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={
            AppError: _refuse,
            RequestValidationError: _refuse,
            HTTPException: _no_such_place,
        },
    )


async def _refuse(request: Request, error: Exception) -> Response:
    reason = unreadable(error) if isinstance(error, RequestValidationError) else error
    assert isinstance(reason, AppError)  # noqa: S101 (what it is registered for)
    route = request.scope.get("route")
    answer = refuse(reason, route.missing if isinstance(route, RestRoute) else "")
    answer.headers.update(allowance_headers(request))
    return answer


async def _no_such_place(request: Request, error: Exception) -> Response:
    if getattr(error, "status_code", 404) != 405:
        return failure(404, "Not found")
    allowed = request.scope["route"].allowed
    return failure(405, "Method not allowed", headers={"Allow": ", ".join(allowed)})


class Nowhere:
    """Answers for addresses that do not exist; a class, so that every method gets here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request."""
        await failure(404, "Not found")(scope, receive, send)
