"""The event journal: every delivery as it came, what it did or why not, and doing it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import NotFound
from xobito_app.core.events import Topic
from xobito_app.core.paging import WINDOW, Page, decode, encode
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.ingest.covering import covered
from xobito_app.features.ingest.job_types import INBOUND_DRAIN
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.models.connection import EventState, InboundEvent
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp import inbound_body

_GONE = "This delivery is no longer in the journal."
_PRETTY_BYTES = 200_000
"""Larger bodies are shown as they came: taking one apart would hold up the whole process."""
_MOST_BYTES = 200_000
_OWNERLESS = {EventState.UNCLAIMED, EventState.REFUSED}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery as the journal lists it.

    Attributes:
        fields: The kinds of news in it, in Meta's words, such as `messages`.
        repeats: How often Meta sent the very same again.
    """

    id: UUID
    received_at: datetime
    state: EventState
    fields: tuple[str, ...]
    summary: str
    error: str
    repeats: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery whole.

    Attributes:
        body: Its beginning when it is very large; empty when nothing of it may be shown.
        is_covered: What people wrote and who they are is left out.
    """

    line: DeliveryLine
    attempts: int
    processed_at: datetime | None
    size: int
    body: str
    is_covered: bool


async def list_deliveries(
    session: AsyncSession,
    actor: Actor,
    *,
    state: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[DeliveryLine]:
    """Return a window of the workspace's deliveries, newest first.

    Args:
        session: Where it is read.
        actor: Who looks.
        state: One of `EventState`, or empty for all; an unknown one finds nothing.
        cursor: Of the page before.
        limit: The size of the window.

    Raises:
        Forbidden: The actor may not see the connection.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    rows = await DeliveryRepository(session).list_journal(
        actor.workspace_id,
        state=state,
        before=decode(cursor)[1] if cursor else None,
        limit=limit + 1,
    )
    window = rows[:limit]
    last = encode(window[-1].received_at, window[-1].id) if len(rows) > limit else ""
    return Page(tuple(_line(row) for row in window), last)


async def read_delivery(session: AsyncSession, actor: Actor, *, event_id: UUID) -> DeliveryView:
    """Return a delivery with its body, indented for reading.

    Who may not see every conversation reads the shape of it only: a delivery may be of anybody.

    Raises:
        Forbidden: The actor may not see the connection.
        NotFound: It is another workspace's or was cleared.
    """
    require(actor, Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    row = await DeliveryRepository(session).find_own(actor.workspace_id, event_id)
    if row is None:
        raise NotFound(_GONE)
    return DeliveryView(
        line=_line(row),
        attempts=row.attempts,
        processed_at=row.processed_at,
        size=len(row.body),
        body=_shown(actor, row),
        is_covered=not actor.can(Permission.INBOX_VIEW_ALL),
    )


async def replay(session: AsyncSession, actor: Actor, *, event_id: UUID) -> None:
    """Have a delivery read once more by the workers; what it did before is not done twice.

    One that was nobody's is looked at as if it had just come: somebody may be connected now.

    Raises:
        Forbidden: The actor may not manage the connection.
        NotFound: It is another workspace's or was cleared.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    row = await DeliveryRepository(session).lock(actor.workspace_id, event_id)
    if row is None:
        raise NotFound(_GONE)
    if row.state in _OWNERLESS:
        row.workspace_id = None
    row.state, row.attempts, row.processed_at = EventState.PENDING, 0, None
    session.add(row)
    activity.record(session, actor, "delivery.replayed", about="delivery", object_id=event_id)
    announce(session, actor.workspace_id, Topic.JOURNAL, actor.workspace_id)
    enqueue(session, INBOUND_DRAIN)


def _line(row: InboundEvent) -> DeliveryLine:
    return taken_from(row, DeliveryLine, state=EventState(row.state), fields=tuple(row.kinds))


def _shown(actor: Actor, row: InboundEvent) -> str:
    """Return a body for reading; what customers wrote only for those who may see all of it."""
    try:
        body = inbound_body.read(row.body) if len(row.body) <= _PRETTY_BYTES else None
    except ValueError:
        body = None
    if not actor.can(Permission.INBOX_VIEW_ALL):
        # What cannot be taken apart cannot be covered piece by piece.
        return "" if body is None else json.dumps(covered(body), indent=2, ensure_ascii=False)
    if body is None:
        return row.body[:_MOST_BYTES].decode("utf-8", "replace").replace("\0", "␀")
    return json.dumps(body, indent=2, ensure_ascii=False)
