"""`/contacts/duplicates` and `/contacts/merges`: contacts that are one person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import In, Moment, Numbered, Out, Page, PageQuery
from xobito_app.api.v1.contact_models import Contact
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.features.contacts.merging import duplicates, merging
from xobito_app.features.contacts.merging.duplicates import DuplicatePair
from xobito_app.features.contacts.merging.merging import MergePreview, MergeView
from xobito_app.features.contacts.records import contacts

router = APIRouter(tags=["Duplicates"], route_class=RestRoute)


class Duplicate(Out):
    """Two contacts that may be one person."""

    first: Contact = Field(description="The older one.")
    second: Contact
    reasons: list[str]

    @classmethod
    def of(cls, view: DuplicatePair) -> Duplicate:
        """Take a pair over."""
        return cls(
            first=Contact.of(view.first),
            second=Contact.of(view.second),
            reasons=list(view.reasons),
        )


class Merge(Out):
    """A merge that happened."""

    id: UUID
    kept_id: UUID
    kept_name: str
    dropped_name: str
    actor_name: str
    merged_at: Moment
    undone_at: Moment | None
    undo_until: Moment | None = Field(description="Null when it cannot be undone any more.")


class MergedFact(Out):
    """One fact before and after."""

    field: str
    label: str
    kept: str = Field(description="As the kept contact had it.")
    dropped: str = Field(description="As the other had it.")
    result: str


class MergeResult(Out):
    """What a merge does, or would do."""

    dry_run: bool
    merge: Merge | None = Field(description="Null in a dry run.")
    fields: list[MergedFact]
    conversations: int = Field(description="How many follow to the kept contact.")
    messages: int
    notes: int

    @classmethod
    def told(cls, preview: MergePreview, merge: MergeView | None) -> MergeResult:
        """Take a merge over, or only the look before."""
        return cls(
            dry_run=merge is None,
            merge=Merge.of(merge) if merge else None,
            fields=[
                MergedFact.model_validate(fact, from_attributes=True) for fact in preview.fields
            ],
            conversations=preview.threads,
            messages=preview.messages,
            notes=preview.notes,
        )


class MergeOrder(In):
    """Which contact is to go into the one of the address."""

    other_id: UUID
    dry_run: bool = Field(default=False, description="Only tell what would become of them.")


class MergeQuery(PageQuery):
    """Which merges are wanted."""

    contact_id: UUID | None = Field(default=None, description="Only those into this contact.")


@router.get("/contacts/duplicates")
async def list_duplicates(
    call: Annotated[Call, needs("contacts.read")], query: Numbered
) -> Page[Duplicate]:
    """List contacts that may be one person.

    The likeliest fifty pairs, those with most reasons first.
    """
    found = await duplicates.find_duplicates(call.session, call.actor)
    return Page[Duplicate].part(call, [Duplicate.of(pair) for pair in found], query)


@router.post(
    "/contacts/{contact_id}/merge",
    response_description="Contacts merged",
    responses=not_found("Contact"),
)
async def merge_contacts(
    call: Annotated[Call, needs("contacts.update", "contacts.delete")],
    contact_id: UUID,
    body: Annotated[
        MergeOrder, json_body({"other_id": "00000000-0000-7000-8000-000000000002", "dry_run": True})
    ],
) -> MergeResult:
    """Make one contact of two.

    What the contact of the address lacks it takes from the other, whose conversations and
    notes follow. It can be undone for thirty days. With `dry_run` nothing changes.
    """
    keep_id = contact_id
    await contacts.get_contact_view(call.session, call.actor, contact_id=keep_id)
    if body.other_id == keep_id:
        raise Invalid.field("other_id", "Choose two different contacts.")
    pair = {"keep_id": keep_id, "drop_id": body.other_id}
    try:
        preview = await merging.preview_merge(call.session, call.actor, **pair)
    except NotFound as error:
        raise Invalid.field("other_id", error.message) from None
    merge = None
    if not body.dry_run:
        merge = await merging.merge_contacts(call.session, call.actor, **pair)
    return MergeResult.told(preview, merge)


@router.get("/contacts/merges")
async def list_merges(
    call: Annotated[Call, needs("contacts.read")], query: Annotated[MergeQuery, Query()]
) -> Page[Merge]:
    """List merges.

    The newest fifty.
    """
    found = await merging.list_merges(call.session, call.actor, contact_id=query.contact_id)
    return Page[Merge].part(call, [Merge.of(view) for view in found], query)


@router.post(
    "/contacts/merges/{merge_id}/undo",
    response_description="Merge undone",
    responses=not_found("Merge"),
)
async def undo_merge(
    call: Annotated[Call, needs("contacts.update", "contacts.create")], merge_id: UUID
) -> Merge:
    """Part two merged contacts again.

    What was changed since stays with the kept one. A merge that is undone already, or is older than
    thirty days, is answered 409.
    """
    return Merge.of(await merging.undo_merge(call.session, call.actor, merge_id=merge_id))
