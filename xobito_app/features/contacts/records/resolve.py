"""From the names Meta uses for people to one contact each, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids, phone
from xobito_app.core.events import ChangeType
from xobito_app.core.text import one_line, shorten
from xobito_app.features.contacts.change_events import tell_contacts
from xobito_app.features.contacts.records.catalogue import FIELDS
from xobito_app.features.contacts.repository import (
    ContactRepository,
    IdentityRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import Person
from xobito_app.models.contacts import Contact, ContactType, IdentityKind

Name = tuple[str, str]
_LONGEST = {field.name: field.limit for field in FIELDS}


async def resolve_people(
    session: AsyncSession, workspace_id: UUID, people: Iterable[Person], *, as_type: ContactType
) -> dict[Person, Contact]:
    """Return the contact of each person, made when there was none.

    A person is found by phone (in any of Meta's national variants), by user id or by parent user
    id, in this order; every other name is attached to the contact found. People known by no
    name at all are left out.

    Args:
        as_type: What a new contact becomes: a lead, or a guest while auto-lead is off.
    """
    known = [person for person in dict.fromkeys(people) if person.is_known]
    index = await _Index.load(session, workspace_id, known)
    fresh = [person for person in known if index.find(person) is None]
    if fresh:
        await _create(session, workspace_id, fresh, as_type)
        index = await _Index.load(session, workspace_id, known)
    found = {person: contact for person in known if (contact := index.find(person)) is not None}
    await _attach_names(session, workspace_id, found, index)
    refreshed = {
        contact.id: original
        for person, contact in found.items()
        if (original := _refresh_profile(contact, person))
    }
    await tell_contacts(session, workspace_id, ChangeType.UPDATED, refreshed)
    return found


class _Index:
    """What the database knows about the names in question."""

    def __init__(
        self, owners: dict[Name, UUID], by_phone: dict[str, Contact], by_id: dict[UUID, Contact]
    ) -> None:
        self.owners = owners
        self._by_phone = by_phone
        self._by_id = by_id

    @classmethod
    async def load(
        cls, session: AsyncSession, workspace_id: UUID, people: Sequence[Person]
    ) -> _Index:
        contacts = ContactRepository(session, workspace_id)
        names = {
            (kind, variant)
            for person in people
            for kind, value in person.identities()
            for variant in _variants(kind, value)
        }
        owners = await IdentityRepository(session, workspace_id).owners(names)
        phones = {v for p in people if p.phone for v in phone.variants(p.phone)}
        by_phone = await contacts.list_by_phones(phones)
        by_id = {contact.id: contact for contact in by_phone.values()}
        by_id |= await contacts.list_by_ids([i for i in set(owners.values()) if i not in by_id])
        return cls(owners, by_phone, by_id)

    def find(self, person: Person) -> Contact | None:
        """Return the contact of a person, the surest name deciding."""
        for kind, value in person.identities():
            for variant in _variants(kind, value):
                owner = self.owners.get((str(kind), variant))
                if owner and owner in self._by_id:
                    return self._by_id[owner]
                if kind is IdentityKind.WA_ID and (held := self._by_phone.get("+" + variant)):
                    return held
        return None


def _variants(kind: IdentityKind, value: str) -> list[str]:
    if kind is not IdentityKind.WA_ID:
        return [value]
    return [variant.removeprefix("+") for variant in phone.variants("+" + value)]


async def _create(
    session: AsyncSession, workspace_id: UUID, people: Sequence[Person], as_type: ContactType
) -> None:
    statuses = await StatusRepository(session, workspace_id).list_all()
    sources = await SourceRepository(session, workspace_id).list_all()
    status_id = next((s.id for s in statuses if s.is_default), None)
    source_id = next((s.id for s in sources if s.is_default), None)
    rows: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    taken: set[Name] = set()
    now = clock.now()
    for person in people:
        own = {(str(k), v) for k, value in person.identities() for v in _variants(k, value)}
        # Two spellings of one person in the same batch make one contact.
        if own & taken:
            continue
        taken |= own
        contact_id = ids.new()
        rows.append(
            {
                "id": contact_id,
                "workspace_id": workspace_id,
                "first_name": shorten(_first_name(person), _LONGEST["first_name"]),
                "phone": person.phone,
                "type": as_type,
                "status_id": status_id,
                "source_id": source_id,
                "created_at": now,
                "updated_at": now,
            }
        )
        if person.phone is None:
            names += _name_rows(workspace_id, contact_id, person)
    made = await ContactRepository(session, workspace_id).insert_missing(rows)
    await IdentityRepository(session, workspace_id).attach(names)
    await tell_contacts(session, workspace_id, ChangeType.CREATED, made)


def _first_name(person: Person) -> str:
    if person.group_id:
        return f"WhatsApp group …{person.group_id[-6:]}"
    return person.profile_name or person.username or ""


def _name_rows(workspace_id: UUID, contact_id: UUID, person: Person) -> list[dict[str, Any]]:
    return [
        {
            "id": ids.new(),
            "workspace_id": workspace_id,
            "contact_id": contact_id,
            "kind": kind,
            "value": value,
        }
        for kind, value in person.identities()
    ]


async def _attach_names(
    session: AsyncSession, workspace_id: UUID, found: dict[Person, Contact], index: _Index
) -> None:
    rows = [
        row
        for person, contact in found.items()
        for row in _name_rows(workspace_id, contact.id, person)
        if (str(row["kind"]), row["value"]) not in index.owners
    ]
    unique = {(str(row["kind"]), row["value"]): row for row in rows}
    await IdentityRepository(session, workspace_id).attach(list(unique.values()))


def _refresh_profile(contact: Contact, person: Person) -> dict[str, Any]:
    """Take over what Meta says now, and return what changed; typed names stay untouched."""
    said: dict[str, Any] = {}
    if person.profile_name and (name := one_line(person.profile_name)[: _LONGEST["profile_name"]]):
        if not contact.first_name and not contact.last_name:
            said["first_name"] = name[: _LONGEST["first_name"]]
        said["profile_name"] = name
    if person.username:
        said["username"] = person.username[: _LONGEST["username"]]
    if person.phone and not contact.phone:
        said["phone"] = person.phone
    original = {
        field: getattr(contact, field)
        for field, value in said.items()
        if getattr(contact, field) != value
    }
    for field in original:
        setattr(contact, field, said[field])
    if original:
        contact.updated_at = clock.now()
    return original
