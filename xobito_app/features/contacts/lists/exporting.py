"""Contacts as rows of a file, window by window, so that their number does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.labels.custom_fields import load_fields
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.records.columns import FileColumn, cells_of, columns_of
from xobito_app.features.contacts.schemas import ContactFilter, Sort

WINDOW = 1000


async def begin_export(
    session: AsyncSession,
    actor: Actor,
    *,
    contact_filter: ContactFilter,
    segment_id: UUID | None = None,
) -> tuple[list[FileColumn], ContactFilter]:
    """Note that contacts are exported, and return the columns and which contacts.

    Raises:
        Forbidden: The actor may not export contacts.
        NotFound: The workspace has no such segment.
    """
    require(actor, Permission.CONTACTS_EXPORT)
    chosen = contact_filter
    if segment_id:
        chosen = await segments.read_filter(session, actor, segment_id=segment_id)
    fields = await load_fields(session, actor.workspace_id)
    activity.record(
        session,
        actor,
        "contact.exported",
        about="contact",
        contacts=await listing.count_contacts(session, actor, contact_filter=chosen),
    )
    return columns_of([field for field in fields if field.is_active]), chosen


async def read_rows(
    session: AsyncSession,
    actor: Actor,
    *,
    columns: Sequence[FileColumn],
    contact_filter: ContactFilter,
    cursor: str = "",
) -> tuple[list[tuple[str, ...]], str]:
    """Return the next rows of an export and where to go on; nowhere at the end.

    Raises:
        Forbidden: The actor may not export contacts.
    """
    require(actor, Permission.CONTACTS_EXPORT)
    page = await listing.load_window(
        session,
        actor.workspace_id,
        contact_filter=contact_filter,
        sort=Sort(),
        cursor=cursor,
        limit=WINDOW,
    )
    return [cells_of(contact, columns) for contact in page.rows], page.cursor


def read_filter(text: str) -> ContactFilter:
    """Read a filter out of an address.

    Raises:
        Invalid: It is none.
    """
    try:
        return ContactFilter.model_validate_json(text) if text else ContactFilter()
    except ValueError:
        raise Invalid.field("filter", "This filter cannot be read.") from None
