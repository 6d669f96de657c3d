"""Turning changed contacts, statuses and sources into deliveries, inside the unit of work."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.events import RecordsChanged
from xobito_app.features.contacts.service import publish_records
from xobito_app.features.webhooks.job_types import WEBHOOKS_DELIVER
from xobito_app.features.webhooks.repository import EndpointRepository
from xobito_app.features.webhooks.rules import Subject, body_of
from xobito_app.models.webhooks import WebhookDelivery
from xobito_app.persistence.unit_of_work import enqueue

_LISTENING = "xobito.webhooks"
Listening = tuple[UUID, frozenset[str]]


async def on_change(session: AsyncSession, event: RecordsChanged) -> None:
    """Write a delivery for each changed record, if anybody listens.

    When nobody does it costs one short query in a unit of work, however many events it has.
    """
    known: dict[UUID, Listening | None] = session.info.setdefault(_LISTENING, {})
    if event.workspace_id not in known:
        repository = EndpointRepository(session, event.workspace_id)
        known[event.workspace_id] = await repository.find_listening()
    listening = known[event.workspace_id]
    name = f"{event.record.value}.{event.change_type.value}"
    if listening is None or name not in listening[1]:
        return
    changed = [change.record_id for change in event.changes]
    found = await publish_records(session, event.workspace_id, event.record, changed)
    now = clock.now()
    # Made once for what all have in common: a big import has hundreds of thousands of them.
    shared = WebhookDelivery(
        workspace_id=event.workspace_id,
        endpoint_id=listening[0],
        event_id=event.workspace_id,
        event=name,
        object_key="",
        body=b"",
        created_at=now,
        next_try_at=now,
    ).model_dump(exclude={"position"})
    rows = []
    for change in event.changes:
        if (record := found.get(change.record_id)) is None:
            continue
        subject = Subject(record.id, record.attributes, record.relations)
        event_id = ids.new()
        rows.append(
            {
                **shared,
                "id": event_id,
                "event_id": event_id,
                "object_key": f"{event.record.value}:{change.record_id}",
                "body": body_of(event.record, event.change_type, subject, change.original, now),
            }
        )
    if rows:
        await (await session.connection()).execute(insert(WebhookDelivery), rows)
        enqueue(session, WEBHOOKS_DELIVER, event.workspace_id)
