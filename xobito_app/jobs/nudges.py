"""Sending jobs: a nudge says "there is work" and may be lost, doubled or late without harm."""

from __future__ import annotations

import logging

from kombu.exceptions import KombuError, OperationalError

from xobito_app.core.events import Departures, Nudge
from xobito_app.jobs.celery_app import celery

log = logging.getLogger(__name__)


def send(nudge: Nudge) -> None:
    """Put a nudge into its lane; when Redis is away only a warning is left, beat sweeps later."""
    try:
        celery.send_task(
            nudge.job,
            args=nudge.arguments,
            queue=nudge.lane.value,
            countdown=nudge.delay or None,
        )
    except (KombuError, OperationalError, OSError) as error:
        log.warning("nudge.lost", extra={"job": nudge.job, "reason": type(error).__name__})


async def send_nudges(departures: Departures) -> None:
    """Send what a unit of work collected; register it with `unit_of_work.on_commit`.

    Sending is one short write to a neighbour; handing it to a thread would cost more.
    """
    for nudge in departures.nudges:
        send(nudge)
