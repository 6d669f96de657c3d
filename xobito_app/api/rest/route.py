"""From a request to its answer: who calls, how often, may they, what do they want, only once."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, get_type_hints

from fastapi import Depends, Header, Security
from fastapi.exceptions import RequestValidationError
from fastapi.params import Security as SecurityMark
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, WithJsonSchema
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from xobito_app.api.callers import address_of
from xobito_app.api.rest.answers import BROKEN, Malformed, Success, success
from xobito_app.api.rest.requests import FORM, FORM_LIMITS, RestRequest
from xobito_app.core.errors import AppError, Forbidden, NotFound, TooMany
from xobito_app.core.permissions import Actor
from xobito_app.features.tokens import limiter, repeats, service
from xobito_app.features.tokens.schemas import Caller
from xobito_app.features.workspaces import service as workspaces
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[Any]]

KEY_PATTERN = "^[A-Za-z0-9_.:-]{1,255}$"
"""What an `Idempotency-Key` is made of."""
_CALL = "xobito.call"
_ALLOWANCE = "xobito.allowance"
_UNSAID = "Successful Response"
BEARER = HTTPBearer(
    scheme_name="token",
    bearerFormat="apitk_ and 64 characters",
    description="Made under Settings → API tokens.",
    auto_error=False,
)


class Repeated(Exception):
    """The request was done before; it is answered as it was then."""

    def __init__(self, earlier: repeats.Earlier) -> None:
        super().__init__()
        self.answer = Response(
            earlier.answer,
            earlier.status,
            media_type="application/json",
            headers={"Cache-Control": "no-store", "Idempotent-Replayed": "true"},
        )


@dataclass(slots=True)
class Call:
    """One accepted request on its way to its handler.

    Attributes:
        key: Its `Idempotency-Key`; empty when it has none.
        session: The transaction it is done in; there is one while the handler runs.
    """

    request: RestRequest
    caller: Caller
    key: str = ""
    session: AsyncSession = field(init=False)
    _fingerprint: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    @property
    def message_key(self) -> str:
        """A key that is the same when the request is repeated; for messages."""
        return repeats.message_key(self.caller, self.key)

    async def fingerprint(self) -> str:
        """Return what tells this request from another one with the same key."""
        self._fingerprint = self._fingerprint or await self.request.fingerprint()
        return self._fingerprint

    async def require_first(self) -> None:
        """Spare a repeat what takes long and comes before the transaction.

        Raises:
            Repeated: It is one.
        """
        if self.key:
            fingerprint = await self.fingerprint()
            async with unit_of_work(self.actor.workspace_id) as uow:
                earlier = await repeats.find(
                    uow.session, self.caller, key=self.key, fingerprint=fingerprint
                )
            if earlier:
                raise Repeated(earlier)


async def current_call(
    request: Request, _token: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Call:
    """Return the call the route has accepted; the dependency is for the documentation."""
    return request.scope[_CALL]


def needs(*abilities: str) -> Any:
    """Return what gives a handler its `Call`, whose token must have these abilities.

    They are asked for by `RestRoute`, before the body is read.
    """
    return Security(current_call, scopes=abilities)


def not_found(thing: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an endpoint that is about one thing."""
    return {404: {"description": f"{thing} not found"}}


def lacking(ability: str) -> Forbidden:
    """Return the refusal for a token that is not allowed something."""
    return Forbidden(f"Token does not have the required ability: {ability}")


@contextmanager
def needing(ability: str) -> Iterator[None]:
    """Say what a service forbids as the ability that is lacking."""
    try:
        yield
    except Forbidden:
        raise lacking(ability) from None


def _check_key(key: str | None) -> str | None:
    if key is not None and not re.fullmatch(KEY_PATTERN, key):
        raise ValueError("Use 1 to 255 of these: letters, digits, `_`, `.`, `:` and `-`.")
    return key


async def _note_key(
    call: Annotated[Call, Depends(current_call)],
    key: Annotated[
        str | None,
        AfterValidator(_check_key),
        WithJsonSchema({"type": "string", "pattern": KEY_PATTERN}),
        Header(
            alias="Idempotency-Key",
            description="The same for repeats of one request; remembered for 24 hours.",
        ),
    ] = None,
) -> None:
    call.key = key or ""


class RestRoute(APIRoute):
    """An endpoint of the REST API, declared with FastAPI's own decorators.

    A handler takes its `call: Annotated[Call, needs("…")]` and returns the `data` of its answer, or
    a `CsvFile`. The first line of its docstring is the summary, the rest the description. Of the
    decorator's arguments `response_description` is the sentence of a success, `responses` says with
    `not_found` what a 404 is about, and `max_body_size` is the most a file may have.

    Judged are, in this order: the token, its allowance, its abilities, the kind of the body, its
    length, what it says, and whether it is a repeat. What changes is committed before the answer
    leaves.

    Attributes:
        allowed: The methods of its address, its own and those of other endpoints.
    """

    allowed: tuple[str, ...] = ()

    def __init__(self, path: str, endpoint: Handler, **options: Any) -> None:
        hints = get_type_hints(endpoint, include_extras=True)
        words = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
        self.abilities: tuple[str, ...] = tuple(
            ability
            for mark in hints["call"].__metadata__
            if isinstance(mark, SecurityMark)
            for ability in mark.scopes or ()
        )
        needed = " and ".join(f"`{ability}`" for ability in self.abilities)
        needed = f"Needs the ability {needed}." if needed else "Any token may."
        if options["response_description"] == _UNSAID:
            options["response_description"] = "OK"
        self.method: str = next(iter(options["methods"]))
        if self.method == "POST":
            options["dependencies"] = [*options["dependencies"], Depends(_note_key)]
        if not _is_response(hints["return"]):
            options["response_model"] = Success[hints["return"]]
        # Starlette's own limit would answer in plain text, whatever is said here.
        self.most_file: int = options.pop("max_body_size", None) or 0
        status = options["status_code"] = options["status_code"] or 200
        options |= {
            "operation_id": endpoint.__name__,
            "summary": words[0].rstrip("."),
            "description": "\n\n".join(filter(None, [words[2].strip(), needed])),
            "form_limits": FORM_LIMITS,
        }
        done = in_one_transaction(endpoint, options["response_description"], status)
        super().__init__(path, done, **options)

    @property
    def takes(self) -> tuple[str, ...]:
        """The kinds of bodies it reads."""
        if self.openapi_extra:
            return tuple(self.openapi_extra["requestBody"]["content"])
        if self.body_field is None:
            return ()
        return (getattr(self.body_field.field_info, "media_type"),)  # noqa: B009

    @property
    def missing(self) -> str:
        """What a 404 says; empty when none is foreseen."""
        return self.responses.get(404, {}).get("description", "")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for here, be it to be told that the method is wrong.

        `PUT /contacts/merges` is none for `/contacts/{contact_id}`.
        """
        match, inner = super().matches(scope)
        if match is Match.PARTIAL and scope["method"] not in self.allowed:
            match = Match.FULL
        return match, inner

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request; failures are said by the application's handlers."""
        run, takes = super().get_route_handler(), self.takes

        async def handle(request: Request) -> Response:
            try:
                caller = await _identify(request)
                await _allow(request, caller, self.abilities)
                given = RestRequest(request, takes, self.most_file)
                request.scope[_CALL] = Call(given, caller)
                try:
                    answer = await run(given)
                finally:
                    await given.close()
            except (AppError, RequestValidationError):
                raise
            except Repeated as repeated:
                answer = repeated.answer
            except HTTPException as error:
                raise _why_unreadable(error, takes) from None
            except Exception as error:
                log.error("api.failed", exc_info=error)
                raise AppError(BROKEN) from error
            answer.headers.update(allowance_headers(request))
            return answer

        return handle


def _is_response(answer: object) -> bool:
    return isinstance(answer, type) and issubclass(answer, Response)


def _why_unreadable(error: HTTPException, takes: tuple[str, ...]) -> AppError:
    # FastAPI says of every failure to read a body the same; its cause tells them apart.
    if isinstance(error.__cause__, AppError):
        return error.__cause__
    return Malformed("The form cannot be read." if FORM in takes else "The body broke off.")


def in_one_transaction(endpoint: Handler, message: str, status: int) -> Handler:
    """Return a handler that does its work and keeps its answer in one transaction, once a key."""

    @wraps(endpoint)
    async def run(call: Call, **given: Any) -> Response:
        fingerprint = await call.fingerprint() if call.key else ""
        async with unit_of_work(call.actor.workspace_id) as uow:
            call.session = uow.session
            if call.key:
                earlier = await repeats.claim(
                    uow.session, call.caller, key=call.key, fingerprint=fingerprint
                )
                if earlier is not None:
                    raise Repeated(earlier)
            answer = success(await endpoint(call=call, **given), message, status)
            if call.key:
                await repeats.keep(
                    uow.session,
                    call.caller,
                    key=call.key,
                    status=answer.status_code,
                    answer=answer.body,
                )
        return answer

    return run


async def _identify(request: Request) -> Caller:
    workspace = request.path_params["workspace"]
    if not workspaces.is_slug(workspace):
        raise NotFound("There is no workspace of this name.")
    given = await BEARER(request)
    async with unit_of_work() as uow:
        return await service.authenticate(
            uow,
            workspace=workspace,
            token=given.credentials if given else "",
            address=address_of(request.scope),
        )


async def _allow(request: Request, caller: Caller, abilities: tuple[str, ...]) -> None:
    allowance = await limiter.take(caller.token_id, caller.rate_limit)
    if caller.rate_limit:
        request.scope[_ALLOWANCE] = {
            "X-RateLimit-Limit": str(caller.rate_limit),
            "X-RateLimit-Remaining": str(allowance.remaining),
        }
    if allowance.retry_after:
        raise TooMany("", allowance.retry_after)
    for ability in abilities:
        if ability not in caller.abilities:
            raise lacking(ability)


def allowance_headers(request: Request) -> Mapping[str, str]:
    """Return what every answer says of the token's allowance."""
    return request.scope.get(_ALLOWANCE, {})
