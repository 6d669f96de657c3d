"""`/contacts`: the address book."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import (
    CursorQuery,
    In,
    Line,
    Moment,
    Name,
    Out,
    Page,
    about,
    limited,
)
from xobito_app.api.v1.selection import FilterQuery, narrow
from xobito_app.core import paging
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.records.published import contact_fields, contact_relations
from xobito_app.features.contacts.schemas import ContactDraft, ContactView, Sort

router = APIRouter(tags=["Contacts"], route_class=RestRoute)
_THING = "Contact"

Phone = Annotated[
    str,
    limited(40, 3),
    Field(description="As people write it; without `+`, of the workspace's country."),
]


class Named(Out):
    """Something with a name."""

    id: UUID
    name: str


class StatusMark(Out):
    """The status of a contact."""

    id: UUID
    name: str
    color: str


class Contact(Out):
    """A contact whole."""

    id: UUID
    first_name: str
    last_name: str
    profile_name: str = Field(description="The name they gave themselves on WhatsApp.")
    username: str
    phone: str | None = Field(description="E.164, like +16505551234.")
    email: str
    company: str
    website: str
    description: str
    country: str = Field(description="ISO 3166, two letters.")
    city: str
    state: str
    zip: str
    address: str
    type: str = Field(description="lead, customer, or guest for somebody nobody saved yet.")
    status_id: UUID | None
    source_id: UUID | None
    assignee_id: UUID | None
    custom: dict[str, JsonValue] = Field(description="Custom fields by slug.")
    language: str
    is_enabled: bool
    opted_out_at: Moment | None
    opt_out_reason: str
    created_at: Moment
    updated_at: Moment
    status: StatusMark | None
    source: Named | None
    groups: list[Named]
    assignee: Named | None

    @classmethod
    def of(cls, view: ContactView) -> Contact:
        """Take a contact over from the address book."""
        return cls.model_validate(
            {"id": view.id, **contact_fields(view), **contact_relations(view)}
        )


class ContactFields(In):
    """What may be said of a contact, but for the number."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: Name | None = None
    company: Line | None = None
    website: Line | None = None
    description: Annotated[str, limited(5000)] | None = None
    country: Annotated[str, limited(60)] | None = Field(
        default=None, description="Two letters, like DE."
    )
    city: Name | None = None
    state: Name | None = None
    zip: Annotated[str, limited(32)] | None = None
    address: Annotated[str, limited(500)] | None = None
    type: Literal["lead", "customer"] | None = None
    status_id: UUID | None = None
    source_id: UUID | None = None
    assignee_id: UUID | None = None
    groups: list[Annotated[str, limited(191, 1)]] | None = Field(
        default=None,
        max_length=100,
        description="Names of all groups it is in from now on; missing ones are made.",
    )
    custom: dict[str, JsonValue] | None = Field(
        default=None, description="Custom fields by slug; an empty value takes one away."
    )
    language: Annotated[str, limited(16)] | None = None
    is_enabled: bool | None = None
    opted_out: bool | None = None
    opt_out_reason: Line | None = None

    def draft(self) -> ContactDraft:
        """Return what was given, as the address book takes it."""
        given: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if getattr(self, name) is not None or name in _MAY_BE_EMPTIED
        }
        return ContactDraft(**given)


_MAY_BE_EMPTIED = frozenset({"assignee_id"})


class ContactChange(ContactFields):
    """Fields of a contact that change; those left out stay as they are."""

    phone: Phone | None = None


class ContactNew(ContactFields):
    """A new contact."""

    phone: Phone


class ContactQuery(CursorQuery, FilterQuery):
    """Which contacts are wanted."""

    sort: Literal[
        "created_at",
        "-created_at",
        "updated_at",
        "-updated_at",
        "name",
        "-name",
        "email",
        "-email",
        "company",
        "-company",
    ] = Field(default="-created_at", description="With a minus the other way round.")


@router.get("/contacts")
async def list_contacts(
    call: Annotated[Call, needs("contacts.read")], query: Annotated[ContactQuery, Query()]
) -> Page[Contact]:
    """List contacts.

    Newest first unless `sort` says otherwise; several filters must all fit.
    """
    contact_filter = await narrow(call, query)
    order = Sort.parse(query.sort)
    found: paging.Page[ContactView] = paging.Page((), total=0)
    if contact_filter is not None and query.cursor is None:
        found = await listing.page_contacts(
            call.session,
            call.actor,
            contact_filter=contact_filter,
            sort=order,
            page=query.page,
            per_page=query.per_page,
        )
    elif contact_filter is not None:
        with about("cursor"):
            found = await listing.list_contacts(
                call.session,
                call.actor,
                contact_filter=contact_filter,
                sort=order,
                cursor=query.cursor or "",
                limit=query.per_page,
            )
    return Page[Contact].shown(
        call, found.map(Contact.of), page=query.page, per_page=query.per_page
    )


@router.post("/contacts", status_code=201, response_description="Contact created")
async def create_contact(
    call: Annotated[Call, needs("contacts.create")],
    body: Annotated[
        ContactNew,
        json_body(
            {
                "first_name": "Ana",
                "last_name": "Ruiz",
                "phone": "+16505550142",
                "groups": ["Newsletter"],
            }
        ),
    ],
) -> Contact:
    """Create a contact.

    Status and source are the defaults unless given; groups are made when missing.
    """
    return Contact.of(await contacts.create_contact(call.session, call.actor, draft=body.draft()))


@router.get("/contacts/{contact_id}", responses=not_found(_THING))
async def get_contact(call: Annotated[Call, needs("contacts.read")], contact_id: UUID) -> Contact:
    """Get a contact."""
    return Contact.of(
        await contacts.get_contact_view(call.session, call.actor, contact_id=contact_id)
    )


@router.put(
    "/contacts/{contact_id}", response_description="Contact updated", responses=not_found(_THING)
)
async def update_contact(
    call: Annotated[Call, needs("contacts.update")],
    contact_id: UUID,
    body: Annotated[ContactChange, json_body({"company": "Bakery Ruiz", "type": "customer"})],
) -> Contact:
    """Update a contact.

    Only the fields that are given change.
    """
    return Contact.of(
        await contacts.update_contact(
            call.session, call.actor, contact_id=contact_id, draft=body.draft()
        )
    )


@router.delete(
    "/contacts/{contact_id}", response_description="Contact deleted", responses=not_found(_THING)
)
async def delete_contact(call: Annotated[Call, needs("contacts.delete")], contact_id: UUID) -> None:
    """Delete a contact.

    Its conversations go with it.
    """
    await contacts.delete_contact(call.session, call.actor, contact_id=contact_id)
