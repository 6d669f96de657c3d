"""What the REST API serves: one router a module of `api/v1`, found there; plain ones made here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from itertools import groupby
from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, Handler, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import Change, In, Out, Page, PageQuery

ENDPOINTS = "xobito_app.api.v1"
"""By name: the endpoints are made of what stands here, so this must not import them."""

# A type checker takes only what stands in the source for a type; these are made at run time.
_annotated: Any = Annotated
_page: Any = Page


def find_routes() -> list[RestRoute]:
    """Return all endpoints, by their addresses.

    So `/contacts/merges` stands before `/contacts/{contact_id}`, whoever declares it.
    """
    package = importlib.import_module(ENDPOINTS)
    found = [
        route
        for module in pkgutil.iter_modules(package.__path__, f"{ENDPOINTS}.")
        for route in getattr(importlib.import_module(module.name), "router", APIRouter()).routes
        if isinstance(route, RestRoute)
    ]
    found.sort(key=lambda route: route.path)
    for _, those in groupby(found, key=lambda route: route.path):
        here = list(those)
        for route in here:
            route.allowed = tuple(one.method for one in here)
    return found


class Replacing(In):
    """What contacts get instead of what is deleted."""

    replace_with: UUID | None = None


def resource_router(
    path: str,
    *,
    thing: str,
    out: type[Out],
    new: type[In],
    change: type[Change],
    service: ModuleType,
    deleting: type[In] = In,
    examples: Mapping[str, Mapping[str, Any]],
    words: Mapping[str, str],
) -> APIRouter:
    """Return the router of a plain resource: list, create, get, update and delete.

    Args:
        path: Its address, like `/statuses`; the abilities begin with the same word.
        thing: What one of them is called.
        out: What answers say of one; made of what the service returns.
        new: What a new one is made of; its fields are arguments of the service.
        change: What may change of one.
        service: Has `list_statuses`, `create_status`, `get_status`, `update_status` and
            `delete_status`, the last three with `status_id`.
        deleting: What a deletion asks in its address.
        examples: Bodies that work, for `create` and `update`.
        words: What there is to say of `list`, `create`, `get`, `update` or `delete` besides.
    """
    many, one = path.strip("/"), thing.lower()
    router = APIRouter(tags=[many.capitalize()], route_class=RestRoute)

    def handler(verb: str, ability: str, answer: Any, **hints: Any) -> Handler:
        noun = many if verb == "list" else one
        summary = f"{verb.capitalize()} {noun if verb == 'list' else f'a {noun}'}."
        handle = _handler(getattr(service, f"{verb}_{noun}"), out)
        handle.__name__ = f"{verb}_{noun}"
        handle.__doc__ = f"{summary}\n\n{words.get(verb, '')}"
        return _typed(handle, answer, call=_annotated[Call, needs(f"{many}.{ability}")], **hints)

    def body(model: type[In], example: str) -> Any:
        return _annotated[model, json_body(examples[example])]

    paged, asked = Annotated[PageQuery, Query()], _annotated[deleting, Query()]
    row, row_id = f"{path}/{{{one}_id}}", {f"{one}_id": UUID}
    about_one: Any = {"responses": not_found(thing)}
    router.get(path)(handler("list", "read", _page[out], query=paged))
    router.post(path, status_code=201, response_description=f"{thing} created")(
        handler("create", "create", out, body=body(new, "create"))
    )
    router.get(row, **about_one)(handler("get", "read", out, **row_id))
    router.put(row, response_description=f"{thing} updated", **about_one)(
        handler("update", "update", out, **row_id, body=body(change, "update"))
    )
    router.delete(row, response_description=f"{thing} deleted", **about_one)(
        handler("delete", "delete", type(None), **row_id, query=asked)
    )
    return router


def _handler(do: Handler, out: type[Out]) -> Any:
    """Return a handler that hands on what it is given to a service."""

    async def handle(
        call: Call, query: In | None = None, body: In | None = None, **row_id: UUID
    ) -> Any:
        found = await do(call.session, call.actor, **row_id, **_fields(body), **_fields(query))
        if isinstance(query, PageQuery):
            return _page[out].part(call, [out.of(view) for view in found], query)
        return None if found is None else out.of(found)

    return handle


def _fields(given: In | None) -> dict[str, Any]:
    return {} if given is None or isinstance(given, PageQuery) else given.given()


def _typed(handle: Any, answer: Any, **hints: Any) -> Handler:
    """Give a handler the arguments and the answer that FastAPI reads and documents."""
    handle.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint)
            for name, hint in hints.items()
        ]
    )
    handle.__annotations__ = {**hints, "return": answer}
    return handle
