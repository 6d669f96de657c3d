"""Sending what is queued: many threads at once, each thread in order, no message ever twice."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from datetime import timedelta
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Unavailable
from xobito_app.features.connection import service as connection
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.job_types import OUTBOUND_SEND
from xobito_app.features.inbox.sending import limiter, send_results, upload
from xobito_app.features.inbox.sending.claiming import ClaimedMessage, claim
from xobito_app.features.inbox.sending.limiter import Limit
from xobito_app.models.inbox import MessageStatus
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work
from xobito_app.whatsapp.client import Client, Credentials, SendReceipt
from xobito_app.whatsapp.errors import Advice, GraphError, NotSent, OutcomeUnknown, RetryPolicy
from xobito_app.whatsapp.payloads import Payload

log = logging.getLogger(__name__)

IN_FLIGHT = 64
"""Messages one process has on their way at once."""
LOOK_AGAIN_SECONDS = 1.0
"""How often the queue is looked at while a message is on its way: an answer may take long."""
GATHER_SECONDS = 0.01
STAY_SECONDS = 5.0
"""A dispatcher waits this long for a message that is due soon; longer pauses get a wake-up."""
GIVE_UP_AFTER = timedelta(hours=24)
"""A message that never got out of this machine is given up after this time."""
LONGEST_UNREACHABLE_PAUSE = 60.0


_running: dict[UUID, _Dispatcher] = {}
"""Who is at work in this process; asking again only wakes them."""


async def dispatch(workspace_id: UUID) -> int:
    """Send the queued messages of a workspace until none is due; return how many were taken.

    When this process is at it already, that one looks again at once and 0 is returned.
    """
    if busy := _running.get(workspace_id):
        busy.wake.set()
        return 0
    dispatcher = _running[workspace_id] = _Dispatcher(workspace_id)
    try:
        return await dispatcher.run()
    finally:
        del _running[workspace_id]


class _Dispatcher:
    """One run over a workspace's queue."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.wake = asyncio.Event()
        self.in_flight: set[asyncio.Task[None]] = set()
        self.paused: dict[UUID, float] = {}
        self.due_again = 0.0
        self.looked_at = 0.0
        self.count = 0

    async def run(self) -> int:
        try:
            # From the last look to the end nothing is awaited, so no wake-up can be missed.
            while await self._take() or self._has_reason_to_stay():
                await self._pause()
        finally:
            # An ending process leaves what is on its way to the sweep.
            for task in self.in_flight:
                task.cancel()
        return self.count

    def _has_reason_to_stay(self) -> bool:
        return bool(self.in_flight) or self.wake.is_set() or self.looked_at < self.due_again

    async def _take(self) -> int:
        self.wake.clear()
        free = IN_FLIGHT - len(self.in_flight)
        now = self.looked_at = time.monotonic()
        self.paused = {number: until for number, until in self.paused.items() if until > now}
        if free <= 0:
            return 0
        claimed_rows = await claim(self.workspace_id, free, paused=list(self.paused))
        for claimed in claimed_rows:
            task = asyncio.create_task(self._send(claimed))
            self.in_flight.add(task)
            task.add_done_callback(self._landed)
        self.count += len(claimed_rows)
        return len(claimed_rows)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self.in_flight.discard(task)
        self.wake.set()

    async def _pause(self) -> None:
        # A moment in which more answers may come: one look at the queue serves them all.
        await asyncio.sleep(GATHER_SECONDS)
        patience = LOOK_AGAIN_SECONDS
        if self.looked_at < self.due_again:
            patience = min(patience, max(0.0, self.due_again - time.monotonic()))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), patience)

    async def _send(self, claimed: ClaimedMessage) -> None:
        try:
            ready = await self._prepare(claimed)
            if ready is not None:
                await self._exchange(claimed, *ready)
        except Exception:
            # The row stays `sending`; the sweep calls it unresolved, and Meta's status settles it.
            log.exception("outbound.not_noted", extra={"message_id": str(claimed.message.id)})

    async def _prepare(self, claimed: ClaimedMessage) -> tuple[Client, Credentials, Payload] | None:
        """Do all that comes before the message leaves; None when it is settled without that."""
        if claimed.recipient is None:
            status = MessageStatus.CANCELLED if claimed.is_cancelled else MessageStatus.FAILED
            await send_results.fail(claimed.claim, claimed.refusal, status=status)
            return None
        try:
            client = await client_for(claimed.connection)
            credentials = credentials_of(claimed.connection)
            uploaded = await upload.upload_all(claimed, client, credentials)
            if uploaded is None:
                return None
            body = stored_payload.build(
                claimed.recipient,
                body=claimed.message.body,
                content=claimed.message.content,
                reply_to=claimed.message.reply_to_wamid,
                opaque=str(claimed.message.id),
                uploaded=uploaded,
            )
        except GraphError as error:
            await self._refused(claimed, error)
        except Unavailable as error:
            # Nothing of the message itself has left yet.
            await self._unreachable(claimed, error.message)
        except AppError as error:
            await send_results.fail(claimed.claim, error.message)
        else:
            return client, credentials, body
        return None

    async def _exchange(
        self, claimed: ClaimedMessage, client: Client, credentials: Credentials, body: Payload
    ) -> None:
        """Send one message, and note what came of it."""
        number = claimed.number.phone_number_id
        grant = await limiter.acquire(number, str(claimed.message.contact_id), claimed.rate)
        if grant.held_by is not None:
            await self._hold(claimed, grant.seconds, grant.held_by)
            return
        if grant.seconds:
            await asyncio.sleep(grant.seconds)
        try:
            receipt = await client.send(credentials, number, body)
        except GraphError as error:
            await self._refused(claimed, error)
        except NotSent as error:
            await self._unreachable(claimed, error.message)
        except Exception as error:
            # Whatever broke, the request may have left: it must not be sent again by itself.
            if not isinstance(error, OutcomeUnknown):
                log.exception("outbound.broken", extra={"message_id": str(claimed.message.id)})
            await send_results.lose(self.workspace_id, [claimed.message.id])
        else:
            await self._accepted(claimed, receipt)

    async def _accepted(self, claimed: ClaimedMessage, receipt: SendReceipt) -> None:
        await send_results.accept(claimed.claim, receipt)
        if connection.has_trouble(claimed.connection):
            async with unit_of_work(self.workspace_id) as uow:
                await connection.forget_trouble(
                    uow.session, self.workspace_id, claimed.connection.id
                )
        log.info("message.accepted", extra={"message_id": str(claimed.message.id)})

    async def _hold(self, claimed: ClaimedMessage, seconds: float, held_by: Limit) -> None:
        if held_by is Limit.NUMBER:
            self.paused[claimed.message.number_id] = time.monotonic() + seconds
            await self._again(claimed, seconds, is_try=False)
        else:
            sentence = "Many messages to this person in a short time: it goes out by itself."
            await self._again(claimed, seconds, sentence=sentence, is_try=False)

    async def _refused(self, claimed: ClaimedMessage, error: GraphError) -> None:
        advice = error.advice
        log.warning(
            "message.refused",
            extra={
                "message_id": str(claimed.message.id),
                "code": error.code,
                "trace": error.fbtrace_id,
            },
        )
        match error.policy:
            case RetryPolicy.RETRY if claimed.message.attempts < advice.attempts:
                pause = advice.pause(claimed.message.attempts)
                await self._again(claimed, pause, sentence=advice.explanation)
            case RetryPolicy.WAIT:
                await self._slow_down(claimed, advice)
            case RetryPolicy.STOP_ACCOUNT:
                await send_results.stop_account(
                    claimed.claim,
                    error,
                    connection_id=claimed.connection.id,
                    number_id=claimed.number.id,
                )
            case _:
                await send_results.fail(claimed.claim, error.message, error=error)

    async def _slow_down(self, claimed: ClaimedMessage, advice: Advice) -> None:
        """Let the whole number go slower; a refusal for haste is never a failure."""
        await limiter.slow_down(claimed.number.phone_number_id, advice.wait_seconds)
        self.paused[claimed.message.number_id] = time.monotonic() + advice.wait_seconds
        await self._again(claimed, advice.wait_seconds, sentence=advice.explanation, is_try=False)

    async def _unreachable(self, claimed: ClaimedMessage, sentence: str) -> None:
        if clock.business_now() - claimed.message.at > GIVE_UP_AFTER:
            await send_results.fail(claimed.claim, sentence)
            return
        pause = min(2.0 ** min(claimed.message.attempts, 10), LONGEST_UNREACHABLE_PAUSE)
        await self._again(claimed, pause, sentence=sentence)

    async def _again(
        self, claimed: ClaimedMessage, seconds: float, *, sentence: str = "", is_try: bool = True
    ) -> None:
        await send_results.wait(claimed.claim, seconds, sentence=sentence, is_try=is_try)
        if seconds <= STAY_SECONDS:
            self.due_again = max(self.due_again, time.monotonic() + seconds + 0.01)
            return
        async with unit_of_work(self.workspace_id) as uow:
            enqueue(uow.session, OUTBOUND_SEND, self.workspace_id, delay=round(seconds, 1))
