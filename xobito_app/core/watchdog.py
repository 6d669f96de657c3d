"""Ends a process whose event loop no longer turns, so that whoever supervises it starts another."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0
BEAT_SECONDS = 0.5
EXIT_STATUS = 70
"""`EX_SOFTWARE` of sysexits: something inside went wrong."""


def _end_process() -> None:
    # Where it hangs, by file and line, to standard error; faulthandler prints no values.
    faulthandler.dump_traceback(2, all_threads=True)
    os._exit(EXIT_STATUS)


async def watch_loop(
    *, patience: float = PATIENCE_SECONDS, end: Callable[[], None] = _end_process
) -> None:
    """Watch this loop from a thread for as long as it lives. A lifespan task.

    An endless loop in one handler would silence everybody who is on this process: tabs, webhooks,
    health. Nothing inside the loop can notice; a thread can.

    Args:
        patience: Seconds without a turn after which `end` is called.
        end: Ends the process; it gets no chance to tidy up.
    """
    turned = [time.monotonic()]
    stopped = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(turned, stopped, patience, end), name="watchdog", daemon=True
    )
    thread.start()
    try:
        while True:
            turned[0] = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        stopped.set()


def _watch(
    turned: list[float], stopped: threading.Event, patience: float, end: Callable[[], None]
) -> None:
    watched = 0.0
    """Seconds this thread itself was awake since the last turn it saw."""
    seen = turned[0]
    while not stopped.wait(BEAT_SECONDS):
        # A machine that slept or a stopped process wakes with an old beat: only time in which
        # this thread ran counts, a beat at a time.
        watched = 0.0 if turned[0] != seen else watched + BEAT_SECONDS
        seen = turned[0]
        if watched >= patience:
            with suppress(Exception):
                log.critical("loop.stuck", extra={"seconds": patience})
            end()
            return
