"""What the database says about a batch of rows, and writing what was planned for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select as sa_select, text as sql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, phone
from xobito_app.core.events import ChangeType
from xobito_app.core.permissions import Actor
from xobito_app.core.text import shorten
from xobito_app.features.contacts.change_events import tell_contacts
from xobito_app.features.contacts.imports.labels import load_labels, make_label
from xobito_app.features.contacts.imports.planning import BatchPlan, Known, PlannedContact
from xobito_app.features.contacts.imports.rows import ReadRow
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.repository import (
    IdentityRepository,
    MemberRepository,
    among,
    has_email,
)
from xobito_app.models.contacts import Contact
from xobito_app.persistence.arrays import any_of

_TAKEN = [field for field in FIELDS if field.is_imported]
TEXTS = tuple(f.column for f in _TAKEN if f.shape in {Shape.TEXT, Shape.PHONE})
IDS = tuple(f.column for f in _TAKEN if f.shape is Shape.REFERENCE)
COLUMNS = (*TEXTS, *IDS)


async def load_known(
    session: AsyncSession, rows: Sequence[ReadRow], *, actor: Actor, may_create_labels: bool
) -> Known:
    """Read who is there already: by number, by Meta's name, and whose the addresses are."""
    labels = await load_labels(session, actor=actor, may_create=may_create_labels)
    # A plan made for any thousand words compares each row with each of them; one made for
    # these words hashes them, and sees that the address book has grown.
    await _plan_queries(session, "force_custom_plan")
    contacts = await _contacts_of(session, actor.workspace_id, rows)
    owners: dict[str, str] = {}
    emails = {row.facts["email"] for row in rows if row.facts.get("email")}
    if emails:
        for row in await _rows(session, actor.workspace_id, has_email(among(emails))):
            owners[row["email"]] = str(row["id"])
    # Foreign keys are checked by queries too, which must not be planned for every row.
    await _plan_queries(session, "auto")
    return Known(contacts, owners, labels)


async def _plan_queries(session: AsyncSession, mode: str) -> None:
    await (await session.connection()).execute(
        sql("SELECT set_config('plan_cache_mode', :mode, true)"), {"mode": mode}
    )


async def _contacts_of(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[ReadRow]
) -> dict[str, Mapping[str, Any]]:
    ways = {way for row in rows if row.key for way in phone.variants(row.facts["phone"])}
    identities = await IdentityRepository(session, workspace_id).owners_of_numbers(
        [way.removeprefix("+") for way in ways]
    )
    by_phone = await _rows(session, workspace_id, col(Contact.phone) == among(ways)) if ways else []
    by_id = {row["id"]: row for row in by_phone}
    missing = [owner for owner in set(identities.values()) if owner not in by_id]
    if missing:
        found = await _rows(session, workspace_id, any_of(col(Contact.id), missing))
        by_id |= {row["id"]: row for row in found}
    by_key = {
        min(phone.variants("+" + value)): by_id[owner]
        for value, owner in identities.items()
        if owner in by_id
    }
    # A number of one's own outweighs a name Meta once used.
    return by_key | {min(phone.variants(row["phone"])): row for row in by_phone}


async def _rows(
    session: AsyncSession, workspace_id: UUID, condition: Any
) -> Sequence[Mapping[str, Any]]:
    columns = (col(getattr(Contact, name)) for name in (*COLUMNS, "custom", "id"))
    found = await (await session.connection()).execute(
        sa_select(*columns).where(col(Contact.workspace_id) == workspace_id, condition)
    )
    return [dict(row) for row in found.mappings()]


async def write_plan(session: AsyncSession, plan: BatchPlan, known: Known, *, actor: Actor) -> None:
    """Write what was planned, one statement for each kind of change, and tell of it.

    Raises:
        Invalid: Somebody made one of the labels in the same moment.
    """
    group_names = dict(known.labels.group_names)
    made: dict[UUID, UUID] = {}
    for label in plan.labels:
        made[label.label_id] = label_id = await make_label(session, label, actor=actor)
        group_names[label_id] = shorten(label.name, 191)
    for contact in plan.contacts:
        contact.groups = {made.get(group_id, group_id) for group_id in contact.groups}
        for name in IDS:
            if contact.values.get(name) in made:
                contact.values[name] = made[contact.values[name]]
    new = [contact for contact in plan.contacts if contact.is_new]
    changed = {
        contact.id: original
        for contact in plan.contacts
        if not contact.is_new and (original := _original(contact))
    }
    by_id = {contact.id: contact for contact in plan.contacts}
    connection = await session.connection()
    common = {"workspace": actor.workspace_id, "now": clock.now()}
    # Changes first: they may free an address that a new contact takes.
    if changed:
        rows = [
            {"id": row_id, **{name: by_id[row_id].values[name] for name in original}}
            for row_id, original in changed.items()
        ]
        await connection.execute(sql(_UPDATE), {"rows": _documents(rows), **common})
    if new:
        rows = [{"id": contact.id, **contact.values} for contact in new]
        await connection.execute(sql(INSERT), {"rows": _documents(rows), **common})
    joined = await _join_groups(session, actor.workspace_id, plan.contacts, group_names)
    for row_id, names in joined.items():
        changed.setdefault(row_id, {})["groups"] = names
    new_ids = [contact.id for contact in new]
    await tell_contacts(session, actor.workspace_id, ChangeType.CREATED, new_ids)
    await tell_contacts(session, actor.workspace_id, ChangeType.UPDATED, changed)


async def _join_groups(
    session: AsyncSession,
    workspace_id: UUID,
    contacts: Sequence[PlannedContact],
    group_names: Mapping[UUID, str],
) -> dict[UUID, list[str]]:
    """Put contacts into groups; return the old groups of those for whom that is a change."""
    members = [contact for contact in contacts if contact.groups]
    if not members:
        return {}
    known = [contact for contact in members if not contact.is_new]
    before = await MemberRepository(session, workspace_id).names_of([one.id for one in known])
    groups: dict[UUID, list[str]] = {}
    for contact in members:
        for group_id in contact.groups:
            groups.setdefault(group_id, []).append(str(contact.id))
    await (await session.connection()).execute(
        sql(_JOIN), {"workspace": workspace_id, "members": _lists(groups)}
    )
    return {
        contact.id: before[contact.id]
        for contact in known
        if {group_names[group_id] for group_id in contact.groups} - set(before[contact.id])
    }


def _original(held: PlannedContact) -> dict[str, Any]:
    """Return the old values of what changes."""
    return {
        name: held.row[name]
        for name, value in held.values.items()
        if held.row and held.row[name] != value
    }


def _documents(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, default=str)


def _lists(members: Mapping[UUID, Sequence[str]]) -> str:
    return json.dumps({str(group_id): contacts for group_id, contacts in members.items()})


_NAMES = ", ".join(COLUMNS)
_SHAPE = ", ".join(
    ["id uuid", *(f"{name} text" for name in TEXTS), *(f"{name} uuid" for name in IDS)]
)


def _value(name: str) -> str:
    # Of a number there is one or none; the type is always given.
    return name if name in {"phone", "type"} else f"coalesce({name}, '')"


INSERT = f"""
    INSERT INTO contact (id, workspace_id, {_NAMES}, custom, profile_name, username, is_enabled,
        opt_out_reason, created_at, updated_at)
    SELECT id, :workspace, {", ".join(map(_value, TEXTS))}, {", ".join(IDS)}, custom,
        '', '', true, '', :now, :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_SHAPE}, custom jsonb)
"""  # noqa: S608 - columns of ours
_UPDATE = f"""
    UPDATE contact SET
        {", ".join(f"{name} = coalesce(r.{name}, contact.{name})" for name in COLUMNS)},
        custom = coalesce(r.custom, contact.custom), updated_at = :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_SHAPE}, custom jsonb)
    WHERE contact.workspace_id = :workspace AND contact.id = r.id
"""  # noqa: S608 - columns of ours
_JOIN = """
    INSERT INTO contact_group_member (workspace_id, group_id, contact_id)
    SELECT :workspace, CAST(key AS uuid), CAST(contact AS uuid)
    FROM jsonb_each(CAST(:members AS jsonb)), jsonb_array_elements_text(value) contact
    ON CONFLICT DO NOTHING
"""
