"""What requests say and answers carry about campaigns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from xobito_app.api.rest.shapes import Change, GivenMoment, In, Moment, Name, NotNull, Out, limited
from xobito_app.api.v1.messages import Url
from xobito_app.api.v1.selection import Kind, Search
from xobito_app.core.errors import Invalid
from xobito_app.features.campaigns import schemas

Status = Literal["draft", "scheduled", "sending", "paused", "completed", "cancelled", "failed"]
_SPAN = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_PARTS = {"header": "header", "body": "body", "buttons": "button"}
_Key = Annotated[str, limited(60, 1)]
_Text = Annotated[str, limited(schemas.LONGEST_VALUE)]


def _span(text: str) -> str:
    if text and not _SPAN.fullmatch(text):
        raise ValueError("Write a time like 24h, 30m or 2d.")
    return text


Span = Annotated[str, limited(8), AfterValidator(_span)]


def seconds_of(span: str) -> int:
    """Return how long `24h` is; nothing for an empty one."""
    found = _SPAN.fullmatch(span)
    return int(timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()) if found else 0


class Value(In):
    """What fills a blank: exactly one of `value`, `field` and `column`."""

    value: _Text | None = None
    field: Annotated[str, limited(120, 1)] | None = Field(
        default=None, description="Like contact.first_name or contact.custom.tier."
    )
    column: Annotated[str, limited(255, 1)] | None = Field(
        default=None, description="Of the recipients' columns."
    )
    fallback: _Text = Field(default="", description="Stands in where there is nothing.")


class Variables(In):
    """What fills the blanks of header, body and buttons, by their number or name."""

    header: Annotated[dict[_Key, Value], Field(max_length=10)] = {}
    body: Annotated[dict[_Key, Value], Field(max_length=100)] = {}
    buttons: Annotated[dict[_Key, Value], Field(max_length=10)] = {}

    def values_by_key(self) -> dict[str, schemas.Value]:
        """Return them by variable key.

        Raises:
            Invalid: One is none or several of value, field and column.
        """
        found: dict[str, schemas.Value] = {}
        for part, prefix in _PARTS.items():
            for name, value in getattr(self, part).items():
                try:
                    found[f"{prefix}.{name}"] = schemas.Value.model_validate(dict(value))
                except ValueError:
                    raise Invalid.field(
                        f"variables.{part}.{name}", "Give one of value, field and column."
                    ) from None
        return found


class AudienceFilter(In):
    """Which contacts are meant; the same names as in `GET /contacts`."""

    search: Search = ""
    type: Kind | None = None
    status_id: UUID | None = None
    source_id: UUID | None = None
    group: Name | None = None
    updated_since: GivenMoment | None = None


class RecipientIn(In):
    """Somebody who need not be a contact."""

    phone: Annotated[str, limited(64)]
    columns: Annotated[dict[_Key, _Text], Field(max_length=200)] = {}


class AudienceIn(In):
    """Who gets it: exactly one of the first five, less the members of `except_groups`."""

    groups: list[Name] | None = Field(default=None, min_length=1, max_length=100)
    segment_id: UUID | None = None
    contact_ids: list[UUID] | None = Field(
        default=None, min_length=1, max_length=schemas.MOST_PICKED
    )
    filter: AudienceFilter | None = None
    recipients: list[RecipientIn] | None = Field(default=None, min_length=1, max_length=10_000)
    except_groups: list[Name] = Field(default=[], max_length=100)


class CampaignNew(In):
    """A new campaign."""

    name: Annotated[str, limited(191, 1)]
    template_name: Annotated[str, limited(512, 1)]
    template_language: Annotated[str, limited(16, 2)] = Field(description="Like en_US.")
    from_phone_number_id: Annotated[str, limited(64)] | None = Field(
        default=None, description="Meta's id of the number; else the primary one."
    )
    audience: AudienceIn
    variables: Variables = Variables()
    header_media_url: Url | None = Field(default=None, description="The file of a media header.")
    scheduled_at: GivenMoment | None = None
    canary: int = Field(default=0, ge=0, le=10_000, description="So many are sent first.")
    skip_contacted_within: Span = Field(
        default="", description="Like 24h: who got a campaign within this time is left out."
    )


class CampaignChange(Change):
    """What changes of a draft or a scheduled campaign."""

    name: NotNull[Annotated[str, limited(191, 1)]] = None
    template_name: NotNull[Annotated[str, limited(512, 1)]] = None
    template_language: NotNull[Annotated[str, limited(16, 2)]] = None
    from_phone_number_id: NotNull[Annotated[str, limited(64)]] = None
    audience: NotNull[AudienceIn] = None
    variables: NotNull[Variables] = None
    header_media_url: Url | None = None
    scheduled_at: GivenMoment | None = None
    canary: NotNull[Annotated[int, Field(ge=0, le=10_000)]] = None
    skip_contacted_within: NotNull[Span] = None


class LaunchOrder(In):
    """How many are to get it."""

    confirm: int | None = Field(
        default=None, ge=0, description="`will_send` of the dry run; needed above 1,000."
    )


class Counts(Out):
    """How many recipients are in each state; all but `audience` add up to it."""

    audience: int
    excluded: int
    queued: int
    claimed: int
    dispatching: int
    accepted: int
    held: int
    sent: int
    delivered: int
    read: int
    failed: int
    expired: int
    unresolved: int
    cancelled: int


class Campaign(Out):
    """A campaign and how far it is."""

    id: UUID
    name: str
    status: Status
    reason: str | None = Field(description="Why it paused, failed or was cancelled.")
    counts: Counts
    replied: int
    opted_out: int
    started_at: Moment | None
    finished_at: Moment | None

    @classmethod
    def of(cls, view: schemas.CampaignLine | schemas.CampaignView) -> Campaign:
        """Take a campaign over."""
        given = {name: getattr(view, name) for name in cls.model_fields}
        return cls.model_validate({**given, "reason": view.reason or None})


class Excluded(Out):
    """How many get nothing, by the one reason each has."""

    opted_out: int
    no_number: int
    missing_variable: int
    duplicate: int
    recently_contacted: int
    over_limit: int
    invalid: int


class CountryCost(Out):
    """What the messages to one country would cost."""

    country: str
    people: int
    amount: Decimal | None = Field(description="Null where the workspace has no rate.")


class EstimateOut(Out):
    """What it would cost by the workspace's rates."""

    label: str = Field(description="estimate, or ceiling where Meta may charge less.")
    currency: str
    total: Decimal | None
    by_country: list[CountryCost]


class DryRun(Out):
    """What a launch would do now; the parts add up to the audience."""

    audience: int
    will_send: int
    excluded: Excluded
    estimate: EstimateOut
    seconds: int


class Recipient(Out):
    """One recipient and what became of the message."""

    id: UUID
    phone: str
    contact_id: UUID | None
    name: str
    state: str
    reason: str
    error_code: int | None
    wamid: str | None
    updated_at: Moment


_NAMES = {
    "template_id": "template_name",
    "number_id": "from_phone_number_id",
    "header_media_id": "header_media_url",
    "skip_seconds": "skip_contacted_within",
}
_KEYS = {"button": "buttons"}


@contextmanager
def told_as_given() -> Iterator[None]:
    """Tell what is wrong under the names that requests use."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.message, renamed(error.fields)) from None


def renamed(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return sentences by the names that requests use."""
    found: dict[str, Any] = {}
    for name, told in fields.items():
        parts = name.split(".")
        if parts[0] == "variables" and len(parts) > 1:
            parts[1] = _KEYS.get(parts[1], parts[1])
        found[_NAMES.get(name, ".".join(parts))] = told
    return found
