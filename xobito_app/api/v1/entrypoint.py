"""From a request to its answer: who calls, how often, may they, what do they want, only once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from xobito_app.api.callers import address_of
from xobito_app.api.tables import csv_file
from xobito_app.api.v1.answers import failure, refuse, success
from xobito_app.api.v1.declare import Call, CsvFile, Endpoint, lacking
from xobito_app.api.v1.reading import Given, read_key, read_query, read_token, reading
from xobito_app.core.errors import NotFound, TooMany
from xobito_app.features.tokens import limiter, repeats, service
from xobito_app.features.tokens.schemas import Caller
from xobito_app.features.workspaces import service as workspaces
from xobito_app.persistence.unit_of_work import unit_of_work


class Place:
    """One address with all its methods; an ASGI application, so that no method passes by it."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._by_method = {one.method: one for one in endpoints}
        self._allow = {"Allow": ", ".join(self._by_method)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to this address."""
        request = Request(scope, receive)
        endpoint = self._by_method.get(request.method)
        if endpoint is None:
            answer: Response = failure(405, "Method not allowed", headers=self._allow)
        else:
            answer = await answer_request(request, endpoint)
        await answer(scope, receive, send)


async def answer_request(request: Request, endpoint: Endpoint) -> Response:
    """Answer one request; whatever happens, in the one shape."""
    counted: dict[str, str] = {}
    try:
        caller = await _identify(request)
        allowance = await limiter.take(caller.token_id, caller.rate_limit)
        if caller.rate_limit:
            counted["X-RateLimit-Limit"] = str(caller.rate_limit)
            counted["X-RateLimit-Remaining"] = str(allowance.remaining)
        if allowance.retry_after:
            raise TooMany("", allowance.retry_after)
        for ability in endpoint.abilities:
            if ability not in caller.abilities:
                raise lacking(ability)
        async with reading(request, endpoint) as given:
            answer = await _perform(request, endpoint, caller, given)
    except Exception as error:
        answer = refuse(error, endpoint.thing)
    answer.headers.update(counted)
    return answer


async def _identify(request: Request) -> Caller:
    workspace = request.path_params["workspace"]
    if not workspaces.is_slug(workspace):
        raise NotFound("There is no workspace of this name.")
    async with unit_of_work() as uow:
        return await service.authenticate(
            uow,
            workspace=workspace,
            token=read_token(request),
            address=address_of(request.scope),
        )


async def _perform(request: Request, endpoint: Endpoint, caller: Caller, given: Given) -> Response:
    arguments: dict[str, Any] = {}
    if endpoint.body is not None:
        arguments["body"] = given.body
    if endpoint.query is not None:
        arguments["query"] = read_query(request, endpoint.query)
    key = read_key(request) if endpoint.method == "POST" else ""
    fingerprint = _fingerprint(request, given)
    async with AsyncExitStack() as prepared:
        ready = None
        if endpoint.prepare:
            # What takes long comes first; a repeat is spared it.
            if key and (known := await _earlier(caller, key, fingerprint)):
                return known
            ready = await prepared.enter_async_context(
                endpoint.prepare(caller, given.body, given.file)
            )
        async with unit_of_work(caller.actor.workspace_id) as uow:
            earlier = None
            if key:
                earlier = await repeats.claim(uow.session, caller, key=key, fingerprint=fingerprint)
            if earlier is not None:
                return _again(earlier)
            call = Call(
                session=uow.session,
                caller=caller,
                path=request.path_params,
                query=dict(request.query_params),
                address=request.url.path,
                key=repeats.message_key(caller, key),
                prepared=ready,
            )
            found = await endpoint.handle(call, **arguments)
            if isinstance(found, CsvFile):
                return csv_file(found.name, found.lines)
            answer = success(found, endpoint.message, endpoint.status)
            if key:
                await repeats.keep(
                    uow.session, caller, key=key, status=answer.status_code, answer=answer.body
                )
        return answer


def _fingerprint(request: Request, given: Given) -> str:
    """Tell two requests apart: by their address, their fields and their file."""
    told = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    told.update(given.raw)
    return told.hexdigest()


async def _earlier(caller: Caller, key: str, fingerprint: str) -> Response | None:
    async with unit_of_work(caller.actor.workspace_id) as uow:
        earlier = await repeats.find(uow.session, caller, key=key, fingerprint=fingerprint)
    return _again(earlier) if earlier else None


def _again(earlier: repeats.Earlier) -> Response:
    return Response(
        earlier.answer,
        earlier.status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", "Idempotent-Replayed": "true"},
    )
