"""What all control endpoints share: the guard, reading bodies, and finding what a path names."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xobito_app.core.crypto import same
from xobito_app.core.errors import AppError, Forbidden, Invalid, NotFound
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, digits

HEADER = "X-Control-Token"
_PAGE = 50
_MOST = 200

Handler = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """A group of endpoints on one world, guarded by one token."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token

    def _guarded(self, *table: tuple[str, str, Handler]) -> list[Route]:
        return [Route(path, self._guard(do), methods=[method]) for method, path, do in table]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                if not same(request.headers.get(HEADER, ""), self._token):
                    raise Forbidden("The control token is missing or wrong.")
                return await handler(request)
            except AppError as error:
                return JSONResponse({"error": error.message}, status_code=error.status)

        return guarded

    def _waba(self, request: Request) -> Doc:
        waba = self._world.store.find("waba", request.path_params["waba_id"])
        if waba is None:
            raise NotFound("There is no such account.")
        return waba

    def _customer(self, request: Request) -> Doc:
        customer = self._world.store.find_customer(request.path_params["customer_id"])
        if customer is None:
            raise NotFound("There is no such customer.")
        return customer

    def _number(self, customer: Doc, body: Doc) -> Doc:
        numbers = self._world.numbers_of(customer["waba_id"])
        wanted = body.get("number_id")
        for number in numbers:
            if wanted in (None, "", number["id"]):
                return number
        raise NotFound("The account has no such number.")


async def read_body(request: Request) -> Doc:
    """Return a JSON object.

    Raises:
        Invalid: The body is something else.
    """
    raw = await request.body()
    try:
        body: Any = json.loads(raw) if raw else {}
    except ValueError:
        raise Invalid("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.")
    return body


def text_of(body: Doc, name: str, most: int) -> str:
    """Return a text of 1 to `most` characters.

    Raises:
        Invalid: It is missing or too long.
    """
    value = str(body.get(name) or "").strip()
    if not 1 <= len(value) <= most:
        raise Invalid(f"{name} has 1 to {most} characters.")
    return value


def number_of(body: Doc, name: str) -> float:
    """Return a number.

    Raises:
        Invalid: It is missing or something else.
    """
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{name} must be a number.")
    return float(value)


def phone_of(body: Doc) -> str:
    """Return the digits of an optional `phone`.

    Raises:
        Invalid: It has too few or too many.
    """
    phone = digits(str(body.get("phone") or ""))
    if phone and not 7 <= len(phone) <= 15:
        raise Invalid("Write the number with its country code.")
    return phone


def limit_of(request: Request) -> int:
    """Return the page size asked for, 50 by default and 200 at most."""
    text = request.query_params.get("limit", "")
    return min(max(1, int(text)), _MOST) if text.isdigit() else _PAGE
