"""`/segments`: filters with a name, whose contacts are counted live."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import Change, In, Moment, Name, NotNull, Numbered, Out, Page
from xobito_app.api.v1.selection import Filter
from xobito_app.features.contacts.lists import segments
from xobito_app.features.contacts.lists.segments import SegmentView

router = APIRouter(tags=["Segments"], route_class=RestRoute)
_THING = "Segment"


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


class SegmentChange(Change):
    """Facts of a segment that change."""

    name: NotNull[Name] = Field(default=None, min_length=1)
    filter: NotNull[Filter] = Field(default=None, description="Takes the place of the old one.")


@router.get("/segments")
async def list_segments(
    call: Annotated[Call, needs("contacts.read")], query: Numbered
) -> Page[Segment]:
    """List segments, by name."""
    found = await segments.list_segments(call.session, call.actor)
    return Page[Segment].part(call, [Segment.of(view) for view in found], query)


@router.post("/segments", status_code=201, response_description="Segment created")
async def create_segment(
    call: Annotated[Call, needs("contacts.update")],
    body: Annotated[
        SegmentNew,
        json_body({"name": "Customers at home", "filter": {"type": "customer", "country": "US"}}),
    ],
) -> Segment:
    """Create a segment."""
    return Segment.of(
        await segments.save_segment(
            call.session, call.actor, name=body.name, contact_filter=body.filter.contact_filter()
        )
    )


@router.get("/segments/{segment_id}", responses=not_found(_THING))
async def get_segment(call: Annotated[Call, needs("contacts.read")], segment_id: UUID) -> Segment:
    """Get a segment."""
    return Segment.of(await segments.get_segment(call.session, call.actor, segment_id=segment_id))


@router.put(
    "/segments/{segment_id}", response_description="Segment updated", responses=not_found(_THING)
)
async def update_segment(
    call: Annotated[Call, needs("contacts.update")],
    segment_id: UUID,
    body: Annotated[SegmentChange, json_body({"name": "Customers nearby"})],
) -> Segment:
    """Update a segment."""
    return Segment.of(
        await segments.save_segment(
            call.session,
            call.actor,
            segment_id=segment_id,
            name=body.name,
            contact_filter=body.filter.contact_filter() if body.filter else None,
        )
    )


@router.delete(
    "/segments/{segment_id}", response_description="Segment deleted", responses=not_found(_THING)
)
async def delete_segment(call: Annotated[Call, needs("contacts.update")], segment_id: UUID) -> None:
    """Delete a segment.

    Its contacts stay as they are.
    """
    await segments.delete_segment(call.session, call.actor, segment_id=segment_id)
