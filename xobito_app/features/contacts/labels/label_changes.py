"""What statuses and sources have in common: one default, and a successor when one goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import ChangeType, RecordType, Topic
from xobito_app.core.permissions import Actor
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.change_events import tell_contacts, tell_records
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.repository import (
    ContactRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.models.contacts import Contact, ContactSource, ContactStatus
from xobito_app.persistence.unit_of_work import announce

Label = ContactStatus | ContactSource
_KINDS: dict[RecordType, tuple[type[StatusRepository | SourceRepository], Any]] = {
    RecordType.STATUS: (StatusRepository, col(Contact.status_id)),
    RecordType.SOURCE: (SourceRepository, col(Contact.source_id)),
}


async def count_contacts_of(session: AsyncSession, record: RecordType, row: Label) -> int:
    """Return how many contacts have a status or source."""
    _, column = _KINDS[record]
    return await ContactRepository(session, row.workspace_id).count(column == row.id)


async def pass_default_to(
    session: AsyncSession, record: RecordType, row: Label, others: Sequence[Label]
) -> None:
    """Make one the default; the old one loses it first, for there is never more than one.

    Raises:
        Invalid: Somebody else chose another default in the same moment.
    """
    async with integrity_as_invalid(session):
        for other in others:
            if other.is_default:
                other.is_default, other.updated_at = False, clock.now()
                session.add(other)
                await session.flush()
                original = {other.id: {"is_default": True}}
                await tell_records(session, row.workspace_id, record, ChangeType.UPDATED, original)
        row.is_default = True
        session.add(row)


async def change_label(
    session: AsyncSession,
    record: RecordType,
    row: Label,
    others: Sequence[Label],
    wanted: Mapping[str, Any],
    *,
    is_default: bool | None,
    actor: Actor,
) -> None:
    """Change a status or source, make it the default where that is asked, and tell of both.

    Args:
        wanted: What its fields are to be; those that are None stay.

    Raises:
        Invalid: The default would be taken away without a successor; or somebody else took the
            name, or chose another default, in the same moment.
    """
    if is_default is False and row.is_default:
        raise Invalid.field("is_default", f"Make another {record} the default instead.")
    original = {
        field: getattr(row, field)
        for field, value in wanted.items()
        if value is not None and value != getattr(row, field)
    }
    async with integrity_as_invalid(session):
        for field in original:
            setattr(row, field, wanted[field])
        session.add(row)
    if is_default and not row.is_default:
        original["is_default"] = False
        await pass_default_to(session, record, row, others)
    if original:
        row.updated_at = clock.now()
        session.add(row)
        await session.flush()
        await tell_label(session, record, ChangeType.UPDATED, row, original, actor=actor)


async def _hand_over_contacts(
    session: AsyncSession, record: RecordType, row: Label, replace_with: UUID | None
) -> None:
    """Give the contacts of a status or source that goes to another one.

    Raises:
        Invalid: It is the default; or it has contacts and no other is given.
    """
    if row.is_default:
        raise Invalid(f"This is the default {record}. Make another one the default first.")
    count = await count_contacts_of(session, record, row)
    if not count:
        return
    if replace_with is None or replace_with == row.id:
        raise Invalid.field(
            "replace_with", f"{count} contacts have this {record}. Choose which they get instead."
        )
    repository, column = _KINDS[record]
    if await repository(session, row.workspace_id).find(replace_with) is None:
        raise Invalid.field("replace_with", f"This {record} no longer exists.")
    moved = await ContactRepository(session, row.workspace_id).replace(column, row.id, replace_with)
    originals = {contact_id: {column.key: row.id} for contact_id in moved}
    await tell_contacts(session, row.workspace_id, ChangeType.UPDATED, originals)


async def remove_label(
    session: AsyncSession,
    record: RecordType,
    row: Label,
    replace_with: UUID | None,
    *,
    actor: Actor,
) -> None:
    """Delete a status or source; its contacts get the replacement.

    Raises:
        Invalid: It is the default; or it has contacts and no other is given.
    """
    await _hand_over_contacts(session, record, row, replace_with)
    await tell_label(session, record, ChangeType.DELETED, row, {}, actor=actor)
    await session.delete(row)
    await session.flush()


async def tell_label(
    session: AsyncSession,
    record: RecordType,
    change_type: ChangeType,
    row: Label,
    original: Mapping[str, Any],
    *,
    actor: Actor,
) -> None:
    """Note and tell what somebody did to a status or source."""
    action = f"{record.value}.{change_type.value}"
    activity.record(session, actor, action, about=record.value, object_id=row.id, name=row.name)
    await tell_records(session, row.workspace_id, record, change_type, {row.id: original})
    announce(session, row.workspace_id, Topic.SETTINGS, row.workspace_id)
