"""Committing what arrives at the same time in one statement, each caller waiting for its own.

A commit waits for the disk; while one does, what comes meanwhile gathers for the next. Nothing is
held back on purpose: somebody who comes alone is stored at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from xobito_app.features.ingest.intake import Delivery, store_deliveries
from xobito_app.persistence.unit_of_work import autocommit_session, flush_post_commit, unit_of_work

log = logging.getLogger(__name__)

_Waiting = tuple[Delivery, asyncio.Future[None]]

MOST = 200
"""Deliveries in one statement."""
MOST_BYTES = 8 * 1024 * 1024


IDLE_SECONDS = 1.0
"""How long the database connection is held for the next delivery."""


class Gathering:
    """Deliveries on their way into the database."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def store(self, delivery: Delivery) -> None:
        """Store a delivery and return once it is committed.

        Raises:
            Exception: The database did not take it; it is not stored.
        """
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, committed))
        self._arrived.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await committed

    async def _write(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                try:
                    async with autocommit_session() as session:
                        while self._waiting or await self._somebody_comes():
                            batch = self._next()
                            await store_deliveries(session, [delivery for delivery, _ in batch])
                            # It is committed, so it is answered, whatever the wake-up comes to.
                            _settle(batch, None)
                            await flush_post_commit(session)
                except Exception as error:
                    log.warning("ingest.batch_failed", extra={"reason": type(error).__name__})
                    # When not even a connection came about, nobody has been taken up yet.
                    await self._one_by_one(batch or self._next())
                batch = []
        finally:
            self._writer = None
            _settle([*batch, *self._waiting], ConnectionError("The process is ending."))
            self._waiting = []

    async def _somebody_comes(self) -> bool:
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), IDLE_SECONDS)
        return bool(self._waiting)

    def _next(self) -> list[_Waiting]:
        count, size = 0, 0
        for delivery, _ in self._waiting[:MOST]:
            size += len(delivery.body)
            if count and size > MOST_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        """Give each its own try on a fresh connection.

        The held one may have died, and what one delivery is must not become its neighbours' fate.
        What was stored after all is only counted as a repeat.
        """
        for item in batch:
            if item[1].done():
                continue
            try:
                async with unit_of_work() as uow:
                    await store_deliveries(uow.session, [item[0]])
            except Exception as reason:
                _settle([item], reason)
            else:
                _settle([item], None)


def _settle(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for _, committed in batch:
        # Whoever hung up meanwhile has cancelled theirs; Meta will repeat it.
        if committed.done():
            continue
        if error is None:
            committed.set_result(None)
        else:
            committed.set_exception(error)
