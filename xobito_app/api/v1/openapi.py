"""`/api/v1/openapi.json`: OpenAPI 3.1, made from the very declarations that route and check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xobito_app.api.v1.answers import VALIDATION
from xobito_app.api.v1.declare import ENDPOINTS, PREFIX, Endpoint
from xobito_app.api.v1.reading import KEY_PATTERN
from xobito_app.settings import get_settings

_REF = "#/components/schemas/{model}"
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
WORDS: dict[int, str] = {
    400: "The body cannot be read.",
    401: "There is no token, or it does not open this workspace.",
    403: "The token lacks the ability.",
    404: "There is no such thing in this workspace.",
    409: "As things stand it cannot be done: it was done already, or somebody else was first.",
    413: "The body or file is over the limit.",
    415: "The body is of a kind this endpoint does not take.",
    422: "Each field that breaks a rule, with the rule.",
    429: "Too many requests in this minute.",
    500: "Something went wrong on our side.",
    503: "A neighbour (database, WhatsApp) does not answer right now.",
}
_ABOUT = """Everything another system needs to work with the contacts and messages of a workspace.

Answers are `{"status": "success", "data": …, "message": "…"}` or
`{"status": "error", "message": "…", "errors": {"field": ["rule"]}}`. Times are ISO 8601 in UTC with
microseconds. Fields nobody declared are ignored.

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


@lru_cache(maxsize=8)
def build(public_url: str, workspace: str) -> dict[str, Any]:
    """Return the whole document."""
    schemas, named = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        place = paths.setdefault(one.path.removeprefix(PREFIX), {})
        place[one.method.lower()] = _operation(one, schemas, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Xobito REST API", "version": "1", "description": _ABOUT},
        "servers": [
            {
                "url": f"{public_url}/api/v1/{{workspace}}",
                "variables": {
                    "workspace": {
                        "default": workspace,
                        "description": "Short name of the workspace, as Settings shows it.",
                    }
                },
            }
        ],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in ENDPOINTS)],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Error": _ERROR, "TooMany": _TOO_MANY},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "apitk_ and 64 characters",
                    "description": "Made under Settings → API tokens.",
                }
            },
        },
    }


_ERRORS = {
    "type": "object",
    "description": "Sentences by field.",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["status", "message", "errors"],
    "additionalProperties": False,
    "properties": {
        "status": {"const": "error"},
        "message": {"type": "string"},
        "errors": _ERRORS,
    },
}
_TOO_MANY: dict[str, Any] = {
    **_ERROR,
    "required": [*_ERROR["required"], "retry_after"],
    "properties": {
        **_ERROR["properties"],
        "retry_after": {"type": "integer", "description": "Seconds until the next is welcome."},
    },
}

Named = Mapping[Any, Mapping[str, Any]]


def _schemas() -> tuple[dict[str, Any], Named]:
    """Return all schemas, and for each model the reference to its own."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for one in ENDPOINTS:
        for model in (one.body, one.query, one.file.form if one.file else None):
            if model is not None:
                wanted[model, "validation"] = None
        if one.data is not None:
            wanted[one.data, "serialization"] = None
    named, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return definitions["$defs"], named


def _operation(one: Endpoint, schemas: dict[str, Any], named: Named) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.handle.__name__,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": [*_path(one), *_query(one, schemas, named), *_key(one)],
        "responses": _responses(one, named),
    }
    needs = " and ".join(f"`{ability}`" for ability in one.abilities)
    needs = f"Needs the ability {needs}." if needs else "Any token may."
    operation["description"] = "\n\n".join(filter(None, [one.description, needs]))
    if one.body is not None:
        content: dict[str, Any] = {"schema": named[one.body, "validation"]}
        if one.example:
            content["example"] = dict(one.example)
        as_json = {} if one.file and one.file.is_alone else {"application/json": content}
        operation["requestBody"] = {
            "required": True,
            "content": {**as_json, **_form(one, schemas, named)},
        }
    return operation


def _path(one: Endpoint) -> list[dict[str, Any]]:
    # A message is named by our id or by Meta's; all else by our ids.
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"}
            if name == "message_id"
            else {"type": "string", "format": "uuid"},
        }
        for name in re.findall(r"\{(\w+)\}", one.path.removeprefix(PREFIX))
    ]


def _query(one: Endpoint, schemas: dict[str, Any], named: Named) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    reference = named[one.query, "validation"]["$ref"]
    model = schemas[reference.rpartition("/")[2]]
    found = []
    for name, schema in model["properties"].items():
        schema = _without_null(schema)
        words = schema.pop("description", "")
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in model.get("required", ()),
                "schema": schema,
                **({"description": words} if words else {}),
            }
        )
    return found


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema; in an address a missing value is simply not there."""
    plain = {name: value for name, value in schema.items() if name != "title"}
    choices = [one for one in plain.pop("anyOf", ()) if one.get("type") != "null"]
    if choices:
        plain.pop("default", None)
        plain |= choices[0]
    return plain


def _key(one: Endpoint) -> list[dict[str, Any]]:
    if one.method != "POST":
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            "description": "The same for repeats of one request; remembered for 24 hours.",
        }
    ]


def _form(one: Endpoint, schemas: dict[str, Any], named: Named) -> dict[str, Any]:
    if one.file is None:
        return {}
    reference = named[one.file.form, "validation"]["$ref"]
    form = schemas[reference.rpartition("/")[2]]
    return {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [*form.get("required", ()), one.file.name],
                "properties": {
                    **{name: _without_null(s) for name, s in form["properties"].items()},
                    one.file.name: {"type": "string", "format": "binary"},
                },
            }
        }
    }


def _responses(one: Endpoint, named: Named) -> dict[str, Any]:
    data = {"type": "null"} if one.data is None else named[one.data, "serialization"]
    success = {
        "type": "object",
        "required": ["status", "data", "message"],
        "additionalProperties": False,
        "properties": {
            "status": {"const": "success"},
            "data": data,
            "message": {"type": "string", "examples": [one.message]},
        },
    }
    counted = {
        name: {"schema": {"type": "integer"}, "description": words}
        for name, words in (
            ("X-RateLimit-Limit", "Requests this token may make in a minute."),
            ("X-RateLimit-Remaining", "How many are left."),
        )
    }
    answers: dict[str, Any] = {
        str(one.status): {
            "description": one.message,
            "headers": counted,
            "content": {"text/csv": {"schema": {"type": "string"}}}
            if one.gives_table
            else {"application/json": {"schema": success}},
        }
    }
    for status in sorted(_refusals(one)):
        kind = "TooMany" if status == 429 else "Error"
        answers[str(status)] = {
            "description": f"{VALIDATION}. {WORDS[status]}" if status == 422 else WORDS[status],
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=kind)}}},
        }
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _refusals(one: Endpoint) -> set[int]:
    found = {401, 429, 500, 503}
    if one.ability:
        found.add(403)
    if one.thing:
        found.add(404)
    if one.body is not None:
        found |= {400, 413, 415}
    if one.body is not None or one.query is not None or one.method == "POST":
        found.add(422)
    if one.method != "GET":
        found.add(409)
    return found
