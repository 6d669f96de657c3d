"""Statuses: the stages a team sees its contacts in, one of them the default."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.events import ChangeType, RecordType
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.core.views import taken_from
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.labels.label_changes import (
    change_label,
    count_contacts_of,
    pass_default_to,
    remove_label,
    tell_label,
)
from xobito_app.features.contacts.repository import ContactRepository, StatusRepository
from xobito_app.features.contacts.schemas import StatusView
from xobito_app.models.contacts import Contact, ContactStatus

SHORTEST, LONGEST = 3, 255
MOST_STATUSES = 200
COLOR = "#64748b"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


async def list_statuses(session: AsyncSession, actor: Actor) -> list[StatusView]:
    """Return the statuses in their order, with how many contacts are in each."""
    require(actor, Permission.CONTACTS_VIEW, Permission.STATUSES_MANAGE)
    return await load_statuses(session, actor.workspace_id)


async def load_statuses(session: AsyncSession, workspace_id: UUID) -> list[StatusView]:
    """Return the statuses in their order. The caller judges who may see them."""
    counts = await ContactRepository(session, workspace_id).count_by(col(Contact.status_id))
    rows = await StatusRepository(session, workspace_id).list_all()
    return [_view(row, counts.get(row.id, 0)) for row in rows]


async def get_status(session: AsyncSession, actor: Actor, *, status_id: UUID) -> StatusView:
    """Return one status.

    Raises:
        NotFound: The workspace has no such status.
    """
    require(actor, Permission.CONTACTS_VIEW, Permission.STATUSES_MANAGE)
    row = await StatusRepository(session, actor.workspace_id).get(status_id)
    return _view(row, await count_contacts_of(session, RecordType.STATUS, row))


async def create_status(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    color: str = COLOR,
    is_default: bool = False,
) -> StatusView:
    """Add a status after the others.

    Raises:
        Forbidden: The actor may not manage statuses.
        Invalid: The name is taken or not of 3 to 255 characters, or the color is none.
    """
    require(actor, Permission.STATUSES_MANAGE)
    statuses = StatusRepository(session, actor.workspace_id)
    others = await statuses.list_all()
    _check(others, None, name=name, color=color)
    if len(others) >= MOST_STATUSES:
        raise Invalid.field("name", f"A workspace has at most {MOST_STATUSES} statuses.")
    row = ContactStatus(
        workspace_id=actor.workspace_id,
        name=one_line(name),
        color=color.lower(),
        position=1 + max((other.position for other in others), default=-1),
    )
    async with integrity_as_invalid(session):
        session.add(row)
    if is_default:
        await pass_default_to(session, RecordType.STATUS, row, others)
    await tell_label(session, RecordType.STATUS, ChangeType.CREATED, row, {}, actor=actor)
    return _view(row, 0)


async def update_status(
    session: AsyncSession,
    actor: Actor,
    *,
    status_id: UUID,
    name: str | None = None,
    color: str | None = None,
    is_default: bool | None = None,
    position: int | None = None,
) -> StatusView:
    """Change what is given of a status; making it the default takes that from the other.

    Raises:
        Forbidden: The actor may not manage statuses.
        Invalid: A field breaks its rule; or the default would be taken away without a successor.
        NotFound: The workspace has no such status.
    """
    require(actor, Permission.STATUSES_MANAGE)
    statuses = StatusRepository(session, actor.workspace_id)
    row = await statuses.get(status_id, lock=True)
    others = [other for other in await statuses.list_all() if other.id != status_id]
    _check(
        others,
        status_id,
        name=row.name if name is None else name,
        color=row.color if color is None else color,
    )
    wanted: dict[str, Any] = {
        "name": None if name is None else one_line(name),
        "color": None if color is None else color.lower(),
        "position": None if position is None else max(0, min(position, 10_000)),
    }
    await change_label(
        session, RecordType.STATUS, row, others, wanted, is_default=is_default, actor=actor
    )
    return _view(row, await count_contacts_of(session, RecordType.STATUS, row))


async def delete_status(
    session: AsyncSession, actor: Actor, *, status_id: UUID, replace_with: UUID | None = None
) -> None:
    """Delete a status; contacts in it go to the replacement.

    Raises:
        Forbidden: The actor may not manage statuses.
        Invalid: It is the default, or contacts are in it and no replacement is given.
        NotFound: The workspace has no such status.
    """
    require(actor, Permission.STATUSES_MANAGE)
    row = await StatusRepository(session, actor.workspace_id).get(status_id, lock=True)
    await remove_label(session, RecordType.STATUS, row, replace_with, actor=actor)


def _check(others: Any, status_id: UUID | None, *, name: str, color: str) -> None:
    errors: dict[str, list[str]] = {}
    line = one_line(name)
    if not SHORTEST <= len(line) <= LONGEST:
        errors["name"] = [f"Write a name of {SHORTEST} to {LONGEST} characters."]
    elif any(other.name.lower() == line.lower() and other.id != status_id for other in others):
        errors["name"] = ["There is already a status with this name."]
    if not _HEX.fullmatch(color):
        errors["color"] = ["Write the color like #16a34a."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def _view(row: ContactStatus, contacts: int) -> StatusView:
    return taken_from(row, StatusView, contacts=contacts)
