"""One run over a table of leased work: claim, work side by side, record, until nothing is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.jobs import JobType
from xobito_app.persistence.leased_work.outcomes import Again, LeaseLost, Outcome, Unknown
from xobito_app.persistence.leased_work.table import Claimed, Lease, LeasedTable, logged
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work

log = logging.getLogger(__name__)

SWEPT_AT_ONCE = 500
LONGEST_WAKE_UP = 60.0
"""For what is due later than that, in seconds, no wake-up is left waiting: beat comes by."""

_at_work: dict[tuple[type, UUID], LeasedRun[Any]] = {}
"""The runs of this process, by what they do and for whom."""

C = TypeVar("C", bound=Claimed[Any])


class LeasedRun(ABC, Generic[C]):
    """One run over the rows of a table that are due in a workspace.

    A row is worked at by one worker at a time and recorded by it alone. A row that fails stops no
    other. Whatever the process dies of, the lease ends and another worker goes on.

    Attributes:
        concurrency: How many rows are worked at at once.
        look_again_seconds: How often due rows are looked for while others are worked at.
        gather_seconds: After one is done, so long for more to be: one look serves them all.
        stay_seconds: A row that is due again this soon is waited for; for later ones `job`, if
            there is one, gets a wake-up.
    """

    table: ClassVar[LeasedTable[Any]]
    concurrency: ClassVar[int] = 1
    look_again_seconds: ClassVar[float] = 1.0
    gather_seconds: ClassVar[float] = 0.01
    stay_seconds: ClassVar[float] = 0.0
    job: ClassVar[JobType | None] = None

    def __init__(self, workspace_id: UUID | None) -> None:
        # `Any`: those that have a workspace always have one.
        self.workspace_id: Any = workspace_id
        self._in_flight: dict[asyncio.Task[None], C] = {}
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._looked_at = self._due_again = 0.0
        self._count = 0

    @abstractmethod
    async def claim(self, free: int) -> Sequence[C]:
        """Take up to `free` due rows in hand, in a transaction that is over when this returns."""

    @abstractmethod
    async def work(self, claimed: C) -> Outcome:
        """Do one row's work, outside any transaction.

        Call `claimed.lease.begin()` before the first step that cannot be taken back.
        """

    async def judge(self, claimed: C, error: Exception) -> Outcome:
        """Say what a failure of the work means: the policy.

        What nobody foresaw may have happened once the work had begun. Before that, or where it may
        be done twice, the row is left as it is and is taken up when its lease ends.
        """
        if self.table.unknown is None or not claimed.lease.has_begun:
            raise error
        log.error("leased_work.broken", exc_info=error, extra=self._about(claimed))
        return Unknown()

    @abstractmethod
    async def settle(self, claimed: C, outcome: Outcome) -> bool:
        """Record an outcome, unless the row is no longer ours; tell whether it was."""

    @classmethod
    async def run_for(cls, workspace_id: UUID) -> int:
        """Run over a workspace, once in this process; return how many rows were taken in hand.

        When a run is at it already, that one looks again at once and 0 is returned.
        """
        if busy := _at_work.get((cls, workspace_id)):
            busy.wake()
            return 0
        begun = _at_work[cls, workspace_id] = cls(workspace_id)
        try:
            return await begun.run()
        finally:
            del _at_work[cls, workspace_id]

    async def run(self) -> int:
        """Work until nothing is due; return how many rows were taken in hand."""
        keeping = asyncio.create_task(self.table.keep(self._leases))
        try:
            # From the last look to the end nothing is awaited, so no wake-up can be missed.
            while await self._claim_free() or self._has_reason_to_stay():
                await self._pause()
        except Exception:
            # Not to be looked for any more is no reason to break off what is on its way.
            await asyncio.gather(*self._in_flight, return_exceptions=True)
            raise
        finally:
            keeping.cancel()
            if self._in_flight:
                await self._cancel()
        return self._count

    def wake(self) -> None:
        """Have the run look for due rows at once."""
        self._woken.set()

    def stop(self) -> None:
        """Have the run take nothing more in hand."""
        self._is_stopping = True

    def expect(self, seconds: float) -> bool:
        """Wait for a row that is due again so soon; tell whether it is soon enough for that."""
        if seconds > self.stay_seconds:
            return False
        self._due_again = max(self._due_again, time.monotonic() + seconds + 0.01)
        return True

    async def _claim_free(self) -> int:
        self._woken.clear()
        self._looked_at = time.monotonic()
        free = self.concurrency - len(self._in_flight)
        if free <= 0 or self._is_stopping:
            return 0
        claimed_rows = await self.claim(free)
        for claimed in claimed_rows:
            task = asyncio.create_task(self._do(claimed))
            self._in_flight[task] = claimed
            task.add_done_callback(self._finished)
        self._count += len(claimed_rows)
        return len(claimed_rows)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._woken.set()

    def _has_reason_to_stay(self) -> bool:
        if self._is_stopping:
            return bool(self._in_flight)
        return bool(self._in_flight) or self._woken.is_set() or self._looked_at < self._due_again

    async def _pause(self) -> None:
        await asyncio.sleep(self.gather_seconds)
        patience = self.look_again_seconds
        if self._looked_at < self._due_again:
            patience = min(patience, max(0.0, self._due_again - time.monotonic()))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), patience)

    async def _do(self, claimed: C) -> None:
        try:
            try:
                outcome = await self.work(claimed)
            except LeaseLost:
                raise
            except Exception as error:
                outcome = await self.judge(claimed, error)
            await self.settle(claimed, outcome)
        except LeaseLost:
            log.info("leased_work.too_late", extra=self._about(claimed))
        except Exception:
            # The row stays held until its lease ends.
            log.exception("leased_work.not_recorded", extra=self._about(claimed))

    async def _cancel(self) -> None:
        """End what is being worked at, and give back what had not begun; leases end the rest."""
        in_flight = dict(self._in_flight)
        for task in in_flight:
            task.cancel()
        await asyncio.gather(*in_flight, return_exceptions=True)
        await self.give_back([c for c in in_flight.values() if not c.lease.has_begun])

    async def give_back(self, unbegun: Sequence[C]) -> None:
        """Let other workers take up what was in hand and had not begun."""
        await self.table.give_back([claimed.lease for claimed in unbegun])

    def _leases(self) -> list[Lease]:
        return [claimed.lease for claimed in self._in_flight.values()]

    def _about(self, claimed: C) -> dict[str, str]:
        return {"table": self.table.model.__tablename__, "row_id": str(claimed.lease.row_id)}


class LeasedWork(LeasedRun[C]):
    """One run over the rows of a table that are due, each recorded in a transaction of its own."""

    async def lock(self, session: AsyncSession, claimed: C, outcome: Outcome) -> Any:
        """Return the row locked for change; to be overridden where others are locked before it.

        A row that is no longer held may be returned too, or None.
        """
        return await self.table.lock_any(session, claimed.lease)

    @abstractmethod
    async def record(self, session: AsyncSession, row: Any, claimed: C, outcome: Outcome) -> None:
        """Write down what came of the work.

        The row is locked. After `Again` it waits already, after `Unknown` it has that state;
        features say the reason. Everything else is the feature's.
        """

    async def settle(self, claimed: C, outcome: Outcome) -> bool:
        """Record an outcome, unless the row is no longer ours; tell whether it was."""
        async with unit_of_work(self.workspace_id) as uow:
            row = await self.lock(uow.session, claimed, outcome)
            is_held = row is not None and self.table.fits(row, claimed.lease)
            if row is None or not (is_held or outcome.is_fact):
                log.info("leased_work.too_late", extra=self._about(claimed))
                return False
            if is_held:
                row.claimed_at = None
            if isinstance(outcome, Again):
                due_at = clock.now() + timedelta(seconds=outcome.seconds)
                self.table.put_back(row, due_at, is_try=outcome.is_try)
                self._look_again(uow.session, outcome.seconds)
            elif isinstance(outcome, Unknown):
                setattr(row, self.table.state, self.table.unknown)
            uow.session.add(row)
            await self.record(uow.session, row, claimed, outcome)
        return True

    async def sweep(self) -> None:
        """Settle what dead workers may have done, and wake a worker for what is due."""
        if self.table.unknown is not None:
            async with unit_of_work(self.workspace_id) as uow:
                lost = await self.table.list_expired(uow.session, self.workspace_id, SWEPT_AT_ONCE)
            for claimed in lost:
                with logged("leased_work.not_swept", claimed.lease):
                    # Fenced as ever: a worker that renews or records it meanwhile is not dead.
                    await self.settle(claimed, Unknown())  # type: ignore[arg-type]
        async with unit_of_work(self.workspace_id) as uow:
            if self.job and await self.table.list_due(uow.session, self.workspace_id, 1):
                enqueue(uow.session, self.job, *self._arguments())

    def _arguments(self) -> tuple[UUID, ...]:
        return () if self.workspace_id is None else (self.workspace_id,)

    def _look_again(self, session: AsyncSession, seconds: float) -> None:
        if not self.expect(seconds) and self.job and seconds <= LONGEST_WAKE_UP:
            delay = round(seconds + 0.1, 1)
            enqueue(session, self.job, *self._arguments(), delay=delay)
