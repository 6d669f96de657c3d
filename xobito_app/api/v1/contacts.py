"""`/contacts`: the address book."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
from xobito_app.api.rest.shapes import CursorQuery, Page, about
from xobito_app.api.v1.contact_models import Contact, ContactChange, ContactNew, draft_of
from xobito_app.api.v1.selection import FilterQuery, narrow
from xobito_app.core import paging
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.schemas import ContactView, Sort

router = APIRouter(tags=["Contacts"], route_class=RestRoute)
_THING = "Contact"


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
    return Contact.of(await contacts.create_contact(call.session, call.actor, draft=draft_of(body)))


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
            call.session, call.actor, contact_id=contact_id, draft=draft_of(body)
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
