"""Saying which contacts are meant: in an address, or in a body."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from xobito_app.api.rest.route import Call
from xobito_app.api.rest.shapes import GivenMoment, In, Line, Name, limited
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.features.contacts.labels import groups
from xobito_app.features.contacts.lists import segments
from xobito_app.features.contacts.schemas import SEARCH_LIMIT, ContactFilter

_Ids = Annotated[list[UUID], Field(max_length=100)]
Search = Annotated[str, limited(SEARCH_LIMIT)]
Kind = Literal["lead", "customer", "guest"]


class FilterQuery(In):
    """Which contacts are meant, in an address."""

    search: Search = Field(default="", description="Words in name, phone, e-mail or company.")
    type: Kind | None = None
    status_id: UUID | None = None
    source_id: UUID | None = None
    group: Name | None = Field(default=None, description="Name or id of a group.")
    updated_since: GivenMoment | None = None
    segment_id: UUID | None = Field(
        default=None, description="A saved segment they must belong to as well."
    )


async def narrow(call: Call, query: FilterQuery) -> ContactFilter | None:
    """Return the filter; None when nothing can fit, as with an unknown group.

    Raises:
        Invalid: The workspace has no such segment.
    """
    group_ids: tuple[UUID, ...] = ()
    if query.group:
        known = await groups.list_groups(call.session, call.actor)
        wanted = query.group.strip().lower()
        group_ids = tuple(g.id for g in known if wanted in {str(g.id), g.name.lower()})
    within = await segment_filter(call, query.segment_id) if query.segment_id else None
    if query.group and not group_ids:
        return None
    return ContactFilter(
        search=query.search,
        type=query.type or "",
        status_ids=(query.status_id,) if query.status_id else (),
        source_ids=(query.source_id,) if query.source_id else (),
        group_ids=group_ids,
        updated_since=query.updated_since,
        within=within,
    )


async def segment_filter(call: Call, segment_id: UUID) -> ContactFilter:
    """Return which contacts a segment means.

    Raises:
        Invalid: The workspace has no such segment.
    """
    try:
        return await segments.read_filter(call.session, call.actor, segment_id=segment_id)
    except NotFound as error:
        raise Invalid.field("segment_id", error.message) from None


class _Exact(In):
    # A condition with a slip in its name must not mean everybody.
    model_config = ConfigDict(extra="forbid")


class CustomRule(_Exact):
    """A condition on one custom field."""

    slug: Annotated[str, limited(40, 1)]
    op: Literal["is", "is_not", "contains", "at_least", "at_most", "is_set", "is_empty"] = "is"
    value: Line = ""


class Filter(_Exact):
    """Which contacts are meant: every condition given must hold, of several ids any one.

    Unlike elsewhere, conditions nobody declared are refused.
    """

    search: Search = Field(default="", description="Words in name, phone, e-mail or company.")
    type: Kind | None = None
    status_ids: _Ids = []
    source_ids: _Ids = []
    group_ids: _Ids = []
    assignee_id: UUID | None = None
    is_unassigned: bool = False
    opted_out: bool | None = None
    enabled: bool | None = None
    has_phone: bool | None = None
    country: Annotated[str, limited(2)] = Field(default="", description="Two letters, like DE.")
    language: Annotated[str, limited(16)] = ""
    created_from: GivenMoment | None = None
    created_until: GivenMoment | None = None
    updated_since: GivenMoment | None = None
    custom: Annotated[list[CustomRule], Field(max_length=20)] = []

    def contact_filter(self) -> ContactFilter:
        """Return it as the address book takes it."""
        given = dict(self)
        return ContactFilter.model_validate(
            {**given, "type": self.type or "", "custom": [dict(rule) for rule in self.custom]}
        )

    @classmethod
    def of(cls, contact_filter: ContactFilter) -> Filter:
        """Take a filter over from the address book."""
        given = contact_filter.model_dump(include=set(cls.model_fields))
        return cls.model_validate({**given, "type": contact_filter.type or None})


class Selection(In):
    """Contacts picked by hand, or all that a filter or a segment means; one of the three."""

    contact_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1000)
    filter: Filter | None = Field(default=None, description="An empty one means all contacts.")
    segment_id: UUID | None = None

    async def contact_filter(self, call: Call) -> ContactFilter:
        """Return whom it means.

        Raises:
            Invalid: It is none or several of the three, or there is no such segment.
        """
        ways = (self.contact_ids, self.filter, self.segment_id)
        if sum(way is not None for way in ways) != 1:
            raise Invalid("Give one of contact_ids, filter and segment_id.")
        if self.filter is not None:
            return self.filter.contact_filter()
        if self.segment_id is not None:
            return await segment_filter(call, self.segment_id)
        return ContactFilter(ids=tuple(self.contact_ids or ()))
