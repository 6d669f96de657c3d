"""Setting up outbound webhooks and looking at what they delivered."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids, paging
from xobito_app.core.errors import Invalid
from xobito_app.core.events import ChangeType, RecordType, Topic
from xobito_app.core.net import read_url
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.service import sample_contact
from xobito_app.features.outbound_http.service import try_address
from xobito_app.features.webhooks import deliver, rules
from xobito_app.features.webhooks.job_types import WEBHOOKS_DELIVER
from xobito_app.features.webhooks.repository import DeliveryRepository, EndpointRepository
from xobito_app.features.webhooks.schemas import (
    Configured,
    DeliveryLine,
    DeliveryView,
    EndpointView,
)
from xobito_app.models.webhooks import (
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.persistence.vault import vault

TEST_EVENT = f"{RecordType.CONTACT.value}.{ChangeType.CREATED.value}"
_NOBODY = UUID(int=0)


async def read_endpoint(session: AsyncSession, actor: Actor) -> EndpointView | None:
    """Return the workspace's endpoint; None when there is none yet.

    Raises:
        Forbidden: The actor may not manage webhooks.
    """
    require(actor, Permission.WEBHOOKS_MANAGE)
    row = await EndpointRepository(session, actor.workspace_id).find_only()
    return EndpointView.of(row) if row else None


async def configure(
    actor: Actor, *, url: str, events: Collection[str], is_on: bool = True, renew: bool = False
) -> Configured:
    """Save where events go and which; make a secret when there is none yet.

    The address is looked up and tried first, outside any transaction. One that does not answer
    at the moment is saved all the same, with a warning.

    Args:
        actor: Who saves.
        url: An http or https address outside private networks.
        events: Some of the nine.
        is_on: Whether events are sent at all.
        renew: Make a new secret even when there is one.

    Raises:
        Forbidden: The actor may not manage webhooks.
        Invalid: The address is refused or unknown, or an event is none of the nine.
    """
    require(actor, Permission.WEBHOOKS_MANAGE)
    address = read_url(url)
    wanted = _read_events(events, is_on=is_on)
    warning = await try_address(address)
    async with unit_of_work(actor.workspace_id) as uow:
        endpoints = EndpointRepository(uow.session, actor.workspace_id)
        row = await endpoints.find_only(lock=True)
        secret = secrets.token_hex(32) if row is None or renew else ""
        if row is None:
            row = WebhookEndpoint(workspace_id=actor.workspace_id, url=address, secret_sealed="")
        if secret:
            row.secret_sealed = vault().seal(secret)
        if address != row.url or (is_on and row.state != EndpointState.ACTIVE):
            _begin_anew(row)
        row.url, row.events, row.updated_at = address, wanted, clock.now()
        row.state = EndpointState.ACTIVE if is_on else EndpointState.OFF
        await endpoints.add(row)
        if is_on:
            await _wake(uow.session, row)
        activity.record(
            uow.session,
            actor,
            "webhook.saved",
            about="webhook",
            object_id=row.id,
            name=row.url,
            events=wanted,
            is_on=is_on,
        )
        announce(uow.session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)
        return Configured(EndpointView.of(row), secret, warning)


def _read_events(events: Collection[str], *, is_on: bool) -> list[str]:
    wanted = [event for event in rules.EVENTS if event in events]
    if unknown := sorted(set(events) - set(rules.EVENTS)):
        raise Invalid.field(
            "events", f"There is no event {unknown[0]}. There are: {', '.join(rules.EVENTS)}."
        )
    if is_on and not wanted:
        raise Invalid.field("events", "Choose at least one event, or switch the webhook off.")
    return wanted


def _begin_anew(row: WebhookEndpoint) -> None:
    row.failure_count, row.failing_since = 0, None
    row.reason, row.disabled_at = "", None


async def _wake(session: AsyncSession, row: WebhookEndpoint) -> None:
    await DeliveryRepository(session, row.workspace_id).wake(row.id, clock.now())
    enqueue(session, WEBHOOKS_DELIVER, row.workspace_id)


async def rotate_secret(session: AsyncSession, actor: Actor) -> str:
    """Make a new signing secret and return it, this once; all that is sent from now on uses it.

    Raises:
        NotFound: There is no endpoint yet.
    """
    row = await _get(session, actor)
    secret = secrets.token_hex(32)
    row.secret_sealed = vault().seal(secret)
    session.add(row)
    activity.record(
        session,
        actor,
        "webhook.secret_rotated",
        about="webhook",
        object_id=row.id,
        name=row.url,
    )
    return secret


async def switch(session: AsyncSession, actor: Actor, *, is_on: bool) -> None:
    """Send events or stop; on again also ends that it was disabled for its failures.

    Raises:
        NotFound: There is no endpoint yet.
        Invalid: It has no event to send.
    """
    row = await _get(session, actor)
    if is_on:
        _read_events(row.events, is_on=True)
        _begin_anew(row)
        row.state = EndpointState.ACTIVE
        await _wake(session, row)
    else:
        row.state = EndpointState.OFF
    session.add(row)
    activity.record(
        session,
        actor,
        "webhook.switched_on" if is_on else "webhook.switched_off",
        about="webhook",
        object_id=row.id,
        name=row.url,
    )
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


async def _get(session: AsyncSession, actor: Actor) -> WebhookEndpoint:
    require(actor, Permission.WEBHOOKS_MANAGE)
    endpoints = EndpointRepository(session, actor.workspace_id)
    row = await endpoints.find_only(lock=True)
    return row if row is not None else await endpoints.get(_NOBODY)


async def send_test(actor: Actor) -> DeliveryView:
    """Send a sample event now, and return it with the answer; it stands in the log as a test.

    It is sent once, whatever comes of it, and with `X-Webhook-Test: true`.

    Raises:
        NotFound: There is no endpoint yet.
    """
    event_id, now = ids.new(), clock.now()
    sample = sample_contact(now)
    subject = rules.Subject(sample.id, sample.attributes, sample.relations)
    async with unit_of_work(actor.workspace_id) as uow:
        endpoint = await _get(uow.session, actor)
        row = WebhookDelivery(
            id=event_id,
            event_id=event_id,
            workspace_id=actor.workspace_id,
            endpoint_id=endpoint.id,
            event=TEST_EVENT,
            object_key="test",
            body=rules.body_of(RecordType.CONTACT, ChangeType.CREATED, subject, {}, now),
            is_test=True,
            attempts=1,
            created_at=now,
        )
        url, secret = endpoint.url, vault().open(endpoint.secret_sealed)
    outcome = await deliver.post(row, url, secret)
    deliver.keep(row, url, outcome, clock.now())
    row.state = DeliveryState.FAILED if outcome.error else DeliveryState.DELIVERED
    async with unit_of_work(actor.workspace_id) as uow:
        uow.session.add(row)
        activity.record(
            uow.session,
            actor,
            "webhook.tested",
            about="webhook",
            object_id=row.endpoint_id,
            name=url,
            status=row.status_code,
        )
    return DeliveryView.of(row)


async def list_deliveries(
    session: AsyncSession,
    actor: Actor,
    *,
    state: str = "",
    event: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[DeliveryLine]:
    """Return a window of the delivery log, newest first.

    Args:
        session: Where it is read.
        actor: Who looks.
        state: `pending` (what is on its way included), `delivered`, `failed`, or all.
        event: One of the nine, or all.
        cursor: Of the window before.
        limit: Rows of a window.

    Raises:
        Forbidden: The actor may not manage webhooks.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.WEBHOOKS_MANAGE)
    rows = await DeliveryRepository(session, actor.workspace_id).page(
        state=state, event=event, cursor=cursor, limit=limit + 1
    )
    page = paging.page_of(rows, limit, lambda row: (row.created_at, row.id))
    return page.map(DeliveryLine.of)


async def read_delivery(session: AsyncSession, actor: Actor, *, delivery_id: UUID) -> DeliveryView:
    """Return one delivery with its request and answer.

    Raises:
        NotFound: The workspace has no such delivery.
    """
    require(actor, Permission.WEBHOOKS_MANAGE)
    return DeliveryView.of(await DeliveryRepository(session, actor.workspace_id).get(delivery_id))


async def redeliver(session: AsyncSession, actor: Actor, *, delivery_id: UUID) -> UUID:
    """Send a delivery's event once more, under its old id, and return the new delivery.

    Raises:
        NotFound: The workspace has no such delivery.
        Invalid: The webhook is off, it was a test, or it is still on its way.
    """
    endpoint = await _get(session, actor)
    deliveries = DeliveryRepository(session, actor.workspace_id)
    row = await deliveries.get(delivery_id)
    if endpoint.state != EndpointState.ACTIVE:
        raise Invalid("The webhook is off. Switch it on first.")
    if row.is_test:
        raise Invalid("This was a test. Send another one instead.")
    if row.state in (DeliveryState.PENDING, DeliveryState.SENDING):
        raise Invalid("This is still on its way.")
    again = await deliveries.add(
        WebhookDelivery(
            workspace_id=actor.workspace_id,
            endpoint_id=endpoint.id,
            event_id=row.event_id,
            event=row.event,
            object_key=row.object_key,
            body=row.body,
            next_try_at=clock.now(),
        )
    )
    enqueue(session, WEBHOOKS_DELIVER, actor.workspace_id)
    activity.record(
        session,
        actor,
        "webhook.redelivered",
        about="webhook",
        object_id=endpoint.id,
        name=endpoint.url,
        event=row.event,
        event_id=str(row.event_id),
    )
    return again.id
