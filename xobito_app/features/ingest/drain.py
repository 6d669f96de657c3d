"""Reading stored deliveries in order: one drainer at a time, in batches, none held up."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError

from xobito_app.core import clock
from xobito_app.features.ingest import routing
from xobito_app.features.ingest.apply import apply_parts
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.models.connection import EventState, InboundEvent
from xobito_app.persistence.unit_of_work import UnitOfWork, unit_of_work
from xobito_app.whatsapp.inbound import Part, parse

log = logging.getLogger(__name__)

BATCH = 200
"""Deliveries read in one transaction."""


@dataclass(slots=True)
class _Work:
    """A delivery of one workspace and what stands in it."""

    event: InboundEvent
    parts: tuple[Part, ...]


async def drain() -> int:
    """Read all waiting deliveries and return how many were read.

    Only one process drains at a time, which is what keeps a contact's messages in order. A
    process that finds another at work leaves; the one at work looks once more after it let go,
    so nothing that came meanwhile is forgotten.
    """
    count = 0
    while True:
        batch = await _drain_batch()
        if batch is None:
            return count
        count += batch
        if batch < BATCH:
            async with unit_of_work() as uow:
                if not await DeliveryRepository(uow.session).has_pending():
                    return count


async def _drain_batch() -> int | None:
    """Read one batch; None when another process is draining."""
    async with unit_of_work() as uow:
        deliveries = DeliveryRepository(uow.session)
        if not await deliveries.try_lock():
            return None
        events = await deliveries.list_pending(BATCH)
        by_workspace: dict[UUID, list[_Work]] = {}
        for workspace_id, work in await _sort(uow, deliveries, events):
            by_workspace.setdefault(workspace_id, []).append(work)
        for workspace_id, works in by_workspace.items():
            await uow.enter(workspace_id)
            await _apply(uow, workspace_id, works)
        return len(events)


async def _sort(
    uow: UnitOfWork, deliveries: DeliveryRepository, events: Sequence[InboundEvent]
) -> list[tuple[UUID, _Work]]:
    """Find out whose each delivery is; one with several owners is split into one for each."""
    bodies: list[tuple[InboundEvent, dict[str, Any]]] = []
    accounts: set[str] = set()
    numbers: set[str] = set()
    for event in events:
        event.attempts += 1
        event.processed_at = clock.now()
        body = _read(event)
        if body is not None:
            bodies.append((event, body))
            named = routing.ids_in(body)
            accounts |= named[0]
            numbers |= named[1]
    with uow.session.no_autoflush:
        routes = await deliveries.find_routes(accounts, numbers)
    found: list[tuple[UUID, _Work]] = []
    for event, body in bodies:
        shares = routing.split(body, routes)
        owners = [owner for owner in shares if owner is not None]
        if not owners:
            event.state = EventState.UNCLAIMED
            event.error = "No workspace is connected to the account or number it names."
        elif len(shares) == 1:
            event.workspace_id = owners[0]
            found.append((owners[0], _Work(event, _parts(event, body))))
        else:
            event.state = EventState.SPLIT
            for owner, share in shares.items():
                child = _child(event, owner, share)
                uow.session.add(child)
                if owner is not None:
                    found.append(
                        (
                            owner,
                            _Work(child, _parts(event, share)),
                        )
                    )
    return found


def _parts(event: InboundEvent, body: dict[str, Any]) -> tuple[Part, ...]:
    """Read a body; odd timestamps are judged by the customers' time, not ours."""
    return parse(body, event.received_at + clock.ahead()).parts


def _read(event: InboundEvent) -> dict[str, Any] | None:
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    event.state = EventState.FAILED
    event.error = "The body is not a JSON object."
    return None


def _child(event: InboundEvent, owner: UUID | None, share: dict[str, Any]) -> InboundEvent:
    digest = hashlib.sha256(f"{event.digest}:{owner}".encode()).hexdigest()
    return InboundEvent(
        digest=digest,
        received_at=event.received_at,
        state=EventState.PENDING if owner else EventState.UNCLAIMED,
        workspace_id=owner,
        body=json.dumps(share),
        attempts=1,
        processed_at=event.processed_at,
    )


async def _apply(uow: UnitOfWork, workspace_id: UUID, works: Sequence[_Work]) -> None:
    """Apply a workspace's deliveries together; when that fails, one by one, then part by part."""
    parts = [part for work in works for part in work.parts]
    summary = await _try(uow, workspace_id, parts)
    if summary is not None:
        for work in works:
            said = summary if len(works) == 1 else _name_parts(work.parts)
            _conclude(work.event, len(work.parts), [], said)
        return
    for work in works:
        failures: list[str] = []
        summaries: list[str] = []
        for part in work.parts:
            said = await _try(uow, workspace_id, [part], failures)
            if said:
                summaries.append(said)
        _conclude(work.event, len(work.parts), failures, ", ".join(summaries))


def _name_parts(parts: Sequence[Part]) -> str:
    """Return what stands in a delivery, for those done together with others."""
    names = Counter(re.sub(r"(?<!^)(?=[A-Z])", " ", type(part).__name__).lower() for part in parts)
    return ", ".join(f"{count} × {name}" for name, count in names.items())


async def _try(
    uow: UnitOfWork, workspace_id: UUID, parts: Sequence[Part], failures: list[str] | None = None
) -> str | None:
    """Apply parts in a savepoint; None when they did not work."""
    try:
        async with uow.session.begin_nested():
            return await apply_parts(uow.session, workspace_id, parts)
    except OperationalError:
        # The database, not the delivery, is in trouble: the whole batch is tried again later.
        raise
    except Exception as error:
        if failures is not None:
            log.exception("inbound.part_failed", extra={"workspace_id": workspace_id})
            failures.append(f"{type(parts[0]).__name__}: {error}"[:500])
        return None


def _conclude(event: InboundEvent, parts: int, failures: list[str], summary: str) -> None:
    if not failures:
        event.state = EventState.DONE
    else:
        event.state = EventState.FAILED if len(failures) >= parts else EventState.PARTIAL
    event.summary = summary[:2000]
    event.error = "\n".join(failures)[:4000]


async def replay(workspace_id: UUID, event_id: UUID) -> None:
    """Read one delivery of a workspace again; what it did before is not done twice."""
    async with unit_of_work(workspace_id) as uow:
        event = await DeliveryRepository(uow.session).get(event_id)
        if event is None or event.workspace_id != workspace_id:
            return
        body = _read(event)
        event.attempts += 1
        event.processed_at = clock.now()
        if body is not None:
            await _apply(
                uow,
                workspace_id,
                [_Work(event, _parts(event, body))],
            )
