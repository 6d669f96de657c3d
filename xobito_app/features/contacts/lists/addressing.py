"""Contacts as people to be written to: walked through in pieces, or found by number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.phone import display, variants
from xobito_app.core.text import one_line
from xobito_app.features.contacts.labels.custom_fields import load_fields
from xobito_app.features.contacts.lists import filter_sql
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.records.columns import CUSTOM, custom_cell
from xobito_app.features.contacts.repository import (
    ContactRepository,
    IdentityRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import Addressee, ContactFilter, Described
from xobito_app.models.contacts import Contact, ContactGroupMember
from xobito_app.persistence.arrays import any_of, chunks

PREFIX = "contact."
"""Begins every placeholder: `contact.first_name`, `contact.custom.tier`."""
_PLAIN = {
    field.name: field
    for field in FIELDS
    if field.shape in {Shape.TEXT, Shape.PHONE, Shape.STAMP} and field.is_exported
}
_NAMED = ("status", "source")
_ALWAYS = (
    "id",
    "phone",
    "first_name",
    "last_name",
    "profile_name",
    "username",
    "is_enabled",
    "opted_out_at",
)


async def list_placeholders(session: AsyncSession, workspace_id: UUID) -> list[tuple[str, str]]:
    """Return what a message may say of a contact: each placeholder with its label."""
    custom = [field for field in await load_fields(session, workspace_id) if field.is_active]
    return [
        (PREFIX + name, field.label)
        for name, field in _PLAIN.items()
        if field.name != "opt_out_reason"
    ] + [
        *((PREFIX + name, name.capitalize()) for name in _NAMED),
        *((f"{PREFIX}{CUSTOM}{field.slug}", field.label) for field in custom),
    ]


async def walk_addressees(
    session: AsyncSession,
    workspace_id: UUID,
    *,
    contact_filter: ContactFilter,
    except_group_ids: Collection[UUID] = (),
    placeholders: Collection[str] = (),
    after: UUID | None = None,
    skip: int = 0,
    limit: int,
) -> list[Addressee]:
    """Return the next contacts a filter means, in the order of their ids.

    The caller judges who may see them.

    Args:
        except_group_ids: Members of these are left out.
        placeholders: What is to be known of each; unknown ones stay empty.
        after: The last one of the part before.
        skip: How many to pass over.
    """
    statement = select(*_columns(placeholders)).where(
        *filter_sql.conditions(workspace_id, contact_filter)
    )
    if except_group_ids:
        statement = statement.where(~_is_member(except_group_ids))
    if after:
        statement = statement.where(col(Contact.id) > after)
    statement = statement.order_by(col(Contact.id)).offset(skip).limit(limit)
    rows = (await (await session.connection()).execute(statement)).all()
    return await _addressees(session, workspace_id, rows, placeholders)


async def find_addressees(
    session: AsyncSession,
    workspace_id: UUID,
    phones: Collection[str],
    *,
    except_group_ids: Collection[UUID] = (),
    placeholders: Collection[str] = (),
) -> dict[str, Addressee]:
    """Return who has these numbers, in any of their national variants; by the number asked for."""
    asked = {way: phone for phone in phones for way in reversed(variants(phone))}
    excepted = _is_member(except_group_ids) if except_group_ids else None
    found: dict[str, Addressee] = {}
    for some in chunks(list(asked)):
        columns = _columns(placeholders)
        if excepted is not None:
            columns.append(excepted.label("is_excepted"))
        statement = select(*columns).where(
            col(Contact.workspace_id) == workspace_id, any_of(col(Contact.phone), some)
        )
        rows = (await (await session.connection()).execute(statement)).all()
        for one in await _addressees(session, workspace_id, rows, placeholders):
            found.setdefault(asked[one.phone], one)
    return found


async def describe_contacts(
    session: AsyncSession, workspace_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, Described]:
    """Return all that a message may say of some contacts, and the groups they are in."""
    contacts = ContactRepository(session, workspace_id)
    rows = await contacts.list_by_ids(list(contact_ids))
    names = [name for name, _ in await list_placeholders(session, workspace_id)]
    labels = await _labels(session, workspace_id, names)
    groups = await contacts.list_groups(list(rows))
    return {
        row.id: Described(
            type=str(row.type),
            values={
                plain: _text(row, plain, labels)
                for plain in (name.removeprefix(PREFIX) for name in names)
            },
            groups=frozenset(group.name for group in groups[row.id]),
        )
        for row in rows.values()
    }


def _is_member(group_ids: Collection[UUID]) -> Any:
    return exists().where(
        col(ContactGroupMember.contact_id) == col(Contact.id),
        any_of(col(ContactGroupMember.group_id), list(group_ids)),
    )


def _columns(placeholders: Collection[str]) -> list[Any]:
    wanted = {name.removeprefix(PREFIX) for name in placeholders}
    names = dict.fromkeys([*_ALWAYS, *(name for name in _PLAIN if name in wanted)])
    columns = [getattr(Contact, name) for name in names]
    columns += [getattr(Contact, f"{name}_id") for name in _NAMED if name in wanted]
    if any(name.startswith(CUSTOM) for name in wanted):
        columns.append(col(Contact.custom))
    return columns


async def _addressees(
    session: AsyncSession,
    workspace_id: UUID,
    rows: Sequence[Any],
    placeholders: Collection[str],
) -> list[Addressee]:
    nameless = [row.id for row in rows if not row.phone]
    user_ids = (
        await IdentityRepository(session, workspace_id).list_user_ids(nameless) if nameless else {}
    )
    labels = await _labels(session, workspace_id, placeholders)
    are_judged = bool(rows) and "is_excepted" in rows[0]._fields
    return [
        Addressee(
            id=row.id,
            phone=row.phone or "",
            user_id=user_ids.get(row.id),
            # A row has the columns the rule reads.
            name=name_of(cast(Contact, row)),
            is_enabled=row.is_enabled,
            opted_out_at=row.opted_out_at,
            texts={name: _text(row, name.removeprefix(PREFIX), labels) for name in placeholders},
            is_excepted=are_judged and row.is_excepted,
        )
        for row in rows
    ]


async def _labels(
    session: AsyncSession, workspace_id: UUID, placeholders: Collection[str]
) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for name, repository in (("status", StatusRepository), ("source", SourceRepository)):
        if PREFIX + name in placeholders:
            rows = await repository(session, workspace_id).list_all()
            found |= {row.id: row.name for row in rows}
    return found


def _text(row: Any, name: str, labels: Mapping[UUID, str]) -> str:
    if name in _NAMED:
        return labels.get(getattr(row, f"{name}_id"), "")
    if name.startswith(CUSTOM):
        return one_line(custom_cell(row.custom or {}, name.removeprefix(CUSTOM)))
    if name not in _PLAIN:
        return ""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return display(value) if name == "phone" and value else one_line(value or "")
