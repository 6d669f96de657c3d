"""The step after which a request may have left: a turn of the number, and a word in the database.

Whoever passes has a turn, and stands as `dispatching` in a committed row. Those for whom something
came between (a pause, an opt-out, another worker) do not pass.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.campaigns.repository import Move, RecipientRepository
from xobito_app.features.campaigns.sending.claiming import RECIPIENTS, ClaimedRecipient
from xobito_app.features.contacts import service as contacts
from xobito_app.features.throughput import service as throughput
from xobito_app.models.campaigns import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    RecipientState,
)
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.unit_of_work import unit_of_work

MOST_AT_ONCE = 64
OPTED_OUT = "They opted out of marketing messages before this was sent."
MARKETING = "MARKETING"


class Gate:
    """Where the recipients of one number wait for their turn, in order.

    A turn is taken first and the row is written then, so that what stands as `dispatching` leaves
    at once: a pause or an opt-out is heard by everybody whose request has not begun.
    """

    def __init__(self, workspace_id: UUID, number: str, rate: float) -> None:
        self._workspace_id, self._number, self._rate = workspace_id, number, rate
        self._waiting: deque[tuple[ClaimedRecipient, asyncio.Future[bool]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def enter(self, claimed: ClaimedRecipient) -> bool:
        """Wait for a turn; tell whether the request may be made now.

        Its turn's mark stands in `claimed.mark` then and is to be given back.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((claimed, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                turns = await throughput.take_turns(
                    self._number,
                    self._rate,
                    wanted=min(len(self._waiting), MOST_AT_ONCE),
                    is_campaign=True,
                )
                if turns.marks:
                    await self._let_in(turns.marks)
                else:
                    await asyncio.sleep(turns.pause)
        finally:
            self._running = None

    async def _let_in(self, marks: Sequence[str]) -> None:
        some = [self._waiting.popleft() for _ in marks if self._waiting]
        # Those that were given up meanwhile need no turn.
        some = [one for one in some if not one[1].done()]
        try:
            begun = await begin(self._workspace_id, [claimed for claimed, _ in some])
        except Exception as error:
            await throughput.drop(self._number, marks)
            for _, future in some:
                if not future.done():
                    future.set_exception(error)
            return
        free = deque(marks)
        for claimed, future in some:
            may_leave = claimed.lease.row_id in begun
            if may_leave:
                claimed.mark = free.popleft()
                claimed.lease.begin()
            if not future.done():
                future.set_result(may_leave)
        await throughput.drop(self._number, free)


async def begin(workspace_id: UUID, claimed: Sequence[ClaimedRecipient]) -> set[UUID]:
    """Write down that requests begin, and return for whom they may.

    Who opted out is cancelled; those of a campaign that does not send any more wait again.
    """
    if not claimed:
        return set()
    by_id = {one.lease.row_id: one for one in claimed}
    async with unit_of_work(workspace_id) as uow:
        recipients = RecipientRepository(uow.session, workspace_id)
        locked = await recipients.lock_many(by_id)
        held = [row for row in locked.values() if RECIPIENTS.fits(row, by_id[row.id].lease)]
        sending = await _list_sending(uow.session, workspace_id, {row.campaign_id for row in held})
        opted_out = await _list_opted_out(uow.session, workspace_id, held, by_id)
        moves: list[Move] = []
        begun: set[UUID] = set()
        for row in held:
            if row.campaign_id not in sending:
                waits = {"claimed_at": None, "attempts": row.attempts - 1}
                moves.append(Move(row.id, RecipientState.QUEUED, waits))
            elif row.id in opted_out:
                ends = {"claimed_at": None, "reason": OPTED_OUT}
                moves.append(Move(row.id, RecipientState.CANCELLED, ends))
            else:
                attempt = {"attempt_id": by_id[row.id].attempt_id}
                moves.append(Move(row.id, RecipientState.DISPATCHING, attempt))
                begun.add(row.id)
        await recipients.move(moves)
    return begun


async def _list_sending(
    session: AsyncSession, workspace_id: UUID, campaign_ids: set[UUID]
) -> set[UUID]:
    statement = (
        select(Campaign.id)
        .where(col(Campaign.workspace_id) == workspace_id)
        .where(any_of(col(Campaign.id), campaign_ids))
        .where(col(Campaign.status) == CampaignStatus.SENDING)
    )
    return set((await session.exec(statement)).all())


async def _list_opted_out(
    session: AsyncSession,
    workspace_id: UUID,
    rows: Sequence[CampaignRecipient],
    claimed: dict[UUID, ClaimedRecipient],
) -> set[UUID]:
    asked = [row for row in rows if claimed[row.id].course.campaign.category == MARKETING]
    contact_ids, phones = await contacts.list_opted_out(
        session,
        workspace_id,
        [row.contact_id for row in asked if row.contact_id],
        [row.phone for row in asked if row.phone and not row.contact_id],
    )
    return {row.id for row in asked if row.contact_id in contact_ids or row.phone in phones}
