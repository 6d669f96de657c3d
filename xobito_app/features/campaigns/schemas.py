"""What the campaigns feature tells and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypedDict
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from xobito_app.features.campaigns.report_schemas import (
    Comparison as Comparison,
    Cost as Cost,
    HourLine as HourLine,
    ReasonLine as ReasonLine,
    Report as Report,
    Step as Step,
    TapLine as TapLine,
    VariantLine as VariantLine,
)
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.features.inbox.schemas import ThreadPlace
from xobito_app.models.campaigns import (
    CampaignStatus as CampaignStatus,
    Exclusion as Exclusion,
    RecipientState as RecipientState,
)

MOST_PICKED = 1000
"""Contacts that may be picked by hand; a group or a segment holds any number."""
LONGEST_VALUE = 1024


class Value(BaseModel):
    """What fills one blank: a fixed text, a field of the contact, or a column of the file.

    Attributes:
        field: `contact.` and the name of a field, or `contact.custom.` and a slug.
        fallback: Stands in when the field or the column is empty for somebody.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: str | None = Field(default=None, max_length=LONGEST_VALUE)
    field: str | None = Field(default=None, max_length=120)
    column: str | None = Field(default=None, max_length=255)
    fallback: str = Field(default="", max_length=LONGEST_VALUE)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(way is not None for way in (self.value, self.field, self.column)) != 1:
            raise ValueError("Give one of value, field and column.")
        return self


class AudienceFile(BaseModel):
    """A file of recipients, or those another system listed; its rows lie in a table.

    Attributes:
        phone_column: The heading of the column that holds the number; empty when none is known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(default="", max_length=255)
    columns: tuple[str, ...] = ()
    phone_column: str = ""
    rows: int = 0


class Audience(BaseModel):
    """Who is meant: exactly one way, less whoever is in one of `except_group_ids`.

    Attributes:
        contact_filter: An empty one means all contacts.
        file: Set by uploading; people of a file need not be contacts.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    group_ids: tuple[UUID, ...] = Field(default=(), max_length=100)
    segment_id: UUID | None = None
    contact_ids: tuple[UUID, ...] = Field(default=(), max_length=MOST_PICKED)
    contact_filter: ContactFilter | None = None
    file: AudienceFile | None = None
    except_group_ids: tuple[UUID, ...] = Field(default=(), max_length=100)

    @property
    def ways(self) -> int:
        """In how many ways somebody is meant; one is right."""
        return sum(
            (
                bool(self.group_ids),
                self.segment_id is not None,
                bool(self.contact_ids),
                self.contact_filter is not None,
                self.file is not None,
            )
        )


class CampaignDraft(TypedDict, total=False):
    """What people say of a campaign; a change touches only the fields that are given.

    None empties a field. A draft may be incomplete; what is missing stands in
    `CampaignView.problems`.

    Attributes:
        template_b_id: The second template of an A/B test.
        variables: By variable key (`body.1`, `header.1`, `button.0`); replaces all of them.
        skip_seconds: Who got a campaign within this time is left out; 0 leaves nobody out.
        canary: So many are sent first; 0 sends to all at once.
        spend_cap: In the currency of the rates.
        scheduled_at: When to begin; None begins at launch. `rules.moment_in` reads local time.
        splits_days: Who is over the day's limit gets it on a later day instead of not at all.
    """

    name: str
    number_id: UUID | None
    template_id: UUID | None
    template_b_id: UUID | None
    audience: Audience | None
    variables: Mapping[str, Value]
    header_media_id: UUID | None
    skip_seconds: int
    canary: int
    spend_cap: Decimal | None
    scheduled_at: datetime | None
    splits_days: bool


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as lists show it.

    Attributes:
        counts: `audience` and each state of `RecipientState`; all but `audience` add up to it.
        reason: Why it paused, failed or was cancelled, in one sentence.
    """

    id: UUID
    name: str
    status: CampaignStatus
    reason: str
    number_id: UUID | None
    template_name: str
    template_language: str
    category: str
    counts: Mapping[str, int]
    replied: int
    opted_out: int
    scheduled_at: datetime | None
    begins_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign whole.

    Attributes:
        problems: What is missing before it can be launched: field to sentence, the first first.
        variables: By variable key.
        undo_until: Until then the launch can be undone and nothing has left; None afterwards.
        canary_passed_at: When the first ones were found well and the rest was let go.
    """

    id: UUID
    name: str
    status: CampaignStatus
    reason: str
    number_id: UUID | None
    template_id: UUID | None
    template_b_id: UUID | None
    template_name: str
    template_language: str
    category: str
    audience: Audience
    variables: Mapping[str, Value]
    header_media_id: UUID | None
    skip_seconds: int
    canary: int
    canary_passed_at: datetime | None
    spend_cap: Decimal | None
    splits_days: bool
    problems: Mapping[str, str]
    counts: Mapping[str, int]
    replied: int
    opted_out: int
    scheduled_at: datetime | None
    begins_at: datetime | None
    undo_until: datetime | None
    launched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CountryEstimate:
    """What the messages to one country would cost.

    Attributes:
        country: ISO 3166; empty when the number belongs to none.
        price: Of one delivered message; None when the workspace has no rate for it.
    """

    country: str
    people: int
    price: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a campaign would cost at most, by the workspace's own rates.

    Attributes:
        label: `estimate`, or `ceiling` where Meta may charge less.
        total: None when no country has a rate.
        unpriced: People in countries without a rate; they are not in the total.
    """

    label: str
    currency: str
    category: str
    total: Decimal | None
    unpriced: int
    by_country: tuple[CountryEstimate, ...]


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How many of a campaign may be tried again.

    Attributes:
        free: How many more people Meta lets the portfolio write to now; None without a limit.
    """

    people: int
    free: int | None

    @property
    def over(self) -> int:
        """How many of them are over the limit."""
        return 0 if self.free is None else max(0, self.people - self.free)


@dataclass(frozen=True, slots=True)
class Headroom:
    """How many more people may be written to first in a rolling day (Meta's messaging limit).

    Attributes:
        limit: Of the portfolio; None when it is unlimited or unknown.
        used: By all numbers: templates of the inbox, and what campaigns sent or will send then.
        free: None without a limit.
    """

    limit: int | None
    used: int
    free: int | None


@dataclass(frozen=True, slots=True)
class DayShare:
    """So many get it from a moment on, when a campaign is split over days."""

    begins_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a launch would do now; the parts add up to the audience.

    Attributes:
        excluded: Every member of `Exclusion`, zeros included.
        seconds: How long sending takes at the number's rate, days between shares included.
        days: One share, or several when it is split; the same moments a launch would give.
    """

    audience: int
    will_send: int
    excluded: Mapping[str, int]
    estimate: Estimate
    seconds: int
    headroom: Headroom
    days: tuple[DayShare, ...]


@dataclass(frozen=True, slots=True)
class ExcludedLine:
    """Somebody who gets nothing, and the one reason.

    Attributes:
        position: In the audience, from 1.
        sentence: Why, in plain words.
    """

    position: int
    name: str
    phone: str
    contact_id: UUID | None
    reason: Exclusion
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What one recipient would get.

    Attributes:
        position: In the audience, from 1.
        exclusion: Why they get nothing; None when they get it.
        template: In Meta's shape.
    """

    position: int
    name: str
    phone: str
    contact_id: UUID | None
    exclusion: Exclusion | None
    sentence: str
    values: Mapping[str, str]
    template: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One recipient and what became of the message.

    Attributes:
        state: A word of `RecipientState`.
        reason: Why no further, in plain words; for an excluded one why they get nothing.
        thread: Where their chat with the campaign's number is, if there is one.
    """

    id: UUID
    phone: str
    contact_id: UUID | None
    name: str
    state: RecipientState
    exclusion: str
    reason: str
    error_code: int | None
    wamid: str | None
    variant: int
    replied_at: datetime | None
    opted_out_at: datetime | None
    updated_at: datetime
    thread: ThreadPlace | None = None


@dataclass(frozen=True, slots=True)
class RateLine:
    """What Meta charges for a delivered message from a day on.

    Attributes:
        country: ISO 3166, two letters; empty for all others.
    """

    id: UUID
    country: str
    category: str
    currency: str
    amount: Decimal
    valid_from: datetime
