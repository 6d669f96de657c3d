"""Live notices: small facts that a page following the simulator reacts to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

_BACKLOG = 1000


class Hub:
    """Hands every notice to everyone who listens; a listener that lags loses the oldest."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[dict[str, Any] | None]] = set()

    def tell(self, kind: str, waba_id: str, **facts: Any) -> None:
        """Announce that something of a WABA changed."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait({"kind": kind, "waba_id": waba_id, **facts})

    def close(self) -> None:
        """End every listener, so that open streams do not hold a stopping server."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    @contextlib.contextmanager
    def _listening(self) -> Any:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_BACKLOG)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def listen(self, beat: float = 15.0) -> AsyncIterator[dict[str, Any] | None]:
        """Yield notices as they come; None every `beat` quiet seconds, to keep a line open."""
        with self._listening() as queue:
            yield None
            while True:
                try:
                    notice = await asyncio.wait_for(queue.get(), beat)
                except TimeoutError:
                    yield None
                    continue
                if notice is None:
                    return
                yield notice
