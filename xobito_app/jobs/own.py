"""The jobs that belong to no feature: signs of life, and deleting what is old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from redis.asyncio import Redis

from xobito_app import registry
from xobito_app.core.feature import Job
from xobito_app.core.jobs import JobType, Lane
from xobito_app.jobs import heartbeats
from xobito_app.jobs.everywhere import for_each_workspace, isolated
from xobito_app.settings import get_settings

HEARTBEATS = {lane: JobType(f"heartbeat.{lane.value}", lane) for lane in Lane}
RETENTION_SWEEP = JobType("retention.sweep", Lane.BULK)


async def note_alive(lane: Lane) -> None:
    """Note that a lane is alive, so that /health and the doctor see it."""
    async with Redis.from_url(get_settings().redis_database(2)) as client:
        await heartbeats.note(client, lane)


async def delete_old() -> None:
    """Delete what nobody needs any more; one kind that fails does not keep the others."""
    for feature in registry.features():
        for work in feature.global_retention:
            await isolated(work)
        for work in feature.retention:
            await isolated(partial(for_each_workspace, work))


def all_jobs() -> Iterator[Job]:
    """Yield every job of the application."""
    for lane, job_type in HEARTBEATS.items():
        every = timedelta(seconds=heartbeats.HEARTBEAT_SECONDS)
        yield Job(job_type, partial(note_alive, lane), every=every)
    yield Job(RETENTION_SWEEP, delete_old, every=timedelta(hours=6))
    yield from registry.jobs()
