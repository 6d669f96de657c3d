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
from xobito_app.features.activity import service as activity
from xobito_app.features.ingest import drain
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.models.connection import EventState, InboundEvent
from xobito_app.persistence.unit_of_work import announce, unit_of_work

_GONE = "This delivery is no longer in the journal."
_KINDS = 4


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
    """A delivery whole."""

    line: DeliveryLine
    attempts: int
    processed_at: datetime | None
    size: int
    body: str


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
        size=len(row.body.encode()),
        body=_pretty(row.body),
    )


async def replay(actor: Actor, *, event_id: UUID) -> None:
    """Do what a delivery says once more; what it did before is not done twice.

    Raises:
        Forbidden: The actor may not manage the connection.
        NotFound: It is another workspace's or was cleared.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    async with unit_of_work(actor.workspace_id) as uow:
        row = await DeliveryRepository(uow.session).find_own(actor.workspace_id, event_id)
        if row is None:
            raise NotFound(_GONE)
    await drain.replay(actor.workspace_id, event_id)
    async with unit_of_work(actor.workspace_id) as uow:
        activity.record(
            uow.session, actor, "delivery.replayed", about="delivery", object_id=event_id
        )
        announce(uow.session, actor.workspace_id, Topic.JOURNAL, actor.workspace_id)


def _line(row: InboundEvent) -> DeliveryLine:
    return DeliveryLine(
        id=row.id,
        received_at=row.received_at,
        state=EventState(row.state),
        fields=_fields_of(row.body),
        summary=row.summary,
        error=row.error,
        repeats=row.repeats,
    )


def _fields_of(body: str) -> tuple[str, ...]:
    """Return the first few different webhook fields a body names, whatever else it holds."""
    try:
        entries = json.loads(body)["entry"]
        names = [str(change["field"]) for entry in entries for change in entry["changes"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    return tuple(dict.fromkeys(names))[:_KINDS]


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
