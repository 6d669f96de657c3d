"""Sending jobs: a nudge says "there is work" and may be lost, doubled or late without harm."""

from __future__ import annotations

import logging

from kombu.exceptions import KombuError, OperationalError

from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.names import LANE_OF

log = logging.getLogger(__name__)


def nudge(job: str, *arguments: str, delay_seconds: float = 0) -> None:
    """Put a job into its lane; when Redis is away only a warning is left, beat sweeps later.

    Args:
        job: A name of `jobs.names`.
        *arguments: Ids and other small strings.
        delay_seconds: Not before this many seconds; for short delays only, rows keep the rest.

    Raises:
        KeyError: The job has no lane.
    """
    lane = LANE_OF[job]
    try:
        celery.send_task(job, args=arguments, queue=lane, countdown=delay_seconds or None)
    except (KombuError, OperationalError, OSError) as error:
        log.warning("nudge.lost", extra={"job": job, "reason": type(error).__name__})
