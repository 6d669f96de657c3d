"""What people and other features do with contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.repository import (
    ContactRepository,
    IdentityRepository,
    StatusRepository,
)
from xobito_app.models.contacts import IdentityKind
from xobito_app.persistence.unit_of_work import announce


async def opt_out(
    session: AsyncSession, workspace_id: UUID, when: Mapping[UUID, datetime], *, reason: str
) -> None:
    """Remember that contacts want no more marketing; an earlier opt-out keeps its time."""
    contacts = await ContactRepository(session, workspace_id).list_by_ids(list(when))
    for contact in contacts.values():
        if contact.opted_out_at is None:
            contact.opted_out_at = when[contact.id]
            contact.opt_out_reason = reason
            session.add(contact)
            announce(session, workspace_id, Topic.CONTACT, contact.id)


async def opt_in(session: AsyncSession, workspace_id: UUID, contact_ids: list[UUID]) -> None:
    """Forget the opt-out of contacts who want marketing again."""
    contacts = await ContactRepository(session, workspace_id).list_by_ids(contact_ids)
    for contact in contacts.values():
        if contact.opted_out_at is not None:
            contact.opted_out_at = None
            contact.opt_out_reason = ""
            session.add(contact)
            announce(session, workspace_id, Topic.CONTACT, contact.id)


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
                    "value": added[:191],
                }
            ]
        )


async def status_names(session: AsyncSession, actor: Actor) -> dict[UUID, str]:
    """Return the names of the workspace's statuses."""
    rows = await StatusRepository(session, actor.workspace_id).list_all()
    return {row.id: row.name for row in rows}
