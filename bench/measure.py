"""Timing a coroutine many times, and how much memory a process took."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from xobito_app.core.memory import freeze_startup_objects


async def timed(work: Callable[[int], Awaitable[object]], repeats: int) -> dict[str, float]:
    """Run `work(i)` so often, after a tenth as warm-up, and return milliseconds."""
    for index in range(max(1, repeats // 10)):
        await work(index)
    # As our processes do once they have started.
    freeze_startup_objects()
    took: list[float] = []
    for index in range(repeats):
        begin = time.perf_counter()
        await work(index)
        took.append((time.perf_counter() - begin) * 1000)
    return {
        "median_ms": round(statistics.median(took), 2),
        "p95_ms": round(statistics.quantiles(took, n=20)[18], 2),
    }


def peak_mb() -> int:
    """Return the most memory this process ever held; `getrusage` also counts who started it."""
    with Path("/proc/self/status").open() as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) // 1024
