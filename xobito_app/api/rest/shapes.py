"""The building blocks of what requests say and answers carry: texts, moments, pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar
from urllib.parse import urlencode

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from xobito_app.api.rest.route import Call
from xobito_app.core import paging
from xobito_app.core.errors import Invalid
from xobito_app.settings import get_settings

T = TypeVar("T")
MOST_PER_PAGE = 100


class In(BaseModel):
    """What a request says; fields nobody declared are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    def given(self) -> dict[str, Any]:
        """Return what it says, by field; of a new thing null says nothing."""
        return {name: value for name, value in self if value is not None}


class Change(In):
    """Fields of a thing that change: what is left out stays as it is, and null empties.

    What can never be empty is declared `NotNull`.
    """

    def given(self) -> dict[str, Any]:
        """Return what it says, by field; null where a field is to be emptied."""
        return {name: value for name, value in self if name in self.model_fields_set}


class _WithoutNull:
    """Has what may be left out read as though it may not: null is refused, and not documented."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Of `T | None` this is the schema of T in one that lets null pass.
        nullable: Any = handler(source)
        return nullable["schema"]


NotNull = Annotated[T | None, _WithoutNull()]
"""Of a `Change`: what may be left out (with None as its default) but never be null."""


class Out(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, view: Any) -> Self:
        """Take over what a service returned, field by field."""
        return cls.model_validate(view, from_attributes=True)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Moment = Annotated[
    datetime,
    PlainSerializer(_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in UTC with microseconds."""


_TIME = TypeAdapter(datetime)


def _no_number(given: Any) -> Any:
    # Left to itself a number would be read as seconds since 1970.
    if isinstance(given, datetime):
        return given
    # And JSON has no times: read strictly, no text would pass for one.
    if isinstance(given, str) and len(given) >= 10 and given[4:5] == "-":
        with suppress(ValidationError):
            return _TIME.validate_python(given)
    raise ValueError("Write a time like 2026-05-03T14:02:00Z.")


def _with_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


GivenMoment = Annotated[
    datetime,
    BeforeValidator(_no_number),
    AfterValidator(_with_zone),
    PlainSerializer(_utc, return_type=str, when_used="unless-none"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment somebody asks about; without a zone it is UTC."""

# What PostgreSQL's text cannot hold is refused, not silently dropped.
_NO_NUL = r"^[^\x00]*$"


def limited(most: int, least: int = 0) -> StringConstraints:
    """Return the limits of a text of so many characters, for `Annotated[str, …]`."""
    return StringConstraints(min_length=least or None, max_length=most, pattern=_NO_NUL)


Name = Annotated[str, limited(191)]
Line = Annotated[str, limited(255)]


class PageQuery(In):
    """Which part of a list is wanted."""

    page: int = Field(default=1, ge=1, le=1_000_000, description="Counted from 1.")
    per_page: int = Field(default=15, ge=1, le=MOST_PER_PAGE)


Numbered = Annotated[PageQuery, Query()]
"""The query of an endpoint that lists, for its handler."""


class CursorQuery(PageQuery):
    """Which part of a long list is wanted."""

    cursor: str | None = Field(
        default=None,
        max_length=1000,
        description="Walk a long list: begin with an empty cursor, go on with `next_cursor`. "
        "`page` is ignored then, and nothing is counted.",
    )


class Page(Out, Generic[T]):
    """A part of a list. With `cursor` what needs counting is null."""

    current_page: int | None
    data: list[T]
    per_page: int
    total: int | None
    last_page: int | None
    from_: int | None = Field(serialization_alias="from")
    to: int | None
    next_page_url: str | None
    prev_page_url: str | None
    next_cursor: str | None

    @classmethod
    def shown(cls, call: Call, found: paging.Page[T], *, per_page: int, page: int = 1) -> Self:
        """Return a part of a list: a numbered page when it is counted, else a window of a walk."""
        rows, total, cursor = list(found.rows), found.total, found.cursor
        if total is None:
            return cls(
                current_page=None,
                data=rows,
                per_page=per_page,
                total=None,
                last_page=None,
                from_=None,
                to=None,
                next_page_url=_link(call, cursor=cursor) if cursor else None,
                prev_page_url=None,
                next_cursor=cursor or None,
            )
        last = max(1, -(-total // per_page))
        first = (page - 1) * per_page + 1
        return cls(
            current_page=page,
            data=rows,
            per_page=per_page,
            total=total,
            last_page=last,
            from_=first if rows else None,
            to=first + len(rows) - 1 if rows else None,
            next_page_url=_link(call, page=page + 1) if page < last else None,
            prev_page_url=_link(call, page=min(page - 1, last)) if page > 1 else None,
            next_cursor=None,
        )

    @classmethod
    def part(cls, call: Call, rows: Sequence[T], query: PageQuery) -> Self:
        """Return the wanted page of a list that is short enough to be read whole."""
        start = (query.page - 1) * query.per_page
        found = paging.Page(tuple(rows[start : start + query.per_page]), total=len(rows))
        return cls.shown(call, found, per_page=query.per_page, page=query.page)


def _link(call: Call, **changes: object) -> str:
    """Return the address of another part of the same list."""
    kept: Mapping[str, object] = {**call.request.query_params, **changes}
    return f"{get_settings().public_url}{call.request.url.path}?{urlencode(kept)}"


@contextmanager
def about(field: str) -> Iterator[None]:
    """Say a rule that names no field as one of this field."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.message, error.fields or {field: [error.message]}) from None
