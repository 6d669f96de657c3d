"""Sending deliveries: each object's in order, different objects side by side, none lost."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.core.events import Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import service as mail
from xobito_app.features.outbound_http import service as client
from xobito_app.features.webhooks import rules
from xobito_app.features.webhooks.job_types import WEBHOOKS_DELIVER
from xobito_app.features.webhooks.repository import DeliveryRepository, EndpointRepository
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.webhooks import (
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.persistence.vault import vault

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=rules.ANSWER_SECONDS + 60)
"""A delivery in hand for longer belongs to a worker that died."""
LOOK_AGAIN_SECONDS = 1.0
GATHER_SECONDS = 0.02
SUCCESS_NOTED_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(days=30)
BATCH = 1000
TOO_LATE = "Not delivered within 24 hours."


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery in hand with all it takes to send it."""

    delivery_id: UUID
    event_id: UUID
    event: str
    body: bytes
    made_at: datetime
    is_test: bool
    claimed_at: datetime
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try; `error` is empty for a success."""

    headers: dict[str, str]
    duration_ms: int
    answer: client.Answer | None = None
    error: str = ""


async def deliver(workspace_id: UUID) -> int:
    """Send what is due in a workspace until nothing is; return how many tries were made.

    While the endpoint keeps failing only one delivery is tried, and then the sweep is waited for.
    """
    in_flight: set[asyncio.Task[bool]] = set()
    tries = 0
    try:
        while True:
            claimed_rows, is_probing = await _claim(workspace_id, rules.IN_FLIGHT - len(in_flight))
            in_flight |= {
                asyncio.create_task(_send(workspace_id, claimed)) for claimed in claimed_rows
            }
            tries += len(claimed_rows)
            if not in_flight:
                return tries
            await asyncio.wait(
                in_flight, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            # A moment in which more may land: one claim serves them all.
            await asyncio.sleep(GATHER_SECONDS)
            done = {task for task in in_flight if task.done()}
            in_flight -= done
            if is_probing and done and not in_flight and not any(task.result() for task in done):
                return tries
    finally:
        # An ending process leaves what is on its way to the sweep.
        for task in in_flight:
            task.cancel()


async def _claim(workspace_id: UUID, free: int) -> tuple[list[ClaimedDelivery], bool]:
    """Take due deliveries in hand, and tell whether the endpoint is only probed."""
    if free <= 0:
        return [], False
    async with unit_of_work(workspace_id) as uow:
        # One claim at a time: the number on the way is counted and then added to.
        endpoint = await EndpointRepository(uow.session, workspace_id).find_only(lock=True)
        if endpoint is None or endpoint.state != EndpointState.ACTIVE:
            return [], False
        deliveries = DeliveryRepository(uow.session, workspace_id)
        is_probing = endpoint.failure_count >= rules.STREAK
        most = 1 if is_probing else rules.IN_FLIGHT
        room = min(free, most - await deliveries.count_sending(endpoint.id))
        if room <= 0:
            return [], is_probing
        now = clock.now()
        rows = await deliveries.lock_due(endpoint.id, now, room)
        for row in rows:
            row.state, row.claimed_at, row.attempts = DeliveryState.SENDING, now, row.attempts + 1
            uow.session.add(row)
        secret = vault().open(endpoint.secret_sealed) if rows else ""
        claimed_rows = [claimed_delivery(row, endpoint.url, secret, now) for row in rows]
    return claimed_rows, is_probing


def claimed_delivery(
    row: WebhookDelivery, url: str, secret: str, claimed_at: datetime
) -> ClaimedDelivery:
    """Return a delivery with where it goes and what signs it."""
    return ClaimedDelivery(
        delivery_id=row.id,
        event_id=row.event_id,
        event=row.event,
        body=row.body,
        made_at=row.created_at,
        is_test=row.is_test,
        claimed_at=claimed_at,
        url=url,
        secret=secret,
    )


async def _send(workspace_id: UUID, claimed: ClaimedDelivery) -> bool:
    """Send one delivery, note what came of it, and tell whether it arrived."""
    try:
        outcome = await post(claimed)
        await _note(workspace_id, claimed, outcome)
    except Exception:
        # The row stays `sending`; the sweep puts it back.
        log.exception("webhook.not_noted", extra={"delivery_id": str(claimed.delivery_id)})
        return False
    return not outcome.error


async def post(claimed: ClaimedDelivery) -> Outcome:
    """Send the bytes once, within the time, and return what came of it."""
    headers = rules.headers_for(
        event=claimed.event,
        event_id=str(claimed.event_id),
        at=claimed.made_at,
        signature=rules.sign(claimed.secret, claimed.body),
        is_test=claimed.is_test,
    )
    begun = time.monotonic()
    answer, error = None, ""
    try:
        answer = await client.call(
            "POST",
            claimed.url,
            headers=headers,
            content=claimed.body,
            seconds=rules.ANSWER_SECONDS,
            most=rules.ANSWER_BYTES,
        )
        error = rules.why_refused(answer.status)
    except AppError as failure:
        error = failure.message
    return Outcome(headers, int((time.monotonic() - begun) * 1000), answer, error)


def keep(row: WebhookDelivery, url: str, outcome: Outcome, at: datetime) -> None:
    """Keep what was sent and what was answered."""
    answer = outcome.answer
    row.url, row.tried_at, row.duration_ms = url, at, outcome.duration_ms
    row.request_headers = outcome.headers
    row.status_code = answer.status if answer else None
    row.response_headers = dict(answer.headers) if answer else {}
    # PostgreSQL's text has no NUL.
    text = answer.body.decode("utf-8", "replace") if answer else ""
    row.response_body = text.replace("\0", "")
    row.error = outcome.error


async def _note(workspace_id: UUID, claimed: ClaimedDelivery, outcome: Outcome) -> None:
    async with unit_of_work(workspace_id) as uow:
        endpoints = EndpointRepository(uow.session, workspace_id)
        endpoint = await endpoints.find_only()
        if endpoint and (outcome.error or _is_news(endpoint)):
            # Endpoint before delivery, as when claiming: no two ever wait for each other.
            endpoint = await endpoints.find_only(lock=True)
        deliveries = DeliveryRepository(uow.session, workspace_id)
        row = await deliveries.one_or_none(
            deliveries.scoped().where(WebhookDelivery.id == claimed.delivery_id).with_for_update()
        )
        if (
            row is None
            or endpoint is None
            or row.state != DeliveryState.SENDING
            or row.claimed_at != claimed.claimed_at
        ):
            return
        now = clock.now()
        keep(row, claimed.url, outcome, now)
        row.claimed_at = None
        uow.session.add(row)
        if outcome.error:
            row.next_try_at = rules.next_try(row.created_at, row.attempts, now)
            row.state = DeliveryState.PENDING if row.next_try_at else DeliveryState.FAILED
            if row.next_try_at:
                await deliveries.hold_line(row, row.next_try_at)
            await _count_failure(uow.session, endpoint, now)
        else:
            row.state, row.next_try_at = DeliveryState.DELIVERED, None
            if _is_news(endpoint):
                await _count_success(deliveries, endpoint, now)
    log.info(
        "webhook.tried",
        extra={
            "delivery_id": str(claimed.delivery_id),
            "status": row.status_code,
            "state": str(row.state),
        },
    )


def _is_news(endpoint: WebhookEndpoint) -> bool:
    """Tell whether a success is worth noting at the endpoint."""
    last = endpoint.last_success_at
    return bool(endpoint.failure_count) or (
        last is None or clock.now() - last >= SUCCESS_NOTED_EVERY
    )


async def _count_success(
    deliveries: DeliveryRepository, endpoint: WebhookEndpoint, now: datetime
) -> None:
    if endpoint.failure_count:
        endpoint.failure_count, endpoint.failing_since = 0, None
        await deliveries.wake(endpoint.id, now)
    endpoint.last_success_at = now
    deliveries.session.add(endpoint)


async def _count_failure(session: AsyncSession, endpoint: WebhookEndpoint, now: datetime) -> None:
    endpoint.failure_count += 1
    endpoint.failing_since = endpoint.failing_since or now
    session.add(endpoint)
    if endpoint.state != EndpointState.ACTIVE or not rules.must_disable(
        endpoint.failing_since, endpoint.failure_count, now
    ):
        return
    endpoint.state, endpoint.disabled_at = EndpointState.DISABLED, now
    endpoint.reason = (
        f"{endpoint.failure_count} tries failed in a row, the first on "
        f"{endpoint.failing_since:%d %B %Y at %H:%M} UTC. Events are not sent any more."
    )
    actor = system_actor(WorkspaceId(endpoint.workspace_id))
    activity.record(
        session,
        actor,
        "webhook.disabled",
        about="webhook",
        object_id=endpoint.id,
        name=endpoint.url,
        failures=endpoint.failure_count,
    )
    announce(session, endpoint.workspace_id, Topic.SETTINGS, endpoint.workspace_id)
    letter = mail.webhook_disabled_email(
        url=endpoint.url, reason=endpoint.reason, link=mail.page_url("/settings/webhooks")
    )
    for email in await workspaces.list_emails(
        session, endpoint.workspace_id, holding=Permission.WEBHOOKS_MANAGE
    ):
        await mail.post(session, email, letter)


async def sweep(workspace_id: UUID) -> None:
    """Put back what dead workers held, end what is too old, wake workers for what is due."""
    async with unit_of_work(workspace_id) as uow:
        endpoint = await EndpointRepository(uow.session, workspace_id).find_only()
        if endpoint is None:
            return
        now = clock.now()
        deliveries = DeliveryRepository(uow.session, workspace_id)
        await deliveries.free_stale(endpoint.id, now - LEASE, now)
        # A little later than the last try is made.
        late = now - rules.GIVE_UP_AFTER - timedelta(minutes=10)
        if endpoint.state == EndpointState.ACTIVE:
            if await deliveries.has_due(endpoint.id, now):
                enqueue(uow.session, WEBHOOKS_DELIVER, workspace_id)
            if endpoint.failure_count < rules.STREAK:
                return
        await deliveries.give_up(endpoint.id, late, TOO_LATE)


async def drop_old(workspace_id: UUID) -> int:
    """Delete deliveries older than the log is kept; return how many."""
    count = 0
    while True:
        async with unit_of_work(workspace_id) as uow:
            deliveries = DeliveryRepository(uow.session, workspace_id)
            dropped = await deliveries.delete_older(clock.now() - KEPT_FOR, BATCH)
        count += dropped
        if dropped < BATCH:
            return count
