"""`/api/v1/openapi.json`: OpenAPI 3.1, made by FastAPI from the endpoints themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xobito_app.api.rest.answers import VALIDATION, Failure, TooManyFailure
from xobito_app.api.rest.requests import FORM
from xobito_app.api.rest.resources import find_routes
from xobito_app.api.rest.route import RestRoute
from xobito_app.settings import get_settings

_REF = "#/components/schemas/{model}"
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
WORDS: dict[int, str] = {
    400: "The body cannot be read.",
    401: "There is no token, or it does not open this workspace.",
    403: "The token lacks the ability.",
    409: "As things stand it cannot be done: it was done already, or somebody else was first.",
    413: "The body or file is over the limit.",
    415: "The body is of a kind this endpoint does not take.",
    422: f"{VALIDATION}. Each field that breaks a rule, with the rule.",
    429: "Too many requests in this minute.",
    500: "Something went wrong on our side.",
    503: "A neighbour (database, WhatsApp) does not answer right now.",
}
_ALLOWANCE = {
    name: {"schema": {"type": "integer"}, "description": words}
    for name, words in (
        ("X-RateLimit-Limit", "Requests this token may make in a minute."),
        ("X-RateLimit-Remaining", "How many are left."),
    )
}
_ABOUT = """Everything another system needs to work with the contacts and messages of a workspace.

Answers are `{"status": "success", "data": …, "message": "…"}` or
`{"status": "error", "message": "…", "errors": {"field": ["rule"]}}`. Times are ISO 8601 in UTC with
microseconds. Fields nobody declared are ignored. Of what changes, fields that are left out stay as
they are, and null empties those that can be empty.

Custom fields, segments, notes, bulk actions, imports, exports and merges belong to contacts and
take their abilities: `contacts.read` to see and export, `contacts.create` to import,
`contacts.update` to change contacts and what describes them, `contacts.delete` where something is
lost.

Every POST takes an `Idempotency-Key`: repeated within 24 hours it is done once and answered alike.
"""


async def document(request: Request) -> Response:
    """GET /api/v1/openapi.json; `?workspace=` fills in the address of one's own workspace."""
    slug = request.query_params.get("workspace", "")
    told = build(get_settings().public_url, slug if _SLUG.fullmatch(slug) else "your-workspace")
    return JSONResponse(told, headers={"Cache-Control": "no-cache"})


def build(public_url: str, workspace: str) -> dict[str, Any]:
    """Return the whole document."""
    server = {
        "url": f"{public_url}/api/v1/{{workspace}}",
        "variables": {
            "workspace": {
                "default": workspace,
                "description": "Short name of the workspace, as Settings shows it.",
            }
        },
    }
    return {**whole_document(), "servers": [server]}


@lru_cache(maxsize=1)
def whole_document() -> dict[str, Any]:
    """Return the document but for its servers."""
    routes = find_routes()
    tags = sorted({str(tag) for route in routes for tag in route.tags})
    told = get_openapi(
        title="Xobito REST API",
        version="1",
        description=_ABOUT,
        routes=routes,
        tags=[{"name": tag} for tag in tags],
    )
    schemas = told["components"]["schemas"]
    _, own = models_json_schema(
        [(Failure, "serialization"), (TooManyFailure, "serialization")], ref_template=_REF
    )
    schemas |= own["$defs"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for route in routes:
        _complete(route, told["paths"][route.path_format][route.method.lower()])
    return told


def _complete(route: RestRoute, operation: dict[str, Any]) -> None:
    """Say of an endpoint what all have in common: their refusals, and no null in an address."""
    answers = operation["responses"]
    answers.pop("422", None)
    answers[str(route.status_code)]["headers"] = _ALLOWANCE
    operation.setdefault("parameters", [])
    for parameter in operation["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    for name, schema in form.get("properties", {}).items():
        form["properties"][name] = _without_null(schema)
    has_rules = bool(route.takes) or any(p["in"] != "path" for p in operation["parameters"])
    for status in sorted(_refusals(route, has_rules=has_rules)):
        model = TooManyFailure if status == 429 else Failure
        answers[str(status)] = {
            "description": route.missing if status == 404 else WORDS[status],
            "content": {
                "application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}
            },
        }
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}


def _refusals(route: RestRoute, *, has_rules: bool) -> Iterator[int]:
    yield from (401, 429, 500, 503)
    if route.abilities:
        yield 403
    if route.missing:
        yield 404
    if route.takes:
        yield from (400, 413, 415)
    if has_rules:
        yield 422
    if route.method != "GET":
        yield 409


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that, when missing, is simply not there."""
    plain = {name: value for name, value in schema.items() if name != "title"}
    choices = [one for one in plain.pop("anyOf", ()) if one.get("type") != "null"]
    if choices:
        plain.pop("default", None)
        plain |= choices[0]
    return plain
