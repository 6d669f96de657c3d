"""The rows of two contacts on their way to one, and back: facts, groups, notes, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.records.catalogue import FIELDS, Merge, Shape
from xobito_app.features.contacts.records.columns import CUSTOM, custom_cell, words_of
from xobito_app.features.contacts.repository import (
    ContactRepository,
    GroupRepository,
    IdentityRepository,
    MemberRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.models.contact_work import ContactNote
from xobito_app.models.contacts import Contact, ContactIdentity, ContactType, IdentityKind
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.snapshots import Document, values_of

_NAMES, _ADDRESS, _FILLED = (
    tuple(field.column for field in FIELDS if field.merge is kind)
    for kind in (Merge.NAME, Merge.ADDRESS, Merge.FILL)
)
_STAGES = (ContactType.GUEST, ContactType.LEAD, ContactType.CUSTOMER)


@dataclass(frozen=True, slots=True)
class MergedField:
    """One fact before and after: as both contacts have it, and as the one will."""

    field: str
    label: str
    kept: str
    dropped: str
    result: str


def combine(keep: Contact, drop: Contact) -> dict[str, Any]:
    """Return the columns of the kept contact that change: what it lacks, the other gives.

    Names and addresses go as a whole. Whoever opted out stays opted out.
    """
    wanted: dict[str, Any] = {}
    for together in (_NAMES, _ADDRESS):
        if not any(getattr(keep, name) for name in together):
            wanted |= {name: getattr(drop, name) for name in together}
    wanted |= {name: getattr(drop, name) for name in _FILLED if not getattr(keep, name)}
    if keep.opted_out_at is None and drop.opted_out_at is not None:
        wanted |= {"opted_out_at": drop.opted_out_at, "opt_out_reason": drop.opt_out_reason}
    if _STAGES.index(ContactType(drop.type)) > _STAGES.index(ContactType(keep.type)):
        wanted["type"] = drop.type
    if drop.last_msg_time and (
        keep.last_msg_time is None or drop.last_msg_time > keep.last_msg_time
    ):
        wanted["last_msg_time"] = drop.last_msg_time
    wanted["custom"] = {**drop.custom, **keep.custom}
    return {name: value for name, value in wanted.items() if getattr(keep, name) != value}


def preview(keep: ContactView, drop: ContactView, changes: dict[str, Any]) -> Iterator[MergedField]:
    """Yield every fact that one of the two has, and what becomes of it."""
    for field in FIELDS:
        if field.merge is Merge.HIDDEN:
            continue
        kept, dropped = said(keep, field.name), said(drop, field.name)
        result = dropped if field.column in changes else kept
        if field.shape is Shape.GROUPS:
            names = {group.name for group in (*keep.groups, *drop.groups)}
            result = "; ".join(sorted(names))
        if kept or dropped:
            yield MergedField(field.name, field.label, kept, dropped, result)
    for slug in sorted({*keep.custom, *drop.custom}):
        kept, dropped = custom_cell(keep.custom, slug), custom_cell(drop.custom, slug)
        yield MergedField(CUSTOM + slug, slug, kept, dropped, kept or dropped)


def said(view: ContactView, field: str) -> str:
    """Return a fact as people read it."""
    if field == "phone":
        return view.phone_display
    return words_of(view, field, at="%Y-%m-%d")


async def move_rows(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID
) -> Document:
    """Give notes, Meta's names and groups to the kept contact; return what the way back needs."""
    members = MemberRepository(session, workspace_id)
    groups = await ContactRepository(session, workspace_id).list_groups([keep_id, drop_id])
    theirs = {group.id: group.name for group in groups[drop_id]}
    added = theirs.keys() - {group.id for group in groups[keep_id]}
    await members.add([keep_id], added)
    moved: Document = {
        "groups": [str(group_id) for group_id in theirs],
        "groups_added": [str(group_id) for group_id in added],
        "groups_before": [group.name for group in groups[keep_id]],
    }
    for key, table in (("notes", ContactNote), ("identities", ContactIdentity)):
        found = await session.exec(
            update(table)
            .where(col(table.workspace_id) == workspace_id, col(table.contact_id) == drop_id)
            .values(contact_id=keep_id)
            .returning(col(table.id))
            .execution_options(synchronize_session=False)
        )
        moved[key] = [str(row_id) for row_id in found.scalars()]
    return moved


async def give_rows_back(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID, moved: Document
) -> None:
    """Undo `move_rows`; groups that no longer exist are left out."""
    members = MemberRepository(session, workspace_id)
    known = await GroupRepository(session, workspace_id).list_by_ids(_ids(moved["groups"]))
    await members.remove([keep_id], _ids(moved["groups_added"]))
    await members.add([drop_id], list(known))
    for key, table in (("notes", ContactNote), ("identities", ContactIdentity)):
        await session.exec(
            update(table)
            .where(col(table.workspace_id) == workspace_id, col(table.contact_id) == keep_id)
            .where(any_of(col(table.id), _ids(moved[key])))
            .values(contact_id=drop_id)
            .execution_options(synchronize_session=False)
        )


def _ids(texts: Sequence[str]) -> list[UUID]:
    return [UUID(text) for text in texts]


async def remember_number(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID, number: str | None
) -> str:
    """Let a number lead to a contact that has another; return the new row's id, or nothing."""
    if not number:
        return ""
    row_id = ids.new()
    await IdentityRepository(session, workspace_id).attach(
        [
            {
                "id": row_id,
                "workspace_id": workspace_id,
                "contact_id": contact_id,
                "kind": IdentityKind.WA_ID,
                "value": number.removeprefix("+"),
            }
        ]
    )
    return str(row_id)


async def forget_number(session: AsyncSession, workspace_id: UUID, row_id: str) -> None:
    """Undo `remember_number`."""
    if row_id:
        await session.exec(
            delete(ContactIdentity)
            .where(col(ContactIdentity.workspace_id) == workspace_id)
            .where(col(ContactIdentity.id) == UUID(row_id))
        )


async def restore_contact(session: AsyncSession, workspace_id: UUID, document: Document) -> Contact:
    """Bring a dropped contact back, under its old id.

    Raises:
        Invalid: Somebody else has its number or address now.
    """
    values = values_of(Contact, document)
    for field, repository in (("status_id", StatusRepository), ("source_id", SourceRepository)):
        rows = await repository(session, workspace_id).list_all()
        if values[field] not in {row.id for row in rows}:
            values[field] = next((row.id for row in rows if row.is_default), None)
    row = Contact(**values)
    async with integrity_as_invalid(session):
        session.add(row)
    return row


async def count_notes(session: AsyncSession, workspace_id: UUID, contact_id: UUID) -> int:
    """Return how many notes there are on a contact."""
    found = await session.exec(
        select(ContactNote.id)
        .where(col(ContactNote.workspace_id) == workspace_id)
        .where(col(ContactNote.contact_id) == contact_id)
    )
    return len(found.all())
