"""Contacts, statuses and sources as other systems see them: in webhooks and in the REST API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Record
from xobito_app.features.contacts.repository import (
    ContactRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.models.contacts import Contact, ContactSource, ContactStatus


@dataclass(frozen=True, slots=True)
class Published:
    """One record in plain JSON values: its own fields, and the things it refers to."""

    id: str
    attributes: dict[str, Any]
    relations: dict[str, Any]


def moment_text(at: datetime | None) -> str | None:
    """Return a moment in UTC with microseconds, as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


async def publish_records(
    session: AsyncSession, workspace_id: UUID, record: Record, record_ids: Collection[UUID]
) -> dict[UUID, Published]:
    """Return records by id, in a fixed number of queries; those that are gone are left out."""
    wanted = list(record_ids)
    if record is Record.STATUS:
        statuses = await StatusRepository(session, workspace_id).list_by_ids(wanted)
        return {row.id: Published(str(row.id), status_fields(row), {}) for row in statuses.values()}
    if record is Record.SOURCE:
        sources = await SourceRepository(session, workspace_id).list_by_ids(wanted)
        return {row.id: Published(str(row.id), source_fields(row), {}) for row in sources.values()}
    return await _contacts(session, workspace_id, wanted)


async def _contacts(
    session: AsyncSession, workspace_id: UUID, contact_ids: list[UUID]
) -> dict[UUID, Published]:
    contacts = ContactRepository(session, workspace_id)
    found = await contacts.list_by_ids(contact_ids)
    groups = await contacts.list_groups(list(found))
    statuses = await StatusRepository(session, workspace_id).list_by_ids(
        [row.status_id for row in found.values() if row.status_id]
    )
    sources = await SourceRepository(session, workspace_id).list_by_ids(
        [row.source_id for row in found.values() if row.source_id]
    )
    return {
        row.id: Published(
            str(row.id),
            _contact_fields(row),
            {
                "status": _named(statuses.get(row.status_id)) if row.status_id else None,
                "source": _named(sources.get(row.source_id)) if row.source_id else None,
                "groups": [{"id": str(g.id), "name": g.name} for g in groups[row.id]],
            },
        )
        for row in found.values()
    }


def _named(row: ContactStatus | ContactSource | None) -> dict[str, str] | None:
    return {"id": str(row.id), "name": row.name} if row else None


def _contact_fields(row: Contact) -> dict[str, Any]:
    return {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "phone": row.phone,
        "email": row.email,
    }


def status_fields(row: ContactStatus) -> dict[str, Any]:
    """Return a status's own fields."""
    return {
        "name": row.name,
        "colour": row.colour,
        "is_default": row.is_default,
        "created_at": moment_text(row.created_at),
        "updated_at": moment_text(row.updated_at),
    }


def source_fields(row: ContactSource) -> dict[str, Any]:
    """Return a source's own fields."""
    return {
        "name": row.name,
        "is_default": row.is_default,
        "created_at": moment_text(row.created_at),
        "updated_at": moment_text(row.updated_at),
    }
