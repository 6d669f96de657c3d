"""Sending jobs: a wake-up says "there is work" and may be lost, doubled or late without harm."""

from __future__ import annotations

import asyncio
import logging

from kombu.exceptions import KombuError, OperationalError

from xobito_app.core.events import PostCommit, WakeUp
from xobito_app.jobs.celery_app import celery

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.05
"""After a wake-up, the same one waits this long and is then sent once for all that asked."""

_quiet: dict[WakeUp, bool] = {}
"""Nudges sent a moment ago, and whether somebody asked for them since."""


def send(wake_up: WakeUp) -> None:
    """Put a wake-up into its lane; when Redis is away only a warning is left, beat sweeps later."""
    try:
        celery.send_task(
            wake_up.job.name,
            args=wake_up.arguments,
            queue=wake_up.job.lane.value,
            countdown=wake_up.delay or None,
        )
    except (KombuError, OperationalError, OSError) as error:
        log.warning("wake_up.lost", extra={"job": wake_up.job.name, "reason": type(error).__name__})


async def send_wake_ups(post_commit: PostCommit) -> None:
    """Send what a unit of work collected; register it with `unit_of_work.on_commit`.

    The first of its kind leaves at once: somebody waits for it. A burst costs one message for
    each `QUIET_SECONDS`, the last of them after the last commit. Sending is one short write to a
    neighbour; handing it to a thread would cost more.
    """
    for wake_up in post_commit.wake_ups:
        if wake_up.delay:
            send(wake_up)
        elif wake_up in _quiet:
            _quiet[wake_up] = True
        else:
            _send_and_be_quiet(wake_up)


def _send_and_be_quiet(wake_up: WakeUp) -> None:
    _quiet[wake_up] = False
    send(wake_up)
    asyncio.get_running_loop().call_later(QUIET_SECONDS, _end_quiet, wake_up)


def _end_quiet(wake_up: WakeUp) -> None:
    if _quiet.pop(wake_up, False):
        _send_and_be_quiet(wake_up)


async def flush() -> None:
    """Send what still waits, when the process ends."""
    for wake_up, is_wanted in list(_quiet.items()):
        if is_wanted:
            _quiet[wake_up] = False
            send(wake_up)
