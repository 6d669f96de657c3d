"""Celery's tasks, made from what the features declare. Importing this registers all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any
from uuid import UUID

from xobito_app.core.feature import Job
from xobito_app.core.memory import freeze_startup_objects
from xobito_app.features.connection import moved_clock
from xobito_app.features.connection.credentials import close_clients
from xobito_app.jobs import runtime, wake_ups, wiring
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace
from xobito_app.jobs.own import all_jobs
from xobito_app.persistence import engine, redis


def register(job: Job) -> None:
    """Have workers do a job when they are woken for it; waiting goes on beside the next job."""

    def wake(*carried: str) -> None:
        name = " ".join((job.type.name, *carried)) if job.is_merged or not carried else ""
        runtime.start(partial(run, job, *carried), name=name)

    celery.task(name=job.type.name)(wake)


def run(job: Job, *carried: str) -> Coroutine[Any, Any, Any]:
    """Return the work a wake-up asks for.

    Args:
        carried: What the wake-up brings, ids as text.
    """
    if not carried and job.sweep:
        return for_each_workspace(job.sweep)
    return job.work(*map(_read, carried))


def _read(carried: str) -> UUID | str:
    try:
        return UUID(carried)
    except ValueError:
        return carried


for _job in all_jobs():
    register(_job)


@runtime.on_start
async def _wire() -> None:
    """Only a worker hears and tells of what is committed, not whoever imports the tasks."""
    wiring.wire()


@runtime.on_start
async def _spare_the_lasting() -> None:
    freeze_startup_objects()


_following: list[asyncio.Task[None]] = []


@runtime.on_start
async def _follow_the_clock() -> None:
    """Live in the simulator's time while it is in use."""
    _following.append(asyncio.create_task(moved_clock.follow()))


@runtime.on_stop
async def _stop_following() -> None:
    for task in _following:
        task.cancel()


# Ended in the opposite order: what waits to be sent leaves while Redis is still open.
runtime.on_stop(engine.dispose)
runtime.on_stop(redis.close)
runtime.on_stop(close_clients)
runtime.on_stop(wake_ups.flush)
