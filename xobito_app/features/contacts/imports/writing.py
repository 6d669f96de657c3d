"""Taking a batch of judged rows in: who is known, who is new, and one statement for each.

A dry run goes the same way and stops before the statements; what it would have written it
remembers, so that it counts as the real run will.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select as sa_select, text as sql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids, phone
from xobito_app.core.events import ChangeType
from xobito_app.core.permissions import Actor
from xobito_app.core.text import shorten
from xobito_app.features.contacts.change_events import tell_contacts
from xobito_app.features.contacts.imports.names import Names
from xobito_app.features.contacts.imports.rows import Plan, Problem, ReadRow
from xobito_app.features.contacts.labels.custom_fields import read_values
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.repository import (
    IdentityRepository,
    MemberRepository,
    among,
    has_email,
)
from xobito_app.models.contacts import Contact, ContactType
from xobito_app.persistence.arrays import any_of

_TAKEN = [field for field in FIELDS if field.is_imported]
TEXTS = tuple(f.column for f in _TAKEN if f.shape in {Shape.TEXT, Shape.PHONE})
IDS = tuple(f.column for f in _TAKEN if f.shape is Shape.REFERENCE)
COLUMNS = (*TEXTS, *IDS)


@dataclass(slots=True)
class DryRunMemory:
    """What a dry run would have written by now, as numbers: names of people are not kept."""

    keys: set[int] = field(default_factory=set[int])
    emails: dict[int, int] = field(default_factory=dict[int, int])
    freed: set[int] = field(default_factory=set[int])
    names: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def take(self, other: DryRunMemory) -> None:
        """Add what a batch brought."""
        self.keys |= other.keys
        self.emails |= other.emails
        self.freed |= other.freed
        self.names |= other.names


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    refused: list[ReadRow] = field(default_factory=list[ReadRow])
    brought: DryRunMemory = field(default_factory=DryRunMemory)


@dataclass(slots=True)
class KnownContact:
    """A contact that is there, or that this batch or an earlier one of a dry run makes.

    Attributes:
        row: Its columns as they are; none when only a dry run knows it.
        values: What is to be written.
    """

    id: UUID
    key: str
    is_new: bool
    row: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    groups: set[UUID] = field(default_factory=set[UUID])


class Batch:
    """One batch on its way into the database."""

    def __init__(
        self,
        session: AsyncSession,
        actor: Actor,
        plan: Plan,
        *,
        updates_existing: bool,
        seen: DryRunMemory | None,
    ) -> None:
        self._session, self._actor, self._plan = session, actor, plan
        self._workspace_id = actor.workspace_id
        self._updates, self._seen = updates_existing, seen
        self._names = Names(session, actor, is_dry=seen is not None)
        self._by_key: dict[str, KnownContact] = {}
        self._owners: dict[str, str] = {}
        self.outcome = Outcome()

    async def apply_rows(self, rows: Sequence[ReadRow]) -> Outcome:
        """Judge every row against what there is, then write what is good."""
        await self._names.load(self._seen.names if self._seen else ())
        # A plan made for any thousand words compares each row with each of them; one made for
        # these words hashes them, and sees that the address book has grown.
        await self._plan_queries("force_custom_plan")
        await self._load(rows)
        # Foreign keys are checked by queries too, which must not be planned for every row.
        await self._plan_queries("auto")
        for row in rows:
            await self._place(row)
        if self._seen is None:
            await self._write()
        return self.outcome

    async def _plan_queries(self, mode: str) -> None:
        await (await self._session.connection()).execute(
            sql("SELECT set_config('plan_cache_mode', :mode, true)"), {"mode": mode}
        )

    async def _load(self, rows: Sequence[ReadRow]) -> None:
        """Find out who is there already: by number, by Meta's name, and whose the addresses are."""
        ways = {way for row in rows if row.key for way in phone.variants(row.facts["phone"])}
        identities = await IdentityRepository(self._session, self._workspace_id).owners_of_numbers(
            [way.removeprefix("+") for way in ways]
        )
        by_phone = await self._rows(col(Contact.phone) == among(ways)) if ways else []
        known = {row["id"] for row in by_phone}
        missing = [owner for owner in set(identities.values()) if owner not in known]
        by_id = {row["id"]: row for row in by_phone}
        by_id |= (
            {r["id"]: r for r in await self._rows(any_of(col(Contact.id), missing))}
            if missing
            else {}
        )
        for value, owner in identities.items():
            if owner in by_id:
                self._hold(min(phone.variants("+" + value)), by_id[owner])
        # A number of one's own outweighs a name Meta once used.
        for row in by_phone:
            self._hold(min(phone.variants(row["phone"])), row)
        emails = {row.facts["email"] for row in rows if row.facts.get("email")}
        if emails:
            for row in await self._rows(has_email(among(emails))):
                self._owners[row["email"]] = str(row["id"])

    async def _rows(self, condition: Any) -> Sequence[Mapping[str, Any]]:
        columns = (col(getattr(Contact, name)) for name in (*COLUMNS, "custom", "id"))
        found = await (await self._session.connection()).execute(
            sa_select(*columns).where(col(Contact.workspace_id) == self._workspace_id, condition)
        )
        return [dict(row) for row in found.mappings()]

    def _hold(self, key: str, row: Mapping[str, Any]) -> None:
        self._by_key[key] = KnownContact(row["id"], key, is_new=False, row=row)

    async def _place(self, row: ReadRow) -> None:
        held = self._by_key.get(row.key) if row.key else None
        if held is None and row.key and self._seen and hash(row.key) in self._seen.keys:
            held = self._by_key[row.key] = KnownContact(ids.new(), row.key, is_new=False)
        for kind, names in row.named.items():
            for name in names:
                if reason := self._names.problem(kind, name):
                    column = self._plan.column_of(kind)
                    row.problems.append(Problem(column, shorten(name, 60), reason))
        email = row.facts.get("email")
        if email and row.key and self._is_taken(email, row.key, held):
            row.problems.append(
                Problem(
                    self._plan.column_of("email"),
                    shorten(email, 60),
                    "This address already belongs to another contact.",
                )
            )
        custom = self._custom(row, held)
        if row.problems:
            self.outcome.refused.append(row)
        elif held is None:
            self._begin(row, await self._values(row), custom, await self._groups(row))
        elif not self._updates:
            self.outcome.skipped += 1
        else:
            self._change(held, row, await self._values(row), custom, await self._groups(row))

    def _custom(self, row: ReadRow, held: KnownContact | None) -> dict[str, Any]:
        if held is not None:
            return row.custom
        errors: dict[str, list[str]] = {}
        # Also what is required, and the defaults of what is not given.
        values = read_values(list(self._plan.custom.values()), row.custom, None, errors)
        row.problems += [
            Problem(self._plan.column_of(name), "", reasons[0]) for name, reasons in errors.items()
        ]
        return values

    def _is_taken(self, email: str, key: str, held: KnownContact | None) -> bool:
        owner = self._owners.get(email)
        if owner is not None:
            is_free = self._seen is not None and hash(email) in self._seen.freed
            return not is_free and owner not in (key, str(held.id) if held else "")
        if self._seen is None:
            return False
        return self._seen.emails.get(hash(email), hash(key)) != hash(key)

    async def _values(self, row: ReadRow) -> dict[str, Any]:
        values = dict(row.facts)
        for kind in ("status", "source"):
            for name in row.named.get(kind, ()):
                values[f"{kind}_id"] = await self._use(kind, name)
        return values

    async def _groups(self, row: ReadRow) -> set[UUID]:
        return {await self._use("groups", name) for name in row.named.get("groups", ())}

    async def _use(self, kind: str, name: str) -> UUID:
        found, is_made = await self._names.use(kind, name)
        if is_made:
            self.outcome.brought.names.add((kind, name.lower()))
        return found

    def _begin(
        self, row: ReadRow, values: dict[str, Any], custom: dict[str, Any], groups: set[UUID]
    ) -> None:
        values.setdefault("status_id", self._names.status_id)
        values.setdefault("source_id", self._names.source_id)
        values.setdefault("type", ContactType.LEAD)
        held = KnownContact(ids.new(), row.key, is_new=True, values={**values, "custom": custom})
        held.groups = groups
        self._by_key[row.key] = held
        self.outcome.created += 1
        self._remember(held, values)

    def _change(
        self,
        held: KnownContact,
        row: ReadRow,
        values: dict[str, Any],
        custom: dict[str, Any],
        groups: set[UUID],
    ) -> None:
        # The number is what they were found by; another way of writing it is no change.
        number = values.pop("phone")
        if not held.is_new and held.row and held.row["phone"] is None:
            values["phone"] = number
        old = held.values.get("email") or held.row.get("email")
        if values.get("email") and old and old != values["email"]:
            self._owners.pop(old, None)
            self.outcome.brought.freed.add(hash(old))
        before = held.values.get("custom", held.row.get("custom", {}))
        held.values |= values
        if custom:
            merged = {**before, **{slug: v for slug, v in custom.items() if v is not None}}
            held.values["custom"] = merged
        held.groups |= groups
        self.outcome.updated += 1
        self._remember(held, values)

    def _remember(self, held: KnownContact, values: Mapping[str, Any]) -> None:
        email = values.get("email")
        if email:
            self._owners[email] = held.key
        if self._seen is None:
            return
        # One number in both: a million rows have a million of them.
        key = hash(held.key)
        self.outcome.brought.keys.add(key)
        if email:
            self.outcome.brought.emails[hash(email)] = key
            self.outcome.brought.freed.discard(hash(email))

    async def _write(self) -> None:
        held = {one.id: one for one in self._by_key.values()}
        new = [one for one in held.values() if one.is_new]
        changed = {
            one.id: original
            for one in held.values()
            if not one.is_new and (original := _original(one))
        }
        connection = await self._session.connection()
        common = {"workspace": self._workspace_id, "now": clock.now()}
        # Changes first: they may free an address that a new contact takes.
        if changed:
            rows = [
                {"id": row_id, **{name: held[row_id].values[name] for name in original}}
                for row_id, original in changed.items()
            ]
            await connection.execute(sql(_UPDATE), {"rows": _documents(rows), **common})
        if new:
            rows = [{"id": one.id, **one.values} for one in new]
            await connection.execute(sql(_INSERT), {"rows": _documents(rows), **common})
        joined = await self._join_groups([one for one in held.values() if one.groups])
        for row_id, names in joined.items():
            if not held[row_id].is_new:
                changed.setdefault(row_id, {})["groups"] = names
        await tell_contacts(
            self._session, self._workspace_id, ChangeType.CREATED, [one.id for one in new]
        )
        await tell_contacts(self._session, self._workspace_id, ChangeType.UPDATED, changed)

    async def _join_groups(self, members: Sequence[KnownContact]) -> dict[UUID, list[str]]:
        """Put contacts into groups; return the old groups of those for whom that is a change."""
        if not members:
            return {}
        rows = MemberRepository(self._session, self._workspace_id)
        before = await rows.names_of([one.id for one in members if not one.is_new])
        groups: dict[UUID, list[str]] = {}
        for one in members:
            for group_id in one.groups:
                groups.setdefault(group_id, []).append(str(one.id))
        await (await self._session.connection()).execute(
            sql(_JOIN), {"workspace": self._workspace_id, "members": _lists(groups)}
        )
        return {
            one.id: before[one.id]
            for one in members
            if not one.is_new
            and {self._names.group_names[group_id] for group_id in one.groups} - set(before[one.id])
        }


def _original(held: KnownContact) -> dict[str, Any]:
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


_INSERT = f"""
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
