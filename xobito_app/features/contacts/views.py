"""Contacts as screens, REST and webhooks see them, in two queries however many they are."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import ContactView, Named, StatusMark
from xobito_app.models.accounts import User
from xobito_app.models.contacts import Contact, ContactGroup, ContactSource, ContactStatus


async def read_views(
    session: AsyncSession, workspace_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, ContactView]:
    """Return the contacts among these ids, in their order. The caller judges who may see them."""
    if not contact_ids:
        return {}
    statement = (
        select(Contact, ContactStatus, ContactSource, User.name)
        .join(ContactStatus, col(ContactStatus.id) == col(Contact.status_id), isouter=True)
        .join(ContactSource, col(ContactSource.id) == col(Contact.source_id), isouter=True)
        .join(User, col(User.id) == col(Contact.assignee_id), isouter=True)
        .where(col(Contact.workspace_id) == workspace_id, col(Contact.id).in_(contact_ids))
        .execution_options(populate_existing=True)
    )
    rows = {row[0].id: row for row in await session.exec(statement)}
    groups = await ContactRepository(session, workspace_id).list_groups(list(rows))
    return {
        contact_id: view_of(*rows[contact_id], groups[contact_id])
        for contact_id in contact_ids
        if contact_id in rows
    }


def view_of(
    contact: Contact,
    status: ContactStatus | None,
    source: ContactSource | None,
    assignee: str | None,
    groups: Collection[ContactGroup],
) -> ContactView:
    """Take a contact out of its tables."""
    return ContactView(
        id=contact.id,
        name=name_of(contact),
        first_name=contact.first_name,
        last_name=contact.last_name,
        profile_name=contact.profile_name,
        username=contact.username,
        phone=contact.phone or "",
        email=contact.email,
        company=contact.company,
        website=contact.website,
        description=contact.description,
        country=contact.country,
        city=contact.city,
        state=contact.state,
        zip=contact.zip,
        address=contact.address,
        type=str(contact.type),
        status=StatusMark(status.id, status.name, status.colour) if status else None,
        source=Named(source.id, source.name) if source else None,
        groups=tuple(Named(group.id, group.name) for group in groups),
        assignee=Named(contact.assignee_id, assignee or "") if contact.assignee_id else None,
        custom=dict(contact.custom),
        language=contact.language,
        is_enabled=contact.is_enabled,
        opted_out_at=contact.opted_out_at,
        opt_out_reason=contact.opt_out_reason,
        last_inbound_at=contact.last_inbound_at,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )
