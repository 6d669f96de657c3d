"""`/segments`: filters with a name, whose contacts are counted live."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from xobito_app.api.v1.declare import Call, endpoint
from xobito_app.api.v1.selection import Filter
from xobito_app.api.v1.shapes import In, Moment, Name, Out, Page, PageQuery, part
from xobito_app.features.contacts.lists import segments
from xobito_app.features.contacts.lists.segments import SegmentView

_TAG, _THING = "Segments", "Segment"


class Segment(Out):
    """A filter with a name."""

    id: UUID
    name: str
    filter: Filter
    contacts: int = Field(description="How many contacts it means right now.")
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, view: SegmentView) -> Segment:
        """Take a segment over."""
        return cls(
            id=view.id,
            name=view.name,
            filter=Filter.of(view.contact_filter),
            contacts=view.contacts,
            created_at=view.created_at,
            updated_at=view.updated_at,
        )


class SegmentNew(In):
    """A new segment."""

    name: Name = Field(min_length=1)
    filter: Filter


class SegmentChange(In):
    """Facts of a segment that change."""

    name: Name | None = Field(default=None, min_length=1)
    filter: Filter | None = Field(default=None, description="Takes the place of the old one.")


@endpoint("GET", "/segments", tag=_TAG, ability="contacts.read")
async def list_segments(call: Call, *, query: PageQuery) -> Page[Segment]:
    """List segments, by name."""
    found = await segments.list_segments(call.session, call.actor)
    return Page[Segment](**part(call, [Segment.of(view) for view in found], query))


@endpoint(
    "POST",
    "/segments",
    tag=_TAG,
    ability="contacts.update",
    message="Segment created",
    status=201,
    example={"name": "Customers at home", "filter": {"type": "customer", "country": "US"}},
)
async def create_segment(call: Call, *, body: SegmentNew) -> Segment:
    """Create a segment."""
    return Segment.of(
        await segments.save_segment(
            call.session, call.actor, name=body.name, contact_filter=body.filter.contact_filter()
        )
    )


@endpoint("GET", "/segments/{segment_id}", tag=_TAG, thing=_THING, ability="contacts.read")
async def get_segment(call: Call) -> Segment:
    """Get a segment."""
    return Segment.of(
        await segments.get_segment(call.session, call.actor, segment_id=call.id("segment_id"))
    )


@endpoint(
    "PUT",
    "/segments/{segment_id}",
    tag=_TAG,
    thing=_THING,
    ability="contacts.update",
    message="Segment updated",
    example={"name": "Customers nearby"},
)
async def update_segment(call: Call, *, body: SegmentChange) -> Segment:
    """Update a segment."""
    segment_id = call.id("segment_id")
    held = await segments.get_segment(call.session, call.actor, segment_id=segment_id)
    return Segment.of(
        await segments.save_segment(
            call.session,
            call.actor,
            segment_id=segment_id,
            name=body.name or held.name,
            contact_filter=body.filter.contact_filter() if body.filter else held.contact_filter,
        )
    )


@endpoint(
    "DELETE",
    "/segments/{segment_id}",
    tag=_TAG,
    thing=_THING,
    ability="contacts.update",
    message="Segment deleted",
)
async def delete_segment(call: Call) -> None:
    """Delete a segment.

    Its contacts stay as they are.
    """
    await segments.delete_segment(call.session, call.actor, segment_id=call.id("segment_id"))
