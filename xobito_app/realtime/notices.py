"""Small notices between processes over Redis: which thing changed, never what it says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict

from redis.asyncio import Redis
from redis.exceptions import RedisError

from xobito_app.core.events import Departures, Notice, Topic
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

CHANNEL = "xobito:notices"
REDIS_DATABASE = 2
RECONNECT_SECONDS = 0.5

_client: Redis | None = None


def redis_client() -> Redis:
    """Return this process's Redis client for notices, presence and rate buckets."""
    global _client
    if _client is None:
        _client = Redis.from_url(
            get_settings().redis_database(REDIS_DATABASE),
            socket_connect_timeout=3,
            health_check_interval=30,
        )
    return _client


async def close() -> None:
    """Close the client; the next use makes a new one."""
    global _client
    if _client is not None:
        await _client.aclose()
        _client = None


async def send_notices(departures: Departures) -> None:
    """Send what a unit of work collected; register it with `unit_of_work.on_commit`.

    Without Redis nothing is lost but immediacy: a screen rebuilds itself when it is next opened.
    """
    if not departures.notices:
        return
    message = json.dumps([asdict(notice) for notice in departures.notices])
    try:
        await redis_client().publish(CHANNEL, message)
    except (RedisError, OSError) as error:
        log.warning("notices.lost", extra={"reason": type(error).__name__})


async def listen() -> AsyncIterator[list[Notice] | None]:
    """Yield notices as they come, for ever.

    Yields None after every reconnection: notices may have been missed meanwhile, so whoever
    listens must look at everything anew.
    """
    while True:
        try:
            async with redis_client().pubsub(ignore_subscribe_messages=True) as channel:
                await channel.subscribe(CHANNEL)
                yield None
                async for message in channel.listen():
                    if notices := _read(message["data"]):
                        yield notices
        except (RedisError, OSError) as error:
            log.warning("notices.interrupted", extra={"reason": type(error).__name__})
        await asyncio.sleep(RECONNECT_SECONDS)


def _read(raw: bytes) -> list[Notice]:
    try:
        return [Notice(**{**item, "topic": Topic(item["topic"])}) for item in json.loads(raw)]
    except (ValueError, TypeError, KeyError):
        # A newer process may speak of topics an older one does not know yet.
        return []
