"""What people and other features do with contacts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.events import ChangeType
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.core.text import shorten
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.change_events import tell_contacts
from xobito_app.features.contacts.imports.recipient_files import (
    RecipientFile as RecipientFile,
    open_recipients as open_recipients,
)
from xobito_app.features.contacts.labels.groups import list_groups as list_groups
from xobito_app.features.contacts.lists.addressing import (
    PREFIX as PREFIX,
    describe_contacts as describe_contacts,
    find_addressees as find_addressees,
    list_placeholders as list_placeholders,
    walk_addressees as walk_addressees,
)
from xobito_app.features.contacts.lists.listing import count_contacts as count_contacts
from xobito_app.features.contacts.lists.segments import load_segment as load_segment
from xobito_app.features.contacts.records.apply_labels import (
    add_to_group as add_to_group,
    apply_changes as apply_changes,
    get_group_name as get_group_name,
    list_labels as list_labels,
)
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.records.contacts import find_phone_owner as find_phone_owner
from xobito_app.features.contacts.records.published import (
    publish_records as publish_records,
    sample_contact as sample_contact,
)
from xobito_app.features.contacts.records.resolve import resolve_people as resolve_people
from xobito_app.features.contacts.repository import (
    ContactRepository,
    IdentityRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.rules import (
    greeting_name_of as greeting_name_of,
    name_of as name_of,
    phone_of as phone_of,
)
from xobito_app.features.contacts.schemas import ContactFacts, Person
from xobito_app.models.contacts import Contact, IdentityKind


async def opt_out(
    session: AsyncSession, workspace_id: UUID, when: Mapping[UUID, datetime], *, reason: str
) -> None:
    """Remember that contacts want no more marketing; an earlier opt-out keeps its time."""
    contacts = await ContactRepository(session, workspace_id).list_by_ids(list(when))
    asking = {row.id: row for row in contacts.values() if row.opted_out_at is None}
    for contact in asking.values():
        contact.opted_out_at = when[contact.id]
        contact.opt_out_reason = shorten(reason, 255)
    originals = {key: {"opted_out_at": None, "opt_out_reason": ""} for key in asking}
    await _tell_of_consent(
        session, workspace_id, "contact.opted_out", asking, originals, reason=reason
    )


async def opt_in(session: AsyncSession, workspace_id: UUID, contact_ids: list[UUID]) -> None:
    """Forget the opt-out of contacts who want marketing again."""
    contacts = await ContactRepository(session, workspace_id).list_by_ids(contact_ids)
    asking = {row.id: row for row in contacts.values() if row.opted_out_at is not None}
    originals = {
        row.id: {"opted_out_at": row.opted_out_at, "opt_out_reason": row.opt_out_reason}
        for row in asking.values()
    }
    for contact in asking.values():
        contact.opted_out_at = None
        contact.opt_out_reason = ""
    await _tell_of_consent(session, workspace_id, "contact.opted_in", asking, originals)


async def _tell_of_consent(
    session: AsyncSession,
    workspace_id: UUID,
    action: str,
    changed: Mapping[UUID, Contact],
    originals: Mapping[UUID, Mapping[str, Any]],
    **detail: str,
) -> None:
    """Customers decide this themselves, so the log names nobody of the staff."""
    for contact in changed.values():
        contact.updated_at = clock.now()
        session.add(contact)
        activity.record(
            session,
            system_actor(WorkspaceId(workspace_id)),
            action,
            about="contact",
            object_id=contact.id,
            name=name_of(contact),
            **detail,
        )
    await tell_contacts(session, workspace_id, ChangeType.UPDATED, originals)


async def attach_user_id(
    session: AsyncSession, workspace_id: UUID, *, known: str, added: str
) -> None:
    """Let a new business-scoped user id lead to the contact an older one leads to."""
    identities = IdentityRepository(session, workspace_id)
    owners = await identities.owners([(IdentityKind.BSUID, known)])
    owner = owners.get((str(IdentityKind.BSUID), known))
    if owner:
        await identities.attach(
            [
                {
                    "id": ids.new(),
                    "workspace_id": workspace_id,
                    "contact_id": owner,
                    "kind": IdentityKind.BSUID,
                    "value": added,
                }
            ]
        )


async def get_name(session: AsyncSession, workspace_id: UUID, contact_id: UUID) -> str:
    """Return how a contact is called. The caller judges who may see it.

    Raises:
        NotFound: The workspace has no such contact.
    """
    return name_of(await ContactRepository(session, workspace_id).get(contact_id))


async def load_facts(session: AsyncSession, workspace_id: UUID, contact_id: UUID) -> ContactFacts:
    """Return what is known of a contact. The caller judges who may see it.

    Raises:
        NotFound: The workspace has no such contact.
    """
    contacts = ContactRepository(session, workspace_id)
    contact = await contacts.get(contact_id)
    groups = await contacts.list_groups([contact.id])
    statuses, sources = (
        StatusRepository(session, workspace_id),
        SourceRepository(session, workspace_id),
    )
    status = await statuses.find(contact.status_id) if contact.status_id else None
    source = await sources.find(contact.source_id) if contact.source_id else None
    return ContactFacts(
        id=contact.id,
        name=name_of(contact),
        greeting_name=greeting_name_of(contact),
        phone=phone_of(contact),
        status=status.name if status else "",
        source=source.name if source else "",
        groups=tuple(group.name for group in groups[contact.id]),
        **{name: getattr(contact, name) for name in _FACTS},
    )


_FACTS = {fact.name for fact in fields(ContactFacts)} & {
    field.name for field in FIELDS if field.shape in {Shape.TEXT, Shape.MOMENT, Shape.STAMP}
}
"""Those taken over as they are."""


async def get_contact(session: AsyncSession, workspace_id: UUID, contact_id: UUID) -> Contact:
    """Return a contact for a feature that writes to it.

    Raises:
        NotFound: The workspace has no such contact.
    """
    return await ContactRepository(session, workspace_id).get(contact_id)


async def list_by_ids(
    session: AsyncSession, workspace_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, Contact]:
    """Return the contacts among these ids, in one query."""
    return await ContactRepository(session, workspace_id).list_by_ids(list(set(contact_ids)))


async def user_ids_of(
    session: AsyncSession, workspace_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Return the newest business-scoped user id of each contact that has one."""
    return await IdentityRepository(session, workspace_id).list_user_ids(contact_ids)


async def remember_names(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID, person: Person
) -> None:
    """Remember under which names Meta knows a contact: its answer may come under another."""
    await IdentityRepository(session, workspace_id).attach(
        [
            {
                "id": ids.new(),
                "workspace_id": workspace_id,
                "contact_id": contact_id,
                "kind": kind,
                "value": value,
            }
            for kind, value in person.identities()
        ]
    )
