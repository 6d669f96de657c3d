"""The one shape of every answer of the REST API, and how each kind of failure is said in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from xobito_app.api.tables import CsvFile
from xobito_app.core.errors import AppError, Invalid, NotFound, TooMany, Unauthenticated
from xobito_app.features.outbound_http.service import Unreachable

T = TypeVar("T")
VALIDATION = "Validation failed"
TOO_MANY = "Too many requests"
BROKEN = "Something went wrong on our side. It is noted in the log."
NOT_JSON = "The body is not valid JSON."
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
WHOLE = "request"
"""The name under which a rule stands that is about no single field."""
FILE_FIELDS = frozenset({"file", "media_file"})
"""The fields of forms that hold a file."""


class Malformed(AppError):
    """The body cannot be read at all."""

    status = 400


class WrongType(AppError):
    """The body is of a kind the endpoint does not take."""

    status = 415


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Success(_Envelope, Generic[T]):
    """An answer that carries something."""

    status: Literal["success"]
    data: T
    message: str


class Failure(_Envelope):
    """A refusal."""

    status: Literal["error"]
    message: str
    errors: dict[str, list[str]] = Field(description="Sentences by field.")


class TooManyFailure(Failure):
    """A refusal for the time being."""

    retry_after: int = Field(description="Seconds until the next is welcome.")


def success(found: object, message: str, status: int) -> Response:
    """Return the answer that carries what an endpoint returned.

    It is written out by pydantic in one go; plain Python objects in between cost as much again.
    """
    if isinstance(found, CsvFile):
        return found
    told = Success(status="success", data=found, message=message)
    return Response(
        told.model_dump_json(by_alias=True), status, HEADERS, media_type="application/json"
    )


def failure(
    status: int,
    message: str,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """Return a refusal."""
    content = {"status": "error", "message": message, "errors": dict(errors or {}), **more}
    return JSONResponse(content, status, headers={**HEADERS, **(headers or {})})


def refuse(error: AppError, missing: str = "") -> Response:
    """Say why a request was not done.

    Args:
        error: The reason.
        missing: What a 404 of this endpoint says, in place of the reason's own sentence.
    """
    match error:
        case Invalid():
            return failure(422, VALIDATION, error.fields or {WHOLE: [error.message]})
        case NotFound():
            return failure(404, missing or error.message.rstrip("."))
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
        case _:
            return failure(error.status, error.message)


def unreadable(error: RequestValidationError) -> AppError:
    """Return what a request that breaks its declaration is refused with."""
    problems: Sequence[Mapping[str, Any]] = error.errors()
    if any(problem["loc"][0] == "path" for problem in problems):
        # What is no id at all is answered like an id nobody has.
        return NotFound("Not found")
    if any(_is_no_json(problem) for problem in problems):
        return Malformed(NOT_JSON)
    fields: dict[str, list[str]] = {}
    for problem in problems:
        name = ".".join(str(part) for part in problem["loc"][1:]) or WHOLE
        if problem["type"].startswith("union_tag"):
            name = "type"
        sentence = _sentence(problem, name)
        # What a dependency reads as well is checked twice.
        if sentence not in fields.setdefault(name, []):
            fields[name].append(sentence)
    return Invalid(VALIDATION, fields)


def _is_no_json(problem: Mapping[str, Any]) -> bool:
    is_empty = problem["type"] == "missing" and problem["loc"] == ("body",)
    return is_empty or problem["type"] == "json_invalid"


def _sentence(problem: Mapping[str, Any], name: str) -> str:
    if name in FILE_FIELDS:
        return "Attach a file."
    if problem["type"] == "missing":
        return "This field is required."
    sentence = problem["msg"].removeprefix("Value error, ")
    return sentence if sentence.endswith(".") else f"{sentence}."
