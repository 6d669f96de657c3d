"""The names that sort contacts (groups, statuses, sources), and putting one contact in a group."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Deed, Record, RecordChange, RecordsChanged, Topic, publish
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.repository import (
    ContactRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.rules import name_of
from xobito_app.models.contacts import (
    ContactGroup,
    ContactGroupMember,
    ContactSource,
    ContactStatus,
)
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce

MOST = 200
"""Names in one menu."""


class LabelGroupRepository(Repository[ContactGroup]):
    """Groups of one workspace."""

    missing = "This group no longer exists."


@dataclass(frozen=True, slots=True)
class Label:
    """One name to choose."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Every name contacts are sorted by."""

    groups: tuple[Label, ...]
    statuses: tuple[Label, ...]
    sources: tuple[Label, ...]


async def list_labels(session: AsyncSession, actor: Actor) -> Labels:
    """Return the groups, statuses and sources of the workspace, for menus."""
    groups = LabelGroupRepository(session, actor.workspace_id)
    statuses = StatusRepository(session, actor.workspace_id)
    sources = SourceRepository(session, actor.workspace_id)
    return Labels(
        groups=tuple(
            Label(row.id, row.name)
            for row in await groups.all(
                groups.scoped().order_by(col(ContactGroup.name)).limit(MOST)
            )
        ),
        statuses=tuple(
            Label(row.id, row.name)
            for row in await statuses.all(
                statuses.scoped().order_by(col(ContactStatus.position)).limit(MOST)
            )
        ),
        sources=tuple(
            Label(row.id, row.name)
            for row in await sources.all(
                sources.scoped().order_by(col(ContactSource.name)).limit(MOST)
            )
        ),
    )


async def get_group_name(session: AsyncSession, actor: Actor, group_id: UUID) -> str:
    """Return the name of a group.

    Raises:
        NotFound: The workspace has no such group.
    """
    return (await LabelGroupRepository(session, actor.workspace_id).get(group_id)).name


async def add_to_group(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, group_id: UUID
) -> None:
    """Put a contact in a group; one who is in it already stays.

    Raises:
        Forbidden: The actor may not edit contacts.
        NotFound: The workspace has no such contact or group.
    """
    require(actor, Permission.CONTACTS_EDIT)
    contacts = ContactRepository(session, actor.workspace_id)
    contact = await contacts.get(contact_id, lock=True)
    group = await LabelGroupRepository(session, actor.workspace_id).get(group_id)
    before = [known.name for known in (await contacts.list_groups([contact.id]))[contact.id]]
    added = await session.exec(
        insert(ContactGroupMember)
        .values(workspace_id=actor.workspace_id, group_id=group.id, contact_id=contact.id)
        .on_conflict_do_nothing()
        .returning(col(ContactGroupMember.contact_id))
    )
    if added.first() is None:
        return
    activity.record(
        session,
        actor,
        "contact.updated",
        about="contact",
        object_id=contact.id,
        name=name_of(contact),
        changes={"groups": [before, sorted([*before, group.name])]},
    )
    change = RecordChange(contact.id, {"groups": before})
    await publish(
        session, RecordsChanged(actor.workspace_id, Record.CONTACT, Deed.UPDATED, (change,))
    )
    announce(session, actor.workspace_id, Topic.CONTACT, contact.id)
