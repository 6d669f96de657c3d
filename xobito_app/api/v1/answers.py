"""The one shape of every answer, and how each kind of failure is said in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from xobito_app.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from xobito_app.features.outbound_http.service import Unreachable

log = logging.getLogger(__name__)

VALIDATION = "Validation failed"
TOO_MANY = "Too many requests"
BROKEN = "Something went wrong on our side. It is noted in the log."
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
WHOLE = "request"
"""The name under which a rule stands that is about no single field."""


class Malformed(AppError):
    """The body cannot be read at all."""

    status = 400


class WrongType(AppError):
    """The body is of a kind the endpoint does not take."""

    status = 415


def success(data: BaseModel | None, message: str, status: int) -> Response:
    """Return an answer that carries something.

    It is written out by pydantic in one go; plain Python objects in between cost as much again.
    """
    told = "null" if data is None else data.model_dump_json(by_alias=True)
    content = f'{{"status":"success","data":{told},"message":{json.dumps(message)}}}'
    return Response(content, status, headers=_HEADERS, media_type="application/json")


def failure(
    status: int,
    message: str,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """Return a refusal."""
    content = {"status": "error", "message": message, "errors": dict(errors or {}), **more}
    return JSONResponse(content, status, headers={**_HEADERS, **(headers or {})})


def refuse(error: Exception, thing: str = "") -> Response:
    """Say why a request was not done; what nobody foresaw is told to the log alone."""
    match error:
        case Invalid():
            return failure(422, VALIDATION, error.fields or {WHOLE: [error.message]})
        case NotFound():
            return failure(404, f"{thing} not found" if thing else error.message.rstrip("."))
        case Unauthenticated():
            return failure(401, error.message, headers={"WWW-Authenticate": "Bearer"})
        case TooMany():
            return failure(
                429,
                TOO_MANY,
                headers={"Retry-After": str(error.retry_after)},
                retry_after=error.retry_after,
            )
        case Unreachable():
            return failure(422, VALIDATION, {"media_url": [error.message]})
        case Forbidden() | Conflict() | TooLarge() | Unavailable() | Malformed() | WrongType():
            return failure(error.status, error.message)
        case _:
            log.error("api.failed", exc_info=error)
            return failure(500, BROKEN)


def fields_of(error: ValidationError, *, is_union: bool = False) -> dict[str, list[str]]:
    """Return the sentences of each field that breaks its rule, by its path in the request.

    Args:
        error: What the check said.
        is_union: The body is one of several kinds, whose name stands before each path.
    """
    found: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        path = problem["loc"][1:] if is_union else problem["loc"]
        name = ".".join(str(part) for part in path) or WHOLE
        if problem["type"].startswith("union_tag"):
            name = "type"
        found.setdefault(name, []).append(_sentence(problem["type"], problem["msg"]))
    return found


def _sentence(kind: str, words: str) -> str:
    if kind == "missing":
        return "This field is required."
    sentence = words.removeprefix("Value error, ")
    return sentence if sentence.endswith(".") else f"{sentence}."
