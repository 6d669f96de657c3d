"""Committing what arrives at the same time in one statement, each caller waiting for its own.

A commit waits for the disk; while one does, what comes meanwhile gathers for the next. Nothing is
held back on purpose: somebody who comes alone is stored at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from xobito_app.features.ingest.intake import store_deliveries
from xobito_app.persistence.unit_of_work import single_statement

log = logging.getLogger(__name__)

MOST = 200
"""Deliveries in one statement."""
MOST_BYTES = 8 * 1024 * 1024


class Gathering:
    """Deliveries on their way into the database."""

    def __init__(self) -> None:
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def store(self, body: bytes) -> None:
        """Store a delivery and return once it is committed.

        Raises:
            Exception: The database did not take it; it is not stored.
        """
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((body, committed))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await committed

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = self._next()
                try:
                    await self._commit([body for body, _ in batch])
                except Exception as error:
                    await self._one_by_one(batch, error)
                else:
                    _settle(batch, None)
        finally:
            self._writer = None
            _settle(self._waiting, ConnectionError("The process is ending."))
            self._waiting = []

    def _next(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        count, size = 0, 0
        for body, _ in self._waiting[:MOST]:
            size += len(body)
            if count and size > MOST_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _commit(self, bodies: Sequence[bytes]) -> None:
        async with single_statement() as session:
            await store_deliveries(session, bodies)

    async def _one_by_one(
        self, batch: list[tuple[bytes, asyncio.Future[None]]], error: Exception
    ) -> None:
        """Give each its own try: what one delivery is must not become its neighbours' fate."""
        if len(batch) == 1:
            _settle(batch, error)
            return
        log.warning("ingest.batch_failed", extra={"reason": type(error).__name__})
        for item in batch:
            try:
                await self._commit([item[0]])
            except Exception as reason:
                _settle([item], reason)
            else:
                _settle([item], None)


def _settle(batch: Sequence[tuple[bytes, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, committed in batch:
        # Whoever hung up meanwhile has cancelled theirs; Meta will repeat it.
        if committed.done():
            continue
        if error is None:
            committed.set_result(None)
        else:
            committed.set_exception(error)
