"""`/custom-fields`: what a team keeps of its contacts besides the common facts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from xobito_app.api.v1.declare import Call, endpoint
from xobito_app.api.v1.shapes import In, Name, Out, Page, PageQuery, limited, part
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.schemas import CustomFieldDraft, CustomFieldView, FieldKind

_TAG, _THING = "Custom fields", "Custom field"

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

    @classmethod
    def of(cls, view: CustomFieldView) -> CustomField:
        """Take a custom field over."""
        return cls.model_validate(view, from_attributes=True)


class _FieldFacts(In):
    options: list[Option] | None = Field(
        default=None,
        max_length=custom_fields.MOST_OPTIONS,
        description="Needed for a dropdown and for checkboxes; others have none.",
    )
    placeholder: Name | None = None
    help: Annotated[str, limited(500)] | None = None
    default: Annotated[str, limited(custom_fields.TEXT_AREA_LIMIT)] | None = None
    is_required: bool | None = None
    is_active: bool | None = None
    shows_in_table: bool | None = None

    def draft(self) -> CustomFieldDraft:
        """Return what was given, as the address book takes it."""
        given = self.model_dump(exclude_none=True, exclude={"position"})
        return CustomFieldDraft(**given)


class CustomFieldNew(_FieldFacts):
    """A new custom field."""

    label: Annotated[str, limited(191, 1)]
    slug: Slug | None = Field(
        default=None, description="Made of the label unless given; it cannot change later."
    )
    kind: FieldKind = Field(default=FieldKind.TEXT, description="It cannot change later.")


class CustomFieldChange(_FieldFacts):
    """Facts of a custom field that change."""

    label: Annotated[str, limited(191, 1)] | None = None
    position: int | None = Field(
        default=None, ge=0, le=custom_fields.MOST_FIELDS, description="Counted from 0."
    )


@endpoint("GET", "/custom-fields", tag=_TAG, ability="contacts.read")
async def list_custom_fields(call: Call, *, query: PageQuery) -> Page[CustomField]:
    """List custom fields, in their order."""
    found = await custom_fields.list_fields(call.session, call.actor)
    return Page[CustomField](**part(call, [CustomField.of(view) for view in found], query))


@endpoint(
    "POST",
    "/custom-fields",
    tag=_TAG,
    ability="contacts.update",
    message="Custom field created",
    status=201,
    example={"label": "Favourite bread", "kind": "dropdown", "options": ["Rye", "Wheat"]},
)
async def create_custom_field(call: Call, *, body: CustomFieldNew) -> CustomField:
    """Create a custom field, after the others."""
    return CustomField.of(await custom_fields.create_field(call.session, call.actor, body.draft()))


@endpoint("GET", "/custom-fields/{field_id}", tag=_TAG, thing=_THING, ability="contacts.read")
async def get_custom_field(call: Call) -> CustomField:
    """Get a custom field."""
    return CustomField.of(
        await custom_fields.get_field(call.session, call.actor, field_id=call.id("field_id"))
    )


@endpoint(
    "PUT",
    "/custom-fields/{field_id}",
    tag=_TAG,
    thing=_THING,
    ability="contacts.update",
    message="Custom field updated",
    example={"options": ["Rye", "Wheat", "Spelt"], "shows_in_table": True},
)
async def update_custom_field(call: Call, *, body: CustomFieldChange) -> CustomField:
    """Update a custom field.

    Only what is given changes; slug and kind stay, for values are kept under them.
    """
    field_id = call.id("field_id")
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


@endpoint(
    "DELETE",
    "/custom-fields/{field_id}",
    tag=_TAG,
    thing=_THING,
    ability="contacts.delete",
    message="Custom field deleted",
)
async def delete_custom_field(call: Call) -> None:
    """Delete a custom field, with what all contacts have in it."""
    await custom_fields.delete_field(call.session, call.actor, field_id=call.id("field_id"))
