"""Things that happen by themselves after a while (statuses, reviews), kept over restarts."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import time
from collections.abc import Callable

from xobito_app.simulator.store import Doc, Store

log = logging.getLogger(__name__)

Handler = Callable[[Doc], None]


class Agenda:
    """Runs planned steps when their time comes.

    Times are the machine's, not the simulated ones, so that moving the clock fires nothing early.
    """

    def __init__(self, store: Store, speed: float) -> None:
        self._store = store
        self._speed = speed
        self._handlers: dict[str, Handler] = {}
        self._heap: list[tuple[float, int, Doc]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def on(self, step: str, handler: Handler) -> None:
        """Say who carries out a step."""
        self._handlers[step] = handler

    def plan(self, step: str, waba_id: str, seconds: float, **facts: object) -> None:
        """Have a step carried out `seconds` (at speed 1) from now."""
        doc: Doc = {"step": step, **facts}
        due = time.time() + seconds / self._speed
        heapq.heappush(self._heap, (due, self._store.add_pending("agenda", waba_id, due, doc), doc))
        self._wake.set()

    def start(self) -> None:
        """Load what was planned before and begin."""
        self._heap = [(due, seq, doc) for seq, due, doc in self._store.list_pending("agenda")]
        heapq.heapify(self._heap)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what is planned stays in the store."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            now = time.time()
            ran = 0
            while self._heap and self._heap[0][0] <= now and ran < 50:
                _, seq, doc = heapq.heappop(self._heap)
                self._carry_out(doc)
                self._store.done([seq])
                ran += 1
            if ran:
                # Lets requests in between two big heaps of statuses.
                await asyncio.sleep(0)
                continue
            self._wake.clear()
            wait = self._heap[0][0] - now if self._heap else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    def _carry_out(self, doc: Doc) -> None:
        try:
            self._handlers[doc["step"]](doc)
        except Exception:
            # One bad step must not end all simulated time.
            log.exception("simulator.step_failed", extra={"step": doc["step"]})
