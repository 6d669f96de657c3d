"""What the contacts feature tells and is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypedDict
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from xobito_app.core.phone import E164, display
from xobito_app.models.contact_work import JobKind as JobKind
from xobito_app.models.contacts import FieldKind as FieldKind, IdentityKind


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Meta speaks of them; at least one of phone and user id is usually known.

    Attributes:
        user_id: Meta's business-scoped user id (BSUID).
        group_id: Set when it is no person but a WhatsApp group; then it is the only name.
    """

    phone: E164 | None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile_name: str | None = None
    username: str | None = None
    group_id: str | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether there is any name to find the person by."""
        return bool(self.phone or self.user_id or self.parent_user_id or self.group_id)

    def identities(self) -> list[tuple[IdentityKind, str]]:
        """Return the names this person goes by, the surest first."""
        names = [
            (IdentityKind.WA_ID, self.phone.removeprefix("+") if self.phone else None),
            (IdentityKind.BSUID, self.user_id),
            (IdentityKind.PARENT_BSUID, self.parent_user_id),
            (IdentityKind.GROUP, self.group_id),
        ]
        return [(kind, name) for kind, name in names if name]


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known of a contact, ready to show; absent facts are empty.

    The choice of fields is its own: what those may know who see a thread but no contacts.

    Attributes:
        greeting_name: What a greeting calls them.
    """

    id: UUID
    name: str
    greeting_name: str
    first_name: str
    last_name: str
    phone: str
    username: str
    email: str
    company: str
    city: str
    country: str
    language: str
    type: str
    status: str
    source: str
    groups: tuple[str, ...]
    description: str
    created_at: datetime
    opted_out_at: datetime | None
    opt_out_reason: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact as somebody who may be written to, with what a message may say of them.

    Attributes:
        phone: In E.164; empty for somebody known only by a user id.
        user_id: Meta's business-scoped user id (BSUID), looked up when there is no phone.
        texts: What was asked for, by placeholder; see `contacts.service.list_placeholders`.
        is_excepted: Whether they are in one of the groups that were to be left out.
    """

    id: UUID
    phone: str
    user_id: str | None
    name: str
    is_enabled: bool
    opted_out_at: datetime | None
    texts: Mapping[str, str]
    is_excepted: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What bots may know of a contact.

    Attributes:
        type: `lead`, `customer` or `guest`.
        values: By the name of a field, without `contact.`; `list_placeholders` has the names.
        groups: The names of the groups it is in.
    """

    type: str
    values: Mapping[str, str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """Something a contact points at: a source, a group, a person."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class StatusMark:
    """The status of a contact, as a colored mark."""

    id: UUID
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact whole, for screens, REST and webhooks.

    Written out for type checkers; a test holds it against the catalogue of fields.

    Attributes:
        name: How the contact is called; never empty.
        phone: In E.164; empty for somebody known only by a user id.
        type: `lead`, `customer` or, internally, `guest`.
        custom: Values of the custom fields by slug: text, number, ISO date or list of texts.
    """

    id: UUID
    name: str
    first_name: str
    last_name: str
    profile_name: str
    username: str
    phone: str
    email: str
    company: str
    website: str
    description: str
    country: str
    city: str
    state: str
    zip: str
    address: str
    type: str
    status: StatusMark | None
    source: Named | None
    groups: tuple[Named, ...]
    assignee: Named | None
    custom: Mapping[str, Any]
    language: str
    is_enabled: bool
    opted_out_at: datetime | None
    opt_out_reason: str
    last_msg_time: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def phone_display(self) -> str:
        """The number as people read it; formatted only when somebody does."""
        return display(self.phone) if self.phone else ""


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status, with how many contacts are in it."""

    id: UUID
    name: str
    color: str
    is_default: bool
    position: int
    contacts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, with how many contacts came from it."""

    id: UUID
    name: str
    is_default: bool
    contacts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group, with how many contacts are in it."""

    id: UUID
    name: str
    contacts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CustomFieldView:
    """A custom field as forms show it."""

    id: UUID
    slug: str
    label: str
    kind: FieldKind
    options: tuple[str, ...]
    placeholder: str
    help: str
    default: str
    is_required: bool
    is_active: bool
    shows_in_table: bool
    position: int


class CustomFieldDraft(TypedDict, total=False):
    """What people say of a custom field; `kind` and `slug` are fixed once it exists.

    None empties what may be empty.
    """

    label: str
    slug: str
    kind: str
    options: Sequence[str] | None
    placeholder: str | None
    help: str | None
    default: str | None
    is_required: bool
    is_active: bool
    shows_in_table: bool


class ContactDraft(TypedDict, total=False):
    """What people say of a contact; a change touches only the fields that are given.

    None empties a field; a contact without a status gets the default one. `groups` are names, made
    when missing; `group_ids` known groups; either replaces all groups. `custom` is merged over the
    values there are; an empty value takes one away. Written out for type checkers; a test holds it
    against the catalogue.
    """

    first_name: str | None
    last_name: str | None
    phone: str | None
    email: str | None
    company: str | None
    website: str | None
    description: str | None
    country: str | None
    city: str | None
    state: str | None
    zip: str | None
    address: str | None
    type: str
    status_id: UUID | None
    source_id: UUID | None
    assignee_id: UUID | None
    groups: Sequence[str] | None
    group_ids: Sequence[UUID] | None
    custom: Mapping[str, Any]
    language: str | None
    is_enabled: bool
    opted_out: bool
    opt_out_reason: str | None


SEARCH_LIMIT = 200
"""Characters of a search."""


class CustomRule(BaseModel):
    """A condition on one custom field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(max_length=40)
    op: Literal["is", "is_not", "contains", "at_least", "at_most", "is_set", "is_empty"] = "is"
    value: str = Field(default="", max_length=255)


class ContactFilter(BaseModel):
    """Which contacts are meant; every condition given must hold, of several ids any one.

    `ids` is a selection made by hand; `within` is a segment's filter that must hold as well.
    Stored with segments and jobs as JSON.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    search: str = Field(default="", max_length=SEARCH_LIMIT)
    type: Literal["", "lead", "customer", "guest"] = ""
    status_ids: tuple[UUID, ...] = Field(default=(), max_length=100)
    source_ids: tuple[UUID, ...] = Field(default=(), max_length=100)
    group_ids: tuple[UUID, ...] = Field(default=(), max_length=100)
    assignee_id: UUID | None = None
    is_unassigned: bool = False
    opted_out: bool | None = None
    enabled: bool | None = None
    has_phone: bool | None = None
    country: str = Field(default="", max_length=2)
    language: str = Field(default="", max_length=16)
    created_from: datetime | None = None
    created_until: datetime | None = None
    updated_since: datetime | None = None
    custom: tuple[CustomRule, ...] = Field(default=(), max_length=20)
    ids: tuple[UUID, ...] | None = Field(default=None, max_length=1000)
    within: ContactFilter | None = None

    @field_validator("within")
    @classmethod
    def _is_plain(cls, within: ContactFilter | None) -> ContactFilter | None:
        if within and within.within:
            raise ValueError("A filter lies within one other at most.")
        return within


class SortBy(StrEnum):
    """What a list of contacts can be ordered by."""

    CREATED = "created_at"
    UPDATED = "updated_at"
    NAME = "name"
    EMAIL = "email"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of contacts; among equals the id decides."""

    by: SortBy = SortBy.CREATED
    descending: bool = True

    @classmethod
    def parse(cls, text: str) -> Sort:
        """Read `name` or `-created_at`, as addresses write it; anything else is newest first."""
        try:
            return cls(SortBy(text.removeprefix("-")), text.startswith("-"))
        except ValueError:
            return cls()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened.

    Attributes:
        kind: `created`, `changed`, `opted_out`, `opted_in`, `merged`, `merge_undone`,
            `set_apart`, `set_apart_undone`, `imported`, `note`, `message_in`, `message_out`,
            `campaign_got` or `campaign_answered`.
        who: Whoever did it; empty for the customer and for Xobito itself.
        text: A note's or message's words.
        changes: On `changed`, the old and the new value of each field.
        conversation_id: Of a message: where it stands.
        id: Tells entries of the same moment apart.
    """

    kind: str
    at: datetime
    who: str = ""
    text: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    conversation_id: UUID | None = None
    id: UUID = field(kw_only=True)
