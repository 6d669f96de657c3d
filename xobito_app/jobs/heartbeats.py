"""Signs of life of the background processes: beat asks each lane, each lane notes the time."""

from __future__ import annotations

import time

from redis.asyncio import Redis

from xobito_app.core.jobs import Lane

HEARTBEAT_SECONDS = 10
"""How often beat asks."""


def _key(lane: str) -> str:
    return f"xobito:heartbeat:{lane}"


async def note(client: Redis, lane: str) -> None:
    """Record that beat's question reached the lane."""
    await client.set(_key(lane), repr(time.time()), ex=86_400)


async def read_ages(client: Redis) -> dict[str, float | None]:
    """Return for each lane the seconds since it last answered; None when it never did."""
    notes = await client.mget([_key(lane) for lane in Lane])
    now = time.time()
    return {
        lane.value: None if noted is None else round(max(now - float(noted), 0.0), 1)
        for lane, noted in zip(Lane, notes, strict=True)
    }
