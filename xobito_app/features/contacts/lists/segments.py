"""Segments: filters with a name, shared in the workspace, whose contacts are counted live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.lists import filter_sql
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.models.contact_work import Segment
from xobito_app.models.contacts import Contact
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce

LONGEST = 191
MOST_SEGMENTS = 50


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A saved filter, with how many contacts it means now."""

    id: UUID
    name: str
    contact_filter: ContactFilter
    contacts: int
    created_at: datetime
    updated_at: datetime


class SegmentRepository(Repository[Segment]):
    """Segments of one workspace."""

    missing = "This segment no longer exists."

    async def list_all(self) -> Sequence[Segment]:
        """Return the segments by name."""
        return await self.all(
            self.scoped().order_by(func.lower(col(Segment.name))).limit(MOST_SEGMENTS)
        )

    async def count(self, filters: Sequence[ContactFilter]) -> list[int]:
        """Return how many contacts each filter means, all in one pass over them."""
        if not filters:
            return []
        counts = [
            func.count().filter(and_(*filter_sql.conditions(self.workspace_id, contact_filter)))
            for contact_filter in filters
        ]
        statement = (
            select(*counts)
            .select_from(Contact)
            .where(col(Contact.workspace_id) == self.workspace_id)
        )
        found = (await (await self.session.connection()).execute(statement)).one()
        return [int(count) for count in found]


async def list_segments(session: AsyncSession, actor: Actor) -> list[SegmentView]:
    """Return the segments by name, each counted now.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    segments = SegmentRepository(session, actor.workspace_id)
    rows = await segments.list_all()
    filters = [ContactFilter.model_validate(row.contact_filter) for row in rows]
    counts = await segments.count(filters)
    return [_view(*facts) for facts in zip(rows, filters, counts, strict=True)]


async def get_segment(session: AsyncSession, actor: Actor, *, segment_id: UUID) -> SegmentView:
    """Return one segment, counted now.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such segment.
    """
    require(actor, Permission.CONTACTS_VIEW)
    segments = SegmentRepository(session, actor.workspace_id)
    return await _counted(segments, await segments.get(segment_id))


async def read_filter(session: AsyncSession, actor: Actor, *, segment_id: UUID) -> ContactFilter:
    """Return which contacts a segment means, uncounted.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such segment.
    """
    require(actor, Permission.CONTACTS_VIEW)
    return await load_segment(session, actor.workspace_id, segment_id)


async def load_segment(
    session: AsyncSession, workspace_id: UUID, segment_id: UUID
) -> ContactFilter:
    """Return which contacts a segment means. The caller judges who may see it.

    Raises:
        NotFound: The workspace has no such segment.
    """
    row = await SegmentRepository(session, workspace_id).get(segment_id)
    return ContactFilter.model_validate(row.contact_filter)


async def save_segment(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str | None = None,
    contact_filter: ContactFilter | None = None,
    segment_id: UUID | None = None,
) -> SegmentView:
    """Give a filter a name, or change what is given of a segment.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: The name is empty, too long or taken; or there are too many segments.
        NotFound: The segment to change no longer exists.
    """
    require(actor, Permission.CONTACTS_EDIT)
    segments = SegmentRepository(session, actor.workspace_id)
    if segment_id:
        row = await segments.get(segment_id, lock=True)
    else:
        row = Segment(workspace_id=actor.workspace_id, name="", created_by=actor.user_id)
    line = one_line(row.name if name is None else name)
    if not 1 <= len(line) <= LONGEST:
        raise Invalid.field("name", f"Write a name of 1 to {LONGEST} characters.")
    others = [other for other in await segments.list_all() if other.id != row.id]
    if any(other.name.lower() == line.lower() for other in others):
        raise Invalid.field("name", "There is already a segment with this name.")
    if not segment_id and len(others) >= MOST_SEGMENTS:
        raise Invalid.field("name", f"A workspace has at most {MOST_SEGMENTS} segments.")
    async with integrity_as_invalid(session):
        row.name, row.updated_at = line, clock.now()
        if contact_filter is not None:
            row.contact_filter = contact_filter.model_dump(mode="json", exclude_defaults=True)
        session.add(row)
    _tell(session, actor, "segment.saved", row)
    return await _counted(segments, row)


async def delete_segment(session: AsyncSession, actor: Actor, *, segment_id: UUID) -> None:
    """Delete a segment; its contacts stay as they are.

    Raises:
        Forbidden: The actor may not edit contacts.
        NotFound: It no longer exists.
    """
    require(actor, Permission.CONTACTS_EDIT)
    segments = SegmentRepository(session, actor.workspace_id)
    row = await segments.get(segment_id)
    _tell(session, actor, "segment.deleted", row)
    await segments.delete(row)


def _tell(session: AsyncSession, actor: Actor, action: str, row: Segment) -> None:
    activity.record(session, actor, action, about="segment", object_id=row.id, name=row.name)
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


async def _counted(segments: SegmentRepository, row: Segment) -> SegmentView:
    contact_filter = ContactFilter.model_validate(row.contact_filter)
    return _view(row, contact_filter, (await segments.count([contact_filter]))[0])


def _view(row: Segment, contact_filter: ContactFilter, contacts: int) -> SegmentView:
    return taken_from(row, SegmentView, contact_filter=contact_filter, contacts=contacts)
