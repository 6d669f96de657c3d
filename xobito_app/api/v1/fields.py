"""`/custom-fields`: what a team keeps of its contacts besides the common facts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import Change, In, Name, NotNull, Numbered, Out, Page, limited
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.schemas import CustomFieldDraft, FieldKind

router = APIRouter(tags=["Custom fields"], route_class=RestRoute)
_THING = "Custom field"

Slug = Annotated[str, limited(40)]
Option = Annotated[str, limited(custom_fields.OPTION_LIMIT, 1)]


class CustomField(Out):
    """A custom field; contacts hold its values under the slug."""

    id: UUID
    slug: str
    label: str
    kind: FieldKind
    options: list[str] = Field(description="Of a dropdown or of checkboxes.")
    placeholder: str
    help: str
    default: str = Field(description="What new contacts get unless they say otherwise.")
    is_required: bool
    is_active: bool
    shows_in_table: bool
    position: int


class _FieldFacts(In):
    options: list[Option] | None = Field(
        default=None,
        max_length=custom_fields.MOST_OPTIONS,
        description="Needed for a dropdown and for checkboxes; others have none.",
    )
    placeholder: Name | None = None
    help: Annotated[str, limited(500)] | None = None
    default: Annotated[str, limited(custom_fields.TEXT_AREA_LIMIT)] | None = None

    def draft(self) -> CustomFieldDraft:
        """Return what was given, as the address book takes it."""
        facts = {name: said for name, said in self.given().items() if name != "position"}
        return CustomFieldDraft(**facts)


class CustomFieldNew(_FieldFacts):
    """A new custom field."""

    label: Annotated[str, limited(191, 1)]
    slug: Slug | None = Field(
        default=None, description="Made of the label unless given; it cannot change later."
    )
    kind: FieldKind = Field(default=FieldKind.TEXT, description="It cannot change later.")
    is_required: bool | None = None
    is_active: bool | None = None
    shows_in_table: bool | None = None


class CustomFieldChange(_FieldFacts, Change):
    """Facts of a custom field that change."""

    is_required: NotNull[bool] = None
    is_active: NotNull[bool] = None
    shows_in_table: NotNull[bool] = None
    label: NotNull[Annotated[str, limited(191, 1)]] = None
    position: NotNull[int] = Field(
        default=None, ge=0, le=custom_fields.MOST_FIELDS, description="Counted from 0."
    )


@router.get("/custom-fields")
async def list_custom_fields(
    call: Annotated[Call, needs("contacts.read")], query: Numbered
) -> Page[CustomField]:
    """List custom fields, in their order."""
    found = await custom_fields.list_fields(call.session, call.actor)
    return Page[CustomField].part(call, [CustomField.of(view) for view in found], query)


@router.post("/custom-fields", status_code=201, response_description="Custom field created")
async def create_custom_field(
    call: Annotated[Call, needs("contacts.update")],
    body: Annotated[
        CustomFieldNew,
        json_body({"label": "Favourite bread", "kind": "dropdown", "options": ["Rye", "Wheat"]}),
    ],
) -> CustomField:
    """Create a custom field, after the others."""
    return CustomField.of(await custom_fields.create_field(call.session, call.actor, body.draft()))


@router.get("/custom-fields/{field_id}", responses=not_found(_THING))
async def get_custom_field(
    call: Annotated[Call, needs("contacts.read")], field_id: UUID
) -> CustomField:
    """Get a custom field."""
    return CustomField.of(
        await custom_fields.get_field(call.session, call.actor, field_id=field_id)
    )


@router.put(
    "/custom-fields/{field_id}",
    response_description="Custom field updated",
    responses=not_found(_THING),
)
async def update_custom_field(
    call: Annotated[Call, needs("contacts.update")],
    field_id: UUID,
    body: Annotated[
        CustomFieldChange, json_body({"options": ["Rye", "Wheat", "Spelt"], "shows_in_table": True})
    ],
) -> CustomField:
    """Update a custom field.

    Only what is given changes; slug and kind stay, for values are kept under them.
    """
    view = await custom_fields.update_field(
        call.session, call.actor, field_id=field_id, draft=body.draft()
    )
    if body.position is not None:
        others = [
            other.id
            for other in await custom_fields.list_fields(call.session, call.actor)
            if other.id != field_id
        ]
        others.insert(body.position, field_id)
        await custom_fields.order_fields(call.session, call.actor, field_ids=others)
        view = await custom_fields.get_field(call.session, call.actor, field_id=field_id)
    return CustomField.of(view)


@router.delete(
    "/custom-fields/{field_id}",
    response_description="Custom field deleted",
    responses=not_found(_THING),
)
async def delete_custom_field(
    call: Annotated[Call, needs("contacts.delete")], field_id: UUID
) -> None:
    """Delete a custom field, with what all contacts have in it."""
    await custom_fields.delete_field(call.session, call.actor, field_id=field_id)
