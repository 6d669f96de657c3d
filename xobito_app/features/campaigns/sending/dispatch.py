"""Sending to the recipients of all campaigns of a workspace: paced, fair, and never twice."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from xobito_app.core.errors import AppError, Unavailable
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH
from xobito_app.features.campaigns.sending import claiming, finishing, results
from xobito_app.features.campaigns.sending.claiming import (
    BEGUN,
    RECIPIENTS,
    ClaimedRecipient,
    Course,
    list_courses,
)
from xobito_app.features.campaigns.sending.gate import Gate
from xobito_app.features.campaigns.sending.results import Judged, Result, Stepped
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox import service as inbox
from xobito_app.features.throughput import service as throughput
from xobito_app.models.campaigns import RecipientState
from xobito_app.persistence.leased_work import GroupCommit, LeasedRun, Outcome, Unknown
from xobito_app.persistence.trouble import patiently
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import payloads_template
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import THROUGHPUT, GraphError, NotSent
from xobito_app.whatsapp.payloads import Payload, Recipient

log = logging.getLogger(__name__)

SECONDS_IN_HAND = 2.5
"""So much of what a number may send is in one process's hands at once."""
LEAST_IN_HAND, MOST_IN_HAND = 32, 512
"""Recipients of one number, however slow or fast it is."""
WORTH_CLAIMING = 3
"""A smaller part than a third of them is not worth a look while others are on their way."""
LIST_SECONDS = 0.5
"""How long the list of campaigns at work is good; each request is asked for anew at the gate."""
STAY_SECONDS = 5.0
RECORD_SECONDS = 0.05
"""Outcomes of so long are written together: nobody waits for them."""
RECORD_WITHIN = 60.0
"""Seconds an outcome waits for a database that is away: less than a lease lasts."""
SWEPT_AT_ONCE = 500
MEDIA = "media:"
"""Begins what stands for a file of ours in frozen values."""


async def dispatch(workspace_id: UUID) -> int:
    """Send what is due of a workspace's campaigns; return how many recipients were taken."""
    return await Dispatcher.run_for(workspace_id)


async def sweep(workspace_id: UUID) -> None:
    """Settle what dead workers had begun, and go on with what is due."""
    async with unit_of_work(workspace_id) as uow:
        lost = await BEGUN.list_expired(uow.session, workspace_id, SWEPT_AT_ONCE)
    await results.record(workspace_id, [(claimed, Unknown()) for claimed in lost])
    await dispatch(workspace_id)


@dataclass(frozen=True, slots=True)
class Sender:
    """By what a number's messages leave."""

    client: Client
    credentials: Credentials


class Dispatcher(LeasedRun[ClaimedRecipient]):
    """One run over the recipients that are due in a workspace."""

    table = RECIPIENTS
    concurrency = 4 * MOST_IN_HAND
    look_again_seconds = 0.5
    stay_seconds = STAY_SECONDS
    job = CAMPAIGNS_DISPATCH

    def __init__(self, workspace_id: UUID) -> None:
        super().__init__(workspace_id)
        self._gates: dict[UUID, Gate] = {}
        self._in_hand: Counter[UUID] = Counter()
        self._uploaded: dict[UUID, dict[str, str]] = {}
        self._senders: dict[UUID, Sender] = {}
        self._courses: Sequence[Course] = ()
        self._listed_at = 0.0
        self._round = 0
        self._recording: GroupCommit[Result, bool] = GroupCommit(
            self._record, most=MOST_IN_HAND, gather_seconds=RECORD_SECONDS
        )

    async def run(self) -> int:
        """Send until nothing is due; return how many recipients were taken in hand."""
        try:
            return await super().run()
        finally:
            await asyncio.gather(*(gate.close() for gate in self._gates.values()))

    async def claim(self, free: int) -> Sequence[ClaimedRecipient]:
        """Take due recipients in hand, as many of each campaign of a number."""
        courses = await self._list_courses()
        rooms = {course.number.id: self._room_of(course) for course in courses}
        if self._in_flight and not any(is_worth for _, is_worth in rooms.values()):
            return ()
        self._round += 1
        async with unit_of_work(self.workspace_id) as uow:
            claimed = await claiming.claim(
                uow.session,
                self.workspace_id,
                courses,
                {number_id: room for number_id, (room, _) in rooms.items()},
                first=self._round,
            )
        for one in claimed:
            self._in_hand[one.course.number.id] += 1
            if one.course.number.id not in self._gates:
                self._gates[one.course.number.id] = _gate(self.workspace_id, one.course)
        await finishing.finish(self.workspace_id, courses, claimed)
        return claimed

    def _room_of(self, course: Course) -> tuple[int, bool]:
        """Return how many more of a number may be in hand, and whether it is worth a look."""
        most = math.ceil(course.rate * SECONDS_IN_HAND)
        most = min(max(most, LEAST_IN_HAND), MOST_IN_HAND)
        room = most - self._in_hand[course.number.id]
        return room, room * WORTH_CLAIMING >= most

    async def _list_courses(self) -> Sequence[Course]:
        """Return the campaigns at work, looked up again now and then."""
        if time.monotonic() >= self._listed_at + LIST_SECONDS or not self._in_flight:
            async with unit_of_work(self.workspace_id) as uow:
                listed = await list_courses(uow.session, self.workspace_id)
            self._courses = [course for course in listed if await self._is_ready(course)]
            self._listed_at = time.monotonic()
        return self._courses

    async def _is_ready(self, course: Course) -> bool:
        """Prepare what is the same for all its messages; tell whether a campaign may begin."""
        if course.stopped:
            await results.pause(self.workspace_id, {course.campaign.id: course.stopped})
            return False
        try:
            sender = Sender(await client_for(course.connection), credentials_of(course.connection))
            self._senders[course.number.id] = sender
            await self._upload(course, sender)
        except Unavailable:
            return False
        except AppError as error:
            await results.pause(self.workspace_id, {course.campaign.id: error.message})
            return False
        return True

    async def _upload(self, course: Course, sender: Sender) -> None:
        """Bring a campaign's file to Meta before its first message."""
        media_id = course.campaign.header_media_id
        if media_id is not None and course.campaign.id not in self._uploaded:
            meta_id = await inbox.upload_file(
                self.workspace_id, media_id, course.number, sender.client, sender.credentials
            )
            self._uploaded[course.campaign.id] = {MEDIA + str(media_id): meta_id}

    async def work(self, claimed: ClaimedRecipient) -> Outcome:
        """Send to one recipient when it is its turn."""
        course = claimed.course
        sender, gate = self._senders[course.number.id], self._gates[course.number.id]
        payload = payload_of(claimed, self._uploaded.get(course.campaign.id, {}))
        if not await gate.enter(claimed):
            return Stepped()
        refused = 0
        try:
            receipt = await sender.client.send(
                sender.credentials, course.number.phone_number_id, payload
            )
        except GraphError as error:
            refused = int(error.code == THROUGHPUT)
            raise
        finally:
            gate.leave(claimed.mark, refused)
        return inbox.Accepted(receipt)

    async def judge(self, claimed: ClaimedRecipient, error: Exception) -> Outcome:
        """Say what an error means: Meta's table for its refusals, else whether it had left."""
        is_unsent = isinstance(error, NotSent) or not claimed.lease.has_begun
        attempts = claimed.row.attempts
        match error:
            case GraphError():
                verdict = rules.after_error(error, attempts)
                if verdict.rests_number:
                    number = claimed.course.number.phone_number_id
                    await throughput.rest(number, verdict.rests_number)
                return Judged(verdict, error.code)
            case Unavailable() if is_unsent:
                return Judged(rules.after_no_connection(attempts, error.message))
            case AppError() if is_unsent or not isinstance(error, Unavailable):
                return Judged(rules.Verdict(RecipientState.FAILED, error.message))
            case _ if not is_unsent:
                return Unknown()
        return await super().judge(claimed, error)

    async def settle(self, claimed: ClaimedRecipient, outcome: Outcome) -> bool:
        """Record what came of it, together with what came of others at the same time."""
        self._in_hand[claimed.course.number.id] -= 1
        is_ours = await self._recording.add((claimed, outcome))
        if isinstance(outcome, Judged) and outcome.verdict.state is RecipientState.QUEUED:
            # For longer pauses beat comes by.
            self.expect(outcome.verdict.seconds)
        return is_ours

    async def give_back(self, unbegun: Sequence[ClaimedRecipient]) -> None:
        """Let other workers take up what was in hand, also where only the request was missing."""
        verdict = rules.Verdict(RecipientState.QUEUED, "", is_try=False)
        await self._record([(claimed, Judged(verdict)) for claimed in unbegun])

    async def _record(self, some: Sequence[Result]) -> list[bool]:
        # What Meta answered is told by nobody again: it is worth waiting for the database.
        record = partial(results.record, self.workspace_id, some)
        await patiently(record, seconds=RECORD_WITHIN)
        return [True] * len(some)


def _gate(workspace_id: UUID, course: Course) -> Gate:
    return Gate(workspace_id, course.number.phone_number_id, course.rate)


def payload_of(claimed: ClaimedRecipient, uploaded: Mapping[str, str]) -> Payload:
    """Return the request's body: the template as it was at launch, with the frozen values.

    Args:
        uploaded: Meta's id of each file, by what stands for it in the values.
    """
    row = claimed.row
    to = Recipient(phone=row.phone or None, user_id=row.user_id)
    values = {key: uploaded.get(value, value) for key, value in row.values.items()}
    return payloads_template.filled_template(
        to, claimed.template, values, opaque=str(claimed.attempt_id)
    )
