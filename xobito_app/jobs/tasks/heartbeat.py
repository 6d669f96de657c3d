"""Each lane notes the time when beat asks, so that /health and the doctor see who is alive."""

from __future__ import annotations

from redis.asyncio import Redis

from xobito_app.core.events import Lane
from xobito_app.jobs import heartbeats, runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.names import HEARTBEAT_BULK, HEARTBEAT_LIVE
from xobito_app.settings import get_settings


async def _note(lane: Lane) -> None:
    async with Redis.from_url(get_settings().redis_database(2)) as client:
        await heartbeats.note(client, lane)


@celery.task(name=HEARTBEAT_LIVE)
def beat_live() -> None:
    """Note that the live lane is alive."""
    runtime.run(_note(Lane.LIVE))


@celery.task(name=HEARTBEAT_BULK)
def beat_bulk() -> None:
    """Note that the bulk lane is alive."""
    runtime.run(_note(Lane.BULK))
