"""One event loop for each worker process, so that connection pools live on between jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from celery.signals import setup_logging, worker_process_init, worker_shutdown

from xobito_app import logs
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]
Result = TypeVar("Result")

_runner: asyncio.Runner | None = None
_start_hooks: list[Hook] = []
_stop_hooks: list[Hook] = []


def on_start(hook: Hook) -> Hook:
    """Have the coroutine function run when a worker process starts. Usable as a decorator."""
    _start_hooks.append(hook)
    return hook


def on_stop(hook: Hook) -> Hook:
    """Have the coroutine function run when a worker process ends: close pools and clients."""
    _stop_hooks.append(hook)
    return hook


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run the coroutine to its end on this process's event loop and return its result."""
    global _runner
    if _runner is None:
        _runner = asyncio.Runner()
    return _runner.run(work)


async def _run_hooks(hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            await hook()
        except Exception:
            log.exception("worker.hook_failed", extra={"hook": hook.__qualname__})


@setup_logging.connect
def _configure_logging(**_: object) -> None:
    logs.configure(get_settings().log_level)


@worker_process_init.connect
def _start(**_: object) -> None:
    run(_run_hooks(_start_hooks))


@worker_shutdown.connect
def _stop(**_: object) -> None:
    global _runner
    if _runner is not None:
        run(_run_hooks(list(reversed(_stop_hooks))))
        _runner.close()
        _runner = None
