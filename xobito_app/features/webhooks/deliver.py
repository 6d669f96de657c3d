"""Sending deliveries: each object's in order, different objects side by side, none lost."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col
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
from xobito_app.features.webhooks.repository import (
    DELIVERIES,
    DeliveryRepository,
    EndpointRepository,
)
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.webhooks import (
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from xobito_app.persistence.leased_work import Claimed, LeasedWork, Outcome
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.persistence.vault import vault

log = logging.getLogger(__name__)

SUCCESS_NOTED_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(days=30)
BATCH = 1000
TOO_LATE = "Not delivered within 24 hours."


@dataclass(slots=True)
class ClaimedDelivery(Claimed[WebhookDelivery]):
    """A delivery in hand, with where it goes and what signs it."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tried(Outcome):
    """What came of one try; `error` is empty for a success."""

    headers: dict[str, str]
    duration_ms: int
    answer: client.Answer | None = None
    error: str = ""


async def deliver(workspace_id: UUID) -> int:
    """Send what is due in a workspace until nothing is; return how many tries were made.

    While the endpoint keeps failing only one delivery is tried, and then the sweep is waited for.
    """
    return await Delivering(workspace_id).run()


class Delivering(LeasedWork[ClaimedDelivery]):
    """One run over a workspace's deliveries."""

    table = DELIVERIES
    concurrency = rules.IN_FLIGHT
    gather_seconds = 0.02
    _is_probing = False

    async def claim(self, free: int) -> list[ClaimedDelivery]:
        """Take due deliveries in hand, no more than may be on their way to the endpoint."""
        async with unit_of_work(self.workspace_id) as uow:
            # One claim at a time: the number on the way is counted and then added to.
            endpoint = await EndpointRepository(uow.session, self.workspace_id).find_only(lock=True)
            if endpoint is None or endpoint.state != EndpointState.ACTIVE:
                return []
            self._is_probing = endpoint.failure_count >= rules.STREAK
            most = 1 if self._is_probing else rules.IN_FLIGHT
            deliveries = DeliveryRepository(uow.session, self.workspace_id)
            room = min(free, most - await deliveries.count_sending(endpoint.id))
            if room <= 0:
                return []
            of_endpoint = col(WebhookDelivery.endpoint_id) == endpoint.id
            claimed = await DELIVERIES.claim(uow.session, self.workspace_id, room, of_endpoint)
            secret = vault().open(endpoint.secret_sealed) if claimed else ""
            return [ClaimedDelivery(c.lease, c.row, endpoint.url, secret) for c in claimed]

    async def work(self, claimed: ClaimedDelivery) -> Tried:
        """Send a delivery."""
        claimed.lease.begin()
        return await post(claimed.row, claimed.url, claimed.secret)

    async def settle(self, claimed: ClaimedDelivery, outcome: Outcome) -> bool:
        """Note what came of a try; a probe that failed is the last."""
        if self._is_probing and isinstance(outcome, Tried) and outcome.error:
            self.stop()
        return await super().settle(claimed, outcome)

    async def lock(
        self, session: AsyncSession, claimed: ClaimedDelivery, outcome: Outcome
    ) -> WebhookDelivery | None:
        """Lock the endpoint before the delivery, as when claiming: no two wait for each other."""
        endpoints = EndpointRepository(session, self.workspace_id)
        endpoint = await endpoints.find_only()
        if endpoint and ((isinstance(outcome, Tried) and outcome.error) or _is_news(endpoint)):
            endpoint = await endpoints.find_only(lock=True)
        return await DELIVERIES.lock(session, claimed.lease) if endpoint else None

    async def record(
        self,
        session: AsyncSession,
        row: WebhookDelivery,
        claimed: ClaimedDelivery,
        outcome: Outcome,
    ) -> None:
        """Keep the answer, plan the next try, and count at the endpoint how it went."""
        endpoint = await EndpointRepository(session, self.workspace_id).find_only()
        if endpoint is None or not isinstance(outcome, Tried):
            return
        deliveries = DeliveryRepository(session, self.workspace_id)
        now = clock.now()
        keep(row, claimed.url, outcome, now)
        if outcome.error:
            again_at = rules.next_try(row.created_at, row.attempts, now)
            if again_at:
                DELIVERIES.put_back(row, again_at)
                await deliveries.hold_line(row, again_at)
            else:
                row.state, row.next_try_at = DeliveryState.FAILED, None
            await _count_failure(session, endpoint, now)
        else:
            row.state, row.next_try_at = DeliveryState.DELIVERED, None
            if _is_news(endpoint):
                await _count_success(deliveries, endpoint, now)
        extra = {"delivery_id": str(row.id), "status": row.status_code, "state": str(row.state)}
        log.info("webhook.tried", extra=extra)


async def post(row: WebhookDelivery, url: str, secret: str) -> Tried:
    """Send the bytes once, within the time, and return what came of it."""
    headers = rules.headers_for(
        event=row.event,
        event_id=str(row.event_id),
        at=row.created_at,
        signature=rules.sign(secret, row.body),
        is_test=row.is_test,
    )
    begun = time.monotonic()
    answer, error = None, ""
    try:
        answer = await client.call(
            "POST",
            url,
            headers=headers,
            content=row.body,
            seconds=rules.ANSWER_SECONDS,
            most=rules.ANSWER_BYTES,
        )
        error = rules.why_refused(answer.status)
    except AppError as failure:
        error = failure.message
    return Tried(headers, int((time.monotonic() - begun) * 1000), answer, error)


def keep(row: WebhookDelivery, url: str, outcome: Tried, at: datetime) -> None:
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
    """Wake workers for what is due, and end what is too old."""
    async with unit_of_work(workspace_id) as uow:
        endpoint = await EndpointRepository(uow.session, workspace_id).find_only()
        if endpoint is None:
            return
        now = clock.now()
        deliveries = DeliveryRepository(uow.session, workspace_id)
        # A little later than the last try is made.
        late = now - rules.GIVE_UP_AFTER - timedelta(minutes=10)
        if endpoint.state == EndpointState.ACTIVE:
            if await DELIVERIES.list_due(uow.session, workspace_id, 1):
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
