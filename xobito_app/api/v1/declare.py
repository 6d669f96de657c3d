"""What an endpoint of the REST API is: one declaration that routes, validates and documents it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast, get_type_hints
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.errors import Forbidden, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.features.tokens.schemas import Caller

PREFIX = "/api/v1/{workspace}"


@dataclass(slots=True)
class Call:
    """One accepted request on its way to its handler.

    Attributes:
        path: The parts of the address that vary, as they were written.
        query: All query parameters as they were written, for links to other pages.
        address: The request's own path, without its query.
        key: A key that is the same when the request is repeated; for messages.
        prepared: What the endpoint's `prepare` returned.
    """

    session: AsyncSession
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    address: str
    key: str
    prepared: Any = None

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    def id(self, name: str) -> UUID:
        """Return an id out of the address.

        Raises:
            NotFound: It is not an id at all.
        """
        return ids.parse(self.path[name])


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that may come with the fields as `multipart/form-data` in place of JSON.

    Attributes:
        name: Of its field.
        most: Bytes it may have.
        form: What the other fields of the form must be.
        is_alone: There is no JSON way to say the same; the handler's `body` is the form.
    """

    name: str
    most: int
    form: type[BaseModel]
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A handler's answer that is a table and no JSON; its lines may take their time."""

    name: str
    lines: AsyncIterator[str | bytes]


Handler = Callable[..., Awaitable[Any]]
Prepare = Callable[[Caller, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the REST API.

    Attributes:
        ability: What the token must be allowed; empty when any token will do.
        thing: What a 404 is about.
        message: The sentence of a success.
        body: What the JSON must be.
        query: What the query parameters must be.
        answers: What `data` is; None for null, `CsvFile` for a table in place of JSON.
        also: Further abilities it takes.
        file: A file that may be sent along.
        prepare: An async context manager entered before the transaction, for what needs time:
            called with the caller, the body and the uploaded file.
        example: A body that works, for the documentation; its test sends it.
    """

    method: str
    path: str
    ability: str
    tag: str
    thing: str
    message: str
    status: int
    handle: Handler
    summary: str
    description: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answers: type[BaseModel | CsvFile] | None
    also: tuple[str, ...] = ()
    file: FilePart | None = None
    prepare: Prepare | None = None
    example: Mapping[str, Any] | None = None

    @property
    def abilities(self) -> tuple[str, ...]:
        """All the token must be allowed."""
        return (self.ability, *self.also) if self.ability else ()

    @property
    def data(self) -> type[BaseModel] | None:
        """What `data` of a JSON answer is; None for null."""
        return None if self.gives_table else cast(type[BaseModel] | None, self.answers)

    @property
    def gives_table(self) -> bool:
        """Tell whether a success is CSV."""
        return self.answers is CsvFile


ENDPOINTS: list[Endpoint] = []
"""Every endpoint, in the order of the documentation."""


def endpoint(
    method: str,
    path: str,
    *,
    tag: str,
    ability: str = "",
    also: tuple[str, ...] = (),
    thing: str = "",
    message: str = "OK",
    status: int = 200,
    file: FilePart | None = None,
    prepare: Prepare | None = None,
    example: Mapping[str, Any] | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a handler as an endpoint; its arguments `body` and `query` say what it takes.

    The first line of its docstring is the summary, the rest the description; what it returns is
    the `data` of the answer.
    """

    def declare(handle: Handler) -> Handler:
        hints = get_type_hints(handle)
        words = inspect.cleandoc(handle.__doc__ or "").partition("\n")
        answers = hints.get("return")
        ENDPOINTS.append(
            Endpoint(
                method=method,
                path=PREFIX + path,
                ability=ability,
                tag=tag,
                thing=thing,
                message=message,
                status=status,
                handle=handle,
                summary=words[0].rstrip("."),
                description=words[2].strip(),
                body=hints.get("body"),
                query=hints.get("query"),
                answers=None if answers is type(None) else answers,
                also=also,
                file=file,
                prepare=prepare,
                example=example,
            )
        )
        return handle

    return declare


def missing(thing: str) -> NotFound:
    """Return the refusal for a thing that is not there."""
    return NotFound(f"{thing} not found")


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
