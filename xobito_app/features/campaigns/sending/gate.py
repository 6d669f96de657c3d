"""The step after which a request may have left: a turn of the number, and a word in the database.

Whoever passes has a turn, and stands as `dispatching` in a committed row. Those for whom something
came between (a pause, an opt-out, another worker) do not pass.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from xobito_app.core import clock
from xobito_app.core.errors import Unavailable
from xobito_app.features.campaigns.sending.claiming import ClaimedRecipient
from xobito_app.features.throughput import service as throughput
from xobito_app.features.throughput.service import Turns
from xobito_app.models.campaigns import RecipientState
from xobito_app.persistence.leased_work import GroupCommit
from xobito_app.persistence.trouble import Fault, fault_of
from xobito_app.persistence.unit_of_work import unit_of_work

AT_ONCE = 192
"""Requests of one number that one process makes at once."""
WORTH_BEGINNING = 96
"""When requests are at their most, so many have to be answered before the next begin together."""
LATEST = 2.0
"""Seconds after which a turn that was not used is too old: the count of the second has moved on."""
UNANSWERED = 1.5
"""Seconds after which a request has arrived, when one that began so much later was answered."""
TOO_SLOW = "The database was away for a moment. It goes out by itself."
OPTED_OUT = "They opted out of marketing messages before this was sent."


class Gate:
    """Where the recipients of one number wait for their turn, in order.

    A turn is taken first and the row is written then, so that what stands as `dispatching` leaves
    at once or in a moment: a pause or an opt-out is heard by everybody whose request has not begun.
    """

    def __init__(self, workspace_id: UUID, number: str, rate: float) -> None:
        self._workspace_id, self._number, self._rate = workspace_id, number, rate
        self._waiting: deque[tuple[ClaimedRecipient, asyncio.Future[bool]]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._out = 0
        self._somebody_left = asyncio.Event()
        self._began: dict[str, float] = {}
        self._leaving: GroupCommit[tuple[str, int], None] = GroupCommit(
            self._give_back, gather_seconds=0.005
        )

    async def enter(self, claimed: ClaimedRecipient) -> bool:
        """Wait for a turn; tell whether the request may be made now.

        Its turn's mark stands in `claimed.mark` then and is to be given back.

        Raises:
            Unavailable: The database did not take the word in time; nothing may leave.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((claimed, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        may_leave = await future
        if may_leave:
            # From here on nothing is waited for before the request.
            claimed.lease.begin()
            self._began[claimed.mark] = time.monotonic()
        return may_leave

    def leave(self, mark: str, refused: int) -> None:
        """Give a turn back once Meta has answered; `refused` is 1 after 130429."""
        self._out -= 1
        self._somebody_left.set()
        self._leaving.put((mark, refused))

    async def close(self) -> None:
        """Wait until all turns are given back."""
        await self._leaving.close()

    async def _give_back(self, left: Sequence[tuple[str, int]]) -> list[None]:
        refused = sum(count for _, count in left)
        newest = max(self._began.pop(mark, 0.0) for mark, _ in left)
        arrived = [mark for mark, began in self._began.items() if began < newest - UNANSWERED]
        for mark in arrived:
            del self._began[mark]
        marks = [*(mark for mark, _ in left), *arrived]
        await throughput.give_back(self._number, marks, refused=refused)
        return [None] * len(left)

    async def _run(self) -> None:
        try:
            while self._waiting:
                turns = await throughput.take_turns(
                    self._number,
                    self._rate,
                    wanted=min(len(self._waiting), await self._room()),
                    is_campaign=True,
                )
                taken_at = time.monotonic()
                if turns.marks:
                    await self._let_in(turns, taken_at)
                await asyncio.sleep(max(0.0, taken_at + turns.pause - time.monotonic()))
        finally:
            self._running = None

    async def _room(self) -> int:
        """Return how many more requests may begin, once that is worth a statement."""
        while (room := AT_ONCE - self._out) < min(len(self._waiting), WORTH_BEGINNING):
            self._somebody_left.clear()
            await self._somebody_left.wait()
        return room

    async def _let_in(self, turns: Turns, taken_at: float) -> None:
        some = [self._waiting.popleft() for _ in turns.marks if self._waiting]
        # Those that were given up meanwhile need no turn.
        some = [one for one in some if not one[1].done()]
        try:
            begun = await begin(self._workspace_id, [claimed for claimed, _ in some])
            if time.monotonic() > taken_at + LATEST:
                raise Unavailable(TOO_SLOW)
        except Exception as error:
            await throughput.drop(self._number, turns.marks)
            is_away = fault_of(error) is not Fault.WORK
            for _, future in some:
                if not future.done():
                    future.set_exception(Unavailable(TOO_SLOW) if is_away else error)
            return
        free = deque(zip(turns.marks, turns.delays, strict=True))
        for claimed, future in some:
            delay = 0.0
            may_leave = claimed.lease.row_id in begun
            if may_leave:
                claimed.mark, delay = free.popleft()
                self._out += 1
            _settle_at(future, taken_at + delay, may_leave)
        await throughput.drop(self._number, [mark for mark, _ in free])


def _settle_at(future: asyncio.Future[bool], moment: float, may_leave: bool) -> None:
    """Answer whoever waits, at once or when the turn begins."""

    def settle() -> None:
        if not future.done():
            future.set_result(may_leave)

    delay = moment - time.monotonic()
    if may_leave and delay > 0:
        asyncio.get_running_loop().call_later(delay, settle)
    else:
        settle()


# One statement: who is still in this hand is locked, and for each the newest word of the campaign
# and of the contact counts. Contacts of files are known by their number. Rows are found by their id
# alone: an index of those that wait would be walked from end to end, as long as they are many.
_BEGIN = text("""
WITH given AS (
  SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:leases AS timestamptz[]),
                       CAST(:attempts AS uuid[])) AS given (id, lease, attempt_id)
), held AS (
  SELECT r.id, r.state, r.campaign_id, r.contact_id, r.phone, given.attempt_id
  FROM campaign_recipient r JOIN given ON given.id = r.id AND given.lease = r.claimed_at
  WHERE r.workspace_id = :workspace_id
  ORDER BY r.id FOR UPDATE OF r
), judged AS (
  SELECT held.id, held.attempt_id, c.status = 'sending' AS sends,
    c.category = 'MARKETING' AND CASE WHEN held.contact_id IS NULL
      THEN EXISTS (SELECT FROM contact p WHERE p.workspace_id = :workspace_id
        AND p.phone = held.phone AND p.opted_out_at IS NOT NULL)
      ELSE EXISTS (SELECT FROM contact p WHERE p.workspace_id = :workspace_id
        AND p.id = held.contact_id AND p.opted_out_at IS NOT NULL) END AS opted_out
  FROM held JOIN campaign c ON c.id = held.campaign_id
  WHERE held.state = 'claimed'
)
UPDATE campaign_recipient r SET
  state = CASE WHEN NOT sends THEN 'queued' WHEN opted_out THEN 'cancelled'
               ELSE 'dispatching' END,
  claimed_at = CASE WHEN sends AND NOT opted_out THEN r.claimed_at END,
  attempts = r.attempts - CASE WHEN sends THEN 0 ELSE 1 END,
  reason = CASE WHEN sends AND opted_out THEN :opted_out ELSE r.reason END,
  attempt_id = judged.attempt_id,
  updated_at = :now
FROM judged WHERE r.id = judged.id AND r.workspace_id = :workspace_id
RETURNING r.id, r.state
""")


async def begin(workspace_id: UUID, claimed: Sequence[ClaimedRecipient]) -> set[UUID]:
    """Write down that requests begin, and return for whom they may.

    Who opted out is cancelled; those of a campaign that does not send any more wait again.
    """
    if not claimed:
        return set()
    async with unit_of_work(workspace_id) as uow:
        found = await (await uow.session.connection()).execute(
            _BEGIN,
            {
                "ids": [one.lease.row_id for one in claimed],
                "leases": [one.lease.at for one in claimed],
                "attempts": [one.attempt_id for one in claimed],
                "workspace_id": workspace_id,
                "opted_out": OPTED_OUT,
                "now": clock.now(),
            },
        )
        return {row_id for row_id, state in found if state == RecipientState.DISPATCHING}
