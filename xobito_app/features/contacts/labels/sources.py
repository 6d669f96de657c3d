"""Sources: where contacts came from, one of them for those who simply write."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.events import ChangeType, RecordType
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.core.views import taken_from
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.labels.label_changes import (
    change_label,
    count_contacts_of,
    remove_label,
    tell_label,
)
from xobito_app.features.contacts.repository import ContactRepository, SourceRepository
from xobito_app.features.contacts.schemas import SourceView
from xobito_app.models.contacts import Contact, ContactSource

LONGEST = 255
MOST_SOURCES = 500


async def list_sources(session: AsyncSession, actor: Actor) -> list[SourceView]:
    """Return the sources by name, with how many contacts came from each."""
    require(actor, Permission.CONTACTS_VIEW, Permission.SOURCES_MANAGE)
    return await load_sources(session, actor.workspace_id)


async def load_sources(session: AsyncSession, workspace_id: UUID) -> list[SourceView]:
    """Return the sources by name. The caller judges who may see them."""
    counts = await ContactRepository(session, workspace_id).count_by(col(Contact.source_id))
    rows = await SourceRepository(session, workspace_id).list_all()
    return [_view(row, counts.get(row.id, 0)) for row in rows]


async def get_source(session: AsyncSession, actor: Actor, *, source_id: UUID) -> SourceView:
    """Return one source.

    Raises:
        NotFound: The workspace has no such source.
    """
    require(actor, Permission.CONTACTS_VIEW, Permission.SOURCES_MANAGE)
    row = await SourceRepository(session, actor.workspace_id).get(source_id)
    return _view(row, await count_contacts_of(session, RecordType.SOURCE, row))


async def create_source(session: AsyncSession, actor: Actor, *, name: str) -> SourceView:
    """Add a source.

    Raises:
        Forbidden: The actor may not manage sources.
        Invalid: The name is empty, too long or taken.
    """
    require(actor, Permission.SOURCES_MANAGE)
    others = await SourceRepository(session, actor.workspace_id).list_all()
    if len(others) >= MOST_SOURCES:
        raise Invalid.field("name", f"A workspace has at most {MOST_SOURCES} sources.")
    row = ContactSource(workspace_id=actor.workspace_id, name=_name(name, others))
    async with integrity_as_invalid(session):
        session.add(row)
    await tell_label(session, RecordType.SOURCE, ChangeType.CREATED, row, {}, actor=actor)
    return _view(row, 0)


async def update_source(
    session: AsyncSession,
    actor: Actor,
    *,
    source_id: UUID,
    name: str | None = None,
    is_default: bool | None = None,
) -> SourceView:
    """Change what is given of a source; making it the default takes that from the other.

    Raises:
        Forbidden: The actor may not manage sources.
        Invalid: The name breaks its rule; or the default would be taken away without a successor.
        NotFound: The workspace has no such source.
    """
    require(actor, Permission.SOURCES_MANAGE)
    sources = SourceRepository(session, actor.workspace_id)
    row = await sources.get(source_id, lock=True)
    others = [other for other in await sources.list_all() if other.id != source_id]
    wanted = {"name": None if name is None else _name(name, others)}
    await change_label(
        session, RecordType.SOURCE, row, others, wanted, is_default=is_default, actor=actor
    )
    return _view(row, await count_contacts_of(session, RecordType.SOURCE, row))


async def delete_source(
    session: AsyncSession, actor: Actor, *, source_id: UUID, replace_with: UUID | None = None
) -> None:
    """Delete a source; contacts from it get the replacement.

    Raises:
        Forbidden: The actor may not manage sources.
        Invalid: It is the default, or contacts have it and no replacement is given.
        NotFound: The workspace has no such source.
    """
    require(actor, Permission.SOURCES_MANAGE)
    row = await SourceRepository(session, actor.workspace_id).get(source_id, lock=True)
    await remove_label(session, RecordType.SOURCE, row, replace_with, actor=actor)


def _name(name: str, others: Sequence[ContactSource]) -> str:
    line = one_line(name)
    if not 1 <= len(line) <= LONGEST:
        raise Invalid.field("name", f"Write a name of 1 to {LONGEST} characters.")
    if any(other.name.lower() == line.lower() for other in others):
        raise Invalid.field("name", "There is already a source with this name.")
    return line


def _view(row: ContactSource, contacts: int) -> SourceView:
    return taken_from(row, SourceView, contacts=contacts)
