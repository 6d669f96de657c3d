"""One event loop for each worker process, in a thread of its own, living between jobs.

Pools stay open, and work that waits for Meta goes on in the background while the worker
already takes the next job: a call that hangs must not hold up what comes in.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from celery.signals import setup_logging, worker_process_init, worker_shutdown

from xobito_app import logs
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]
Work = Callable[[], Coroutine[Any, Any, Any]]
Result = TypeVar("Result")

STOP_PATIENCE_SECONDS = 5.0
"""How long background work may take to end; what is cut off then, a sweep takes up again."""

_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None
_rooms: asyncio.Semaphore | None = None
_start_hooks: list[Hook] = []
stop_hooks: list[Hook] = []
_background: dict[str, asyncio.Task[None]] = {}
_wanted_again: set[str] = set()
_numbers = itertools.count()


def on_start(hook: Hook) -> Hook:
    """Have the coroutine function run when a worker process starts. Usable as a decorator."""
    _start_hooks.append(hook)
    return hook


def on_stop(hook: Hook) -> Hook:
    """Have the coroutine function run when a worker process ends: close pools and clients."""
    stop_hooks.append(hook)
    return hook


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run the coroutine to its end on this process's event loop and return its result."""
    return asyncio.run_coroutine_threadsafe(work, _running_loop()).result()


def start(work: Work, *, name: str = "") -> None:
    """Begin the work in the background and return at once.

    When work of that name is already going on here, it runs once more after it ended, however
    often it was asked for: what was asked for is always looked at after the asking. Work without
    a name always begins.
    """
    _running_loop().call_soon_threadsafe(_begin, name or f"job {next(_numbers)}", work)


def _running_loop() -> asyncio.AbstractEventLoop:
    global _loop, _thread
    if _loop is None:
        _loop = asyncio.new_event_loop()
        _thread = threading.Thread(target=_loop.run_forever, name="xobito-loop", daemon=True)
        _thread.start()
    return _loop


def _begin(name: str, work: Work) -> None:
    if name in _background:
        _wanted_again.add(name)
    else:
        _background[name] = asyncio.ensure_future(_repeat(name, work))


def _room() -> asyncio.Semaphore:
    """Return what lets `WORKER_CONCURRENCY` jobs go on at once on this loop; others wait."""
    global _rooms
    if _rooms is None:
        _rooms = asyncio.Semaphore(get_settings().worker_concurrency)
    return _rooms


async def _repeat(name: str, work: Work) -> None:
    try:
        while True:
            _wanted_again.discard(name)
            try:
                async with _room():
                    await work()
            except Exception:
                log.exception("job.failed", extra={"job": name})
            if name not in _wanted_again:
                return
    finally:
        _wanted_again.discard(name)
        _background.pop(name, None)


async def _run_hooks(hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            await hook()
        except Exception:
            log.exception("worker.hook_failed", extra={"hook": hook.__qualname__})


async def _end_background() -> None:
    running = list(_background.values())
    if running:
        _, late = await asyncio.wait(running, timeout=STOP_PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


@setup_logging.connect
def _configure_logging(**_: object) -> None:
    logs.configure(get_settings().log_level)


@worker_process_init.connect
def _start(**_: object) -> None:
    run(_run_hooks(_start_hooks))


@worker_shutdown.connect
def stop(**_: object) -> None:
    """End the loop: background work gets its time to end, then the hooks run."""
    global _loop, _thread, _rooms
    if _loop is None or _thread is None:
        return
    run(_end_background())
    run(_run_hooks(list(reversed(stop_hooks))))
    _loop.call_soon_threadsafe(_loop.stop)
    _thread.join()
    _loop.close()
    _loop = _thread = _rooms = None
