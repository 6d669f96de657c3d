"""Sending jobs: a nudge says "there is work" and may be lost, doubled or late without harm."""

from __future__ import annotations

import asyncio
import logging

from kombu.exceptions import KombuError, OperationalError

from xobito_app.core.events import Departures, Nudge
from xobito_app.jobs.celery_app import celery

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.05
"""After a nudge, the same one waits this long and is then sent once for all that asked."""

_quiet: dict[Nudge, bool] = {}
"""Nudges sent a moment ago, and whether somebody asked for them since."""


def send(nudge: Nudge) -> None:
    """Put a nudge into its lane; when Redis is away only a warning is left, beat sweeps later."""
    try:
        celery.send_task(
            nudge.job.name,
            args=nudge.arguments,
            queue=nudge.job.lane.value,
            countdown=nudge.delay or None,
        )
    except (KombuError, OperationalError, OSError) as error:
        log.warning("nudge.lost", extra={"job": nudge.job.name, "reason": type(error).__name__})


async def send_nudges(departures: Departures) -> None:
    """Send what a unit of work collected; register it with `unit_of_work.on_commit`.

    The first of its kind leaves at once: somebody waits for it. A burst costs one message for
    each `QUIET_SECONDS`, the last of them after the last commit. Sending is one short write to a
    neighbour; handing it to a thread would cost more.
    """
    for nudge in departures.nudges:
        if nudge.delay:
            send(nudge)
        elif nudge in _quiet:
            _quiet[nudge] = True
        else:
            _send_and_be_quiet(nudge)


def _send_and_be_quiet(nudge: Nudge) -> None:
    _quiet[nudge] = False
    send(nudge)
    asyncio.get_running_loop().call_later(QUIET_SECONDS, _end_quiet, nudge)


def _end_quiet(nudge: Nudge) -> None:
    if _quiet.pop(nudge, False):
        _send_and_be_quiet(nudge)


async def flush() -> None:
    """Send what still waits, when the process ends."""
    for nudge, is_wanted in list(_quiet.items()):
        if is_wanted:
            _quiet[nudge] = False
            send(nudge)
