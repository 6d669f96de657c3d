"""Contacts as screens, REST and webhooks see them, in two queries however many they are."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, inspect, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import ContactView, Named, StatusMark
from xobito_app.models.accounts import User
from xobito_app.models.contacts import Contact, ContactGroup, ContactSource, ContactStatus

# Plain rows: a hundred contacts as tracked objects, never to be changed, cost twice the time. And
# the ids as one parameter: a hundred of them make a statement that is parsed anew each time.
_CONTACTS = (
    select(
        *(getattr(Contact, column.key) for column in inspect(Contact).column_attrs),
        col(ContactStatus.name).label("status_name"),
        col(ContactStatus.color).label("status_color"),
        col(ContactSource.name).label("source_name"),
        col(User.name).label("assignee_name"),
    )
    .join(ContactStatus, col(ContactStatus.id) == col(Contact.status_id), isouter=True)
    .join(ContactSource, col(ContactSource.id) == col(Contact.source_id), isouter=True)
    .join(User, col(User.id) == col(Contact.assignee_id), isouter=True)
    .where(col(Contact.workspace_id) == bindparam("workspace"))
    .where(col(Contact.id) == any_(bindparam("ids", type_=ARRAY(Uuid))))
)


async def load_views(
    session: AsyncSession, workspace_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, ContactView]:
    """Return the contacts among these ids, in their order. The caller judges who may see them."""
    if not contact_ids:
        return {}
    await session.flush()
    found = await (await session.connection()).execute(
        _CONTACTS, {"workspace": workspace_id, "ids": list(contact_ids)}
    )
    names = tuple(found.keys())
    # Asked by name thirty times, a row of SQLAlchemy is slower than making a plain one of it.
    plain = (SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found)
    rows = {row.id: row for row in plain}
    groups = await ContactRepository(session, workspace_id).list_groups(list(rows))
    return {
        contact_id: _view(rows[contact_id], groups[contact_id])
        for contact_id in contact_ids
        if contact_id in rows
    }


_COPIED = tuple(
    field.name
    for field in FIELDS
    if field.shape not in {Shape.PHONE, Shape.REFERENCE, Shape.GROUPS}
)


def _view(contact: Any, groups: Collection[ContactGroup]) -> ContactView:
    copied = {name: getattr(contact, name) for name in _COPIED}
    return ContactView(
        id=contact.id,
        name=name_of(contact),
        phone=contact.phone or "",
        status=StatusMark(contact.status_id, contact.status_name, contact.status_color)
        if contact.status_id
        else None,
        source=Named(contact.source_id, contact.source_name) if contact.source_id else None,
        groups=tuple(Named(group.id, group.name) for group in groups),
        assignee=Named(contact.assignee_id, contact.assignee_name or "")
        if contact.assignee_id
        else None,
        **copied,
    )
