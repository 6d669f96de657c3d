"""What the database refuses, said as the error of a field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid

PHONE_TAKEN = "uq_contact_workspace_id_phone"
REFUSALS: Mapping[str, tuple[str, str]] = {
    PHONE_TAKEN: ("phone", "This number already belongs to another contact."),
    "uq_contact_email": ("email", "This e-mail address already belongs to another contact."),
    "fk_contact_status_id": ("status_id", "This status no longer exists."),
    "fk_contact_source_id": ("source_id", "This source no longer exists."),
    "fk_contact_assignee_id": ("assignee_id", "This person is not in the workspace."),
    "fk_contact_group_member_group_id": ("groups", "One of the groups no longer exists."),
    "uq_contact_status_name": ("name", "There is already a status with this name."),
    "uq_contact_status_default": ("is_default", "Somebody else changed the default just now."),
    "uq_contact_source_name": ("name", "There is already a source with this name."),
    "uq_contact_group_name": ("name", "There is already a group with this name."),
    "uq_segment_name": ("name", "There is already a segment with this name."),
    "uq_custom_field_workspace_id_slug": ("slug", "There is already a field with this slug."),
}


@asynccontextmanager
async def integrity_as_invalid(session: AsyncSession) -> AsyncIterator[None]:
    """Write inside a savepoint: whoever came second hears which field, and the unit lives on.

    Raises:
        Invalid: The database refused a row for a reason a person can do something about.
    """
    try:
        async with session.begin_nested():
            yield
            await session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
        if constraint not in REFUSALS:
            raise
        raise Invalid.field(*REFUSALS[constraint]) from None
