"""Contacts, statuses and sources as other systems see them: in webhooks and in the REST API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import RecordType
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.repository import SourceRepository, StatusRepository
from xobito_app.features.contacts.schemas import (
    ContactView,
    Named,
    SourceView,
    StatusMark,
    StatusView,
)
from xobito_app.models.contacts import ContactSource, ContactStatus


@dataclass(frozen=True, slots=True)
class Published:
    """One record: its own fields, and the things it refers to; all JSON values but moments."""

    id: str
    attributes: dict[str, Any]
    relations: dict[str, Any]


async def publish_records(
    session: AsyncSession, workspace_id: UUID, record: RecordType, record_ids: Collection[UUID]
) -> dict[UUID, Published]:
    """Return records by id, in a fixed number of queries; those that are gone are left out."""
    wanted = list(record_ids)
    if record is RecordType.STATUS:
        statuses = await StatusRepository(session, workspace_id).list_by_ids(wanted)
        return {row.id: Published(str(row.id), status_fields(row), {}) for row in statuses.values()}
    if record is RecordType.SOURCE:
        sources = await SourceRepository(session, workspace_id).list_by_ids(wanted)
        return {row.id: Published(str(row.id), source_fields(row), {}) for row in sources.values()}
    views = await load_views(session, workspace_id, wanted)
    return {
        view.id: Published(str(view.id), contact_fields(view), contact_relations(view))
        for view in views.values()
    }


def contact_fields(view: ContactView) -> dict[str, Any]:
    """Return a contact's own fields; references as ids, an unknown number as none."""
    return {name: _PUBLISHED[shape](getattr(view, field)) for name, field, shape in _OWN_FIELDS}


def contact_relations(view: ContactView) -> dict[str, Any]:
    """Return what a contact refers to, by name."""
    return {name: tell(getattr(view, name)) for name, tell in _RELATIONS}


def _id(row: Any) -> str | None:
    return str(row.id) if row else None


def _named(row: Named | StatusMark | None) -> dict[str, str] | None:
    if row is None:
        return None
    color = {"color": row.color} if isinstance(row, StatusMark) else {}
    return {"id": str(row.id), "name": row.name, **color}


def _each_named(rows: Collection[Named]) -> list[dict[str, str] | None]:
    return [_named(row) for row in rows]


def _same(value: Any) -> Any:
    return value


_PUBLISHED: Mapping[Shape, Callable[[Any], Any]] = {
    **dict.fromkeys(Shape, _same),
    Shape.REFERENCE: _id,
    Shape.PHONE: lambda number: number or None,
    Shape.CUSTOM: dict,
}
_OWN_FIELDS = [(field.column, field.name, field.shape) for field in FIELDS if field.is_published]
_TOLD_BY_NAME: Mapping[Shape, Callable[[Any], Any]] = {
    Shape.REFERENCE: _named,
    Shape.GROUPS: _each_named,
}
_RELATIONS = [
    (field.name, _TOLD_BY_NAME[field.shape]) for field in FIELDS if field.shape in _TOLD_BY_NAME
]


def status_fields(row: ContactStatus | StatusView) -> dict[str, Any]:
    """Return a status's own fields."""
    return {
        "name": row.name,
        "color": row.color,
        "is_default": row.is_default,
        "position": row.position,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def source_fields(row: ContactSource | SourceView) -> dict[str, Any]:
    """Return a source's own fields."""
    return {
        "name": row.name,
        "is_default": row.is_default,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def sample_contact(at: datetime) -> Published:
    """Return somebody who does not exist, with every field a contact has."""
    facts: dict[str, Any] = {f.name: f.empty if f.sample is None else f.sample for f in FIELDS}
    facts |= {f.name: at.astimezone(UTC) for f in FIELDS if f.shape is Shape.STAMP}
    view = ContactView(id=UUID(int=0), name="Test Contact", **facts)
    return Published(str(view.id), contact_fields(view), contact_relations(view))
