"""Timing a coroutine many times, and how much memory a process took."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

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


async def in_a_process(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a process of its own and return the JSON object it prints."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        env=os.environ,
    )
    out, _ = await worker.communicate()
    return json.loads(out)


def peak_mb() -> int:
    """Return the most memory this process ever held; `getrusage` also counts who started it."""
    with Path("/proc/self/status").open() as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) // 1024
