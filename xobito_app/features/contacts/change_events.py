"""Telling of changed contacts, statuses and sources: to other features, and to live screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import (
    ChangeType,
    RecordChange,
    RecordsChanged,
    RecordType,
    Topic,
    publish,
)
from xobito_app.persistence.unit_of_work import announce

TOLD_AT_ONCE = 500
PROGRESS_EVERY = timedelta(seconds=1)
"""How often the screens hear how far background work is."""
FEW = 20
"""Up to so many changed contacts are announced one by one; more as a changed list."""


async def tell_contacts(
    session: AsyncSession,
    workspace_id: UUID,
    change_type: ChangeType,
    changes: Mapping[UUID, Mapping[str, Any]] | Collection[UUID],
) -> None:
    """Tell of contacts, on update with the old values of what changed.

    Screens hear each id of a few; of many they hear the workspace's: the list is another now.
    """
    originals = changes if isinstance(changes, Mapping) else {key: {} for key in changes}
    if not originals:
        return
    await tell_records(session, workspace_id, RecordType.CONTACT, change_type, originals)
    about: Iterable[UUID] = originals if len(originals) <= FEW else (workspace_id,)
    for changed in about:
        announce(session, workspace_id, Topic.CONTACT, changed)


async def tell_records(
    session: AsyncSession,
    workspace_id: UUID,
    record: RecordType,
    change_type: ChangeType,
    originals: Mapping[UUID, Mapping[str, Any]],
) -> None:
    """Publish what happened to rows of one kind, some hundred at a time."""
    told = [
        RecordChange(row_id, {name: plain(value) for name, value in original.items()})
        for row_id, original in originals.items()
    ]
    for start in range(0, len(told), TOLD_AT_ONCE):
        part = tuple(told[start : start + TOLD_AT_ONCE])
        await publish(session, RecordsChanged(workspace_id, record, change_type, part))


def is_progress_due(progress_sent_at: datetime | None, now: datetime) -> bool:
    """Tell whether the screens should hear again how far work is."""
    return progress_sent_at is None or now - progress_sent_at >= PROGRESS_EVERY


def percent_of(done: int, total: int, *, is_done: bool) -> int:
    """Return how much of some work is done, 0 to 100; all of it only at its very end."""
    if is_done:
        return 100
    return min(99, done * 100 // total) if total else 0


def plain(value: Any) -> Any:
    """Return a column's value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
