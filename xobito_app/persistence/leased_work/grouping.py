"""Many small writes in one transaction: who asks waits until theirs is committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from xobito_app.persistence.trouble import Fault, fault_of

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """Gathers what is asked for at about the same time and does it at once.

    When doing it together fails, each is done alone: one that does not work fails for itself. When
    the database is away all fail.

    Attributes:
        most: How many are done together.
        gather_seconds: How long the first of them waits for others.
    """

    def __init__(
        self,
        perform: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        most: int = 200,
        gather_seconds: float = 0.01,
    ) -> None:
        self._perform = perform
        self._most, self._gather_seconds = most, gather_seconds
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def add(self, item: T) -> R:
        """Return what came of the item once it is done.

        Raises:
            Exception: What went wrong with it, done alone.
        """
        return await self.put(item)

    def put(self, item: T) -> asyncio.Future[R]:
        """Have the item done without waiting for it; `close` does."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self._most:
                    await asyncio.sleep(self._gather_seconds)
                count = min(self._most, len(self._waiting))
                await self._do([self._waiting.popleft() for _ in range(count)])
        finally:
            # Nothing is awaited from the last look on: whoever comes next starts anew.
            self._running = None

    async def _do(self, some: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._perform([item for item, _ in some])
        except Exception as error:
            if len(some) > 1 and fault_of(error) is not Fault.DATABASE:
                for one in some:
                    await self._do([one])
                return
            for _, future in some:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(some, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def close(self) -> None:
        """Wait until all that was asked for is done."""
        while self._running is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self._running)
