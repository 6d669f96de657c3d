"""Sending what is queued: many threads at once, each thread in order, no message ever twice."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Unavailable
from xobito_app.features.connection import service as connection_service
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.job_types import OUTBOUND_SEND
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.inbox.sending import pair_limit, send_results, upload
from xobito_app.features.inbox.sending.claiming import MESSAGES, ClaimedMessage, claim
from xobito_app.features.inbox.sending.send_results import Accepted, Refused
from xobito_app.features.throughput import service as throughput
from xobito_app.models.inbox import Message
from xobito_app.persistence.leased_work import Again, LeasedWork, Outcome, Unknown, doubling
from xobito_app.whatsapp.errors import (
    THROUGHPUT,
    GraphError,
    NotSent,
    OutcomeUnknown,
    RetryPolicy,
)

log = logging.getLogger(__name__)

IN_FLIGHT = 64
"""Messages one process has on their way at once."""
STAY_SECONDS = 5.0
"""A dispatcher waits this long for a message that is due soon; longer pauses get a wake-up."""
GIVE_UP_AFTER = timedelta(hours=24)
"""A message that never got out of this machine is given up after this time."""
LONGEST_UNREACHABLE_PAUSE = 60.0
LONGEST_WAIT = 1.0
"""Seconds a message may wait in hand for its number; longer waits go back to the queue."""
PAIR_WAITS = "Many messages to this person in a short time: it goes out by itself."


async def dispatch(workspace_id: UUID) -> int:
    """Send the queued messages of a workspace until none is due; return how many were taken."""
    return await Dispatcher.run_for(workspace_id)


class Dispatcher(LeasedWork[ClaimedMessage]):
    """One run over a workspace's queue: what is sent, and what Meta's answers mean."""

    table = MESSAGES
    concurrency = IN_FLIGHT
    stay_seconds = STAY_SECONDS
    job = OUTBOUND_SEND

    def __init__(self, workspace_id: UUID) -> None:
        super().__init__(workspace_id)
        self.paused: dict[UUID, float] = {}

    async def claim(self, free: int) -> list[ClaimedMessage]:
        """Take due messages in hand, none of a number that must wait."""
        now = time.monotonic()
        self.paused = {number: until for number, until in self.paused.items() if until > now}
        return await claim(self.workspace_id, free, paused=list(self.paused))

    async def work(self, claimed: ClaimedMessage) -> Outcome:
        """Send one message."""
        if claimed.recipient is None:
            return Refused(claimed.refusal, is_cancelled=claimed.is_cancelled)
        client = await client_for(claimed.connection)
        credentials = credentials_of(claimed.connection)
        uploaded = await upload.upload_all(claimed, client, credentials)
        body = stored_payload.build(
            claimed.recipient,
            body=claimed.message.body,
            content=claimed.message.content,
            reply_to=claimed.message.reply_to_wamid,
            opaque=str(claimed.message.id),
            uploaded=uploaded,
        )
        number = claimed.number.phone_number_id
        if pause := await pair_limit.ask(number, str(claimed.message.contact_id)):
            return Again(pause, PAIR_WAITS, is_try=False)
        mark, pause = await self._take_turn(claimed)
        if mark is None:
            self.paused[claimed.message.number_id] = time.monotonic() + pause
            return Again(pause, is_try=False)
        claimed.lease.begin()
        refused = 0
        try:
            return Accepted(await client.send(credentials, number, body))
        except GraphError as error:
            refused = int(error.code == THROUGHPUT)
            raise
        finally:
            await throughput.give_back(number, [mark], refused=refused)

    async def _take_turn(self, claimed: ClaimedMessage) -> tuple[str | None, float]:
        """Return the mark of a turn, or the seconds for which there is none."""
        number, waited = claimed.number.phone_number_id, 0.0
        while True:
            turns = await throughput.take_turns(number, claimed.rate)
            if turns.marks:
                return turns.marks[0], 0.0
            if waited + turns.pause > LONGEST_WAIT:
                return None, turns.pause
            await asyncio.sleep(turns.pause)
            waited += turns.pause

    async def judge(self, claimed: ClaimedMessage, error: Exception) -> Outcome:
        """Say what an error means: Meta's table for its refusals, else whether it had left."""
        # `NotSent`: it surely did not leave. Any other way out of sending may have sent it.
        is_unsent = isinstance(error, NotSent) or not claimed.lease.has_begun
        match error:
            case GraphError():
                return await self._refused(claimed, error)
            case Unavailable() if is_unsent:
                return self._unreachable(claimed, error.message)
            case AppError() if is_unsent:
                return Refused(error.message)
            case OutcomeUnknown():
                return Unknown()
        return await super().judge(claimed, error)

    async def _refused(self, claimed: ClaimedMessage, error: GraphError) -> Outcome:
        advice = error.advice
        if error.code == THROUGHPUT:
            # Others of the number go on: its pace falls by itself when this happens often.
            return Again(throughput.REFUSED_PAUSE, advice.explanation, is_try=False)
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
                return Again(advice.pause(claimed.message.attempts), advice.explanation)
            case RetryPolicy.WAIT:
                # The whole number rests; a refusal for haste is never a failure.
                await throughput.rest(claimed.number.phone_number_id, advice.wait_seconds)
                self.paused[claimed.message.number_id] = time.monotonic() + advice.wait_seconds
                return Again(advice.wait_seconds, advice.explanation, is_try=False)
            case RetryPolicy.STOP_ACCOUNT:
                return Refused(error.message, error, stops_account=True)
        return Refused(error.message, error)

    def _unreachable(self, claimed: ClaimedMessage, sentence: str) -> Outcome:
        if clock.business_now() - claimed.message.at > GIVE_UP_AFTER:
            return Refused(sentence)
        pause = doubling(claimed.message.attempts, first=2.0, longest=LONGEST_UNREACHABLE_PAUSE)
        return Again(pause, sentence)

    async def settle(self, claimed: ClaimedMessage, outcome: Outcome) -> bool:
        """Record what came of a message, and stop what waits behind it when Meta wants that."""
        is_ours = await super().settle(claimed, outcome)
        if isinstance(outcome, Refused) and outcome.stops_account:
            await send_results.stop_account(
                self.workspace_id,
                outcome,
                connection_id=claimed.connection.id,
                number_id=claimed.number.id,
            )
        return is_ours

    async def lock(
        self, session: AsyncSession, claimed: ClaimedMessage, outcome: Outcome
    ) -> Message | None:
        """Lock the thread before the message, as everybody does; to wait again it needs none."""
        if isinstance(outcome, Again):
            return await MESSAGES.lock(session, claimed.lease)
        messages = MessageRepository(session, self.workspace_id)
        return (await messages.lock_many([claimed.row.id])).get(claimed.row.id)

    async def record(
        self, session: AsyncSession, row: Message, claimed: ClaimedMessage, outcome: Outcome
    ) -> None:
        """Write the outcome into the message, its thread and whatever else hears of it."""
        match outcome:
            case Again():
                row.error_text = outcome.reason
            case Accepted():
                await send_results.accept(session, row, outcome.receipt)
                if connection_service.has_trouble(claimed.connection):
                    await connection_service.forget_trouble(
                        session, self.workspace_id, claimed.connection.id
                    )
            case Refused():
                await send_results.fail(session, row, outcome)
            case _:
                await send_results.lose(session, row)
