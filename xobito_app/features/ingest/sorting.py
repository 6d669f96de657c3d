"""Finding out whose a delivery is and what stands in it, before anything is done about it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.features.connection.service import find_app_secret, home_of
from xobito_app.features.ingest import routing
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.features.ingest.routing import Share
from xobito_app.models.connection import EventState, InboundEvent, Route
from xobito_app.whatsapp import inbound_body, signature
from xobito_app.whatsapp.inbound import Part, parse

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LARGE = 64 * 1024
"""Bytes of a body that takes longer to read than others should wait."""
UNREADABLE = "The body is not a JSON object."
UNCLAIMED = "No workspace is connected to the account or number it names."
REFUSED = (
    "It was not signed with the app secret of this workspace's own connection, so it was not read. "
    "If it is genuine, connect again with the app that sent it, and read it again."
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A delivery of one workspace and what stands in it."""

    event_id: UUID
    workspace_id: UUID
    attempts: int
    size: int
    parts: tuple[Part, ...]


async def sort(session: AsyncSession, event_ids: Sequence[UUID]) -> list[Sorted]:
    """Find the owners of deliveries; one with several owners is split into one for each.

    What is nobody's, or cannot be read at all, is concluded here.
    """
    deliveries = DeliveryRepository(session)
    events = await deliveries.list_pending(event_ids)
    bodies = [(event, body) for event in events if (body := await _read(session, event))]
    accounts: set[str] = set()
    numbers: set[str] = set()
    for _, body in bodies:
        named = routing.ids_in(body)
        accounts |= named[0]
        numbers |= named[1]
    routes = await deliveries.find_routes(accounts, numbers)
    found: list[Sorted] = []
    for event, body in bodies:
        event.kinds = routing.kinds_in(body)
        await _prove(session, event, routing.routes_in(body, routes))
        found += await _give_out(session, event, body, routes)
    await session.flush()
    return found


async def _read(session: AsyncSession, event: InboundEvent) -> dict[str, Any] | None:
    try:
        body = await _aside(event, inbound_body.read, event.body)
    except ValueError as error:
        log.info("inbound.unreadable", extra={"reason": type(error).__name__})
        body = None
    if isinstance(body, dict):
        # An empty object is one too, and nobody's.
        return body or {"entry": []}
    event.state, event.error = EventState.FAILED, UNREADABLE
    await _show_at_home(session, event)
    return None


async def _prove(session: AsyncSession, event: InboundEvent, routes: Sequence[Route]) -> None:
    """Add those named whose app secret made the signature, though they were not known then."""
    unproven = [route for route in routes if route.connection_id not in event.signers]
    signed = await DeliveryRepository(session).find_signed(event) if unproven else None
    if signed is None or not signed.signature:
        return
    for connection_id in {route.connection_id for route in unproven}:
        try:
            secret = await find_app_secret(session, connection_id)
        except AppError:
            # Sealed with another SECRET_KEY: it proves nothing.
            continue
        if signature.fits(secret, signed.body, signed.signature):
            event.signers = [*event.signers, connection_id]


async def _give_out(
    session: AsyncSession,
    event: InboundEvent,
    body: dict[str, Any],
    routes: Mapping[tuple[str, str], Route],
) -> list[Sorted]:
    shares = routing.split(body, routes, event.signers, event.workspace_id)
    if not shares:
        shares = {Share(): body}
    if len(shares) == 1:
        ((share, _),) = shares.items()
        await _mark(session, event, share)
        return await _sorted(event, share, body)
    event.state = EventState.SPLIT
    found: list[Sorted] = []
    for share, content in shares.items():
        child = _child(event, share, content)
        await _mark(session, child, share)
        session.add(child)
        found += await _sorted(child, share, content)
    return found


async def _mark(session: AsyncSession, event: InboundEvent, share: Share) -> None:
    """Write down to whom a delivery goes, or why to nobody."""
    if share.workspace_id is None:
        event.state, event.error = EventState.UNCLAIMED, UNCLAIMED
        await _show_at_home(session, event)
        return
    event.workspace_id = share.workspace_id
    if share.is_refused:
        event.state, event.error = EventState.REFUSED, REFUSED


async def _show_at_home(session: AsyncSession, event: InboundEvent) -> None:
    """Let a delivery that is nobody's stand in the journal of the one whose own app sent it."""
    if event.workspace_id is None:
        event.workspace_id = await home_of(session, event.signers)


async def note_unsorted(session: AsyncSession, event_id: UUID, reason: str, *, tries: int) -> None:
    """Keep why a delivery could not be sorted; after so many tries it has failed."""
    for event in await DeliveryRepository(session).list_pending([event_id]):
        event.error = reason
        if event.attempts >= tries:
            event.state = EventState.FAILED
            await _show_at_home(session, event)
        session.add(event)


async def _sorted(event: InboundEvent, share: Share, body: dict[str, Any]) -> list[Sorted]:
    if share.workspace_id is None or share.is_refused:
        return []
    # Odd timestamps are judged by the customers' time, not ours.
    at = event.received_at + clock.simulated_offset()
    parsed = await _aside(event, partial(parse, is_storable=True), body, at)
    return [Sorted(event.id, share.workspace_id, event.attempts, len(event.body), parsed.parts)]


async def _aside(event: InboundEvent, read: Callable[..., Result], *arguments: Any) -> Result:
    """Read a large body in a thread: the loop has messages to send meanwhile."""
    if len(event.body) > LARGE:
        return await asyncio.to_thread(read, *arguments)
    return read(*arguments)


def _child(event: InboundEvent, share: Share, content: dict[str, Any]) -> InboundEvent:
    name = f"{event.digest}:{share.workspace_id}:{share.is_refused}"
    return InboundEvent(
        digest=hashlib.sha256(name.encode()).hexdigest(),
        received_at=event.received_at,
        body=json.dumps(content).encode(),
        signers=event.signers,
        parent_id=event.id,
        kinds=routing.kinds_in(content),
        attempts=event.attempts,
        processed_at=event.processed_at,
    )
