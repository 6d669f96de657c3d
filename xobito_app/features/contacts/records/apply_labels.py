"""The names that sort contacts, without their counts, for menus; and adding one to a contact."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.records.contacts import get_contact_view, update_contact
from xobito_app.features.contacts.repository import (
    GroupRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import ContactDraft, Named, StatusMark


@dataclass(frozen=True, slots=True)
class Labels:
    """Every name contacts are sorted by."""

    groups: tuple[Named, ...]
    statuses: tuple[StatusMark, ...]
    sources: tuple[Named, ...]


async def list_labels(session: AsyncSession, actor: Actor) -> Labels:
    """Return the groups, statuses and sources of the workspace."""
    workspace_id = actor.workspace_id
    groups = await GroupRepository(session, workspace_id).list_all()
    statuses = await StatusRepository(session, workspace_id).list_all()
    sources = await SourceRepository(session, workspace_id).list_all()
    return Labels(
        groups=tuple(Named(row.id, row.name) for row in groups),
        statuses=tuple(StatusMark(row.id, row.name, row.color) for row in statuses),
        sources=tuple(Named(row.id, row.name) for row in sources),
    )


async def get_group_name(session: AsyncSession, actor: Actor, group_id: UUID) -> str:
    """Return the name of a group.

    Raises:
        NotFound: The workspace has no such group.
    """
    return (await GroupRepository(session, actor.workspace_id).get(group_id)).name


async def add_to_group(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, group_id: UUID
) -> None:
    """Put a contact in a group; one who is in it already stays.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: The workspace has no such group.
        NotFound: The workspace has no such contact.
    """
    contact = await get_contact_view(session, actor, contact_id=contact_id)
    known = {group.id for group in contact.groups}
    draft = ContactDraft(group_ids=[*known, group_id])
    await update_contact(session, actor, contact_id=contact_id, draft=draft)
