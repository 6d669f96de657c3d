"""Small notices between processes over Redis: which thing changed, never what it says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict

from redis.exceptions import RedisError

from xobito_app.core.events import Notice, PostCommit, Topic
from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

CHANNEL = "xobito:notices"
RECONNECT_SECONDS = 0.5


async def send_notices(post_commit: PostCommit) -> None:
    """Send what a unit of work collected; register it with `unit_of_work.on_commit`.

    Without Redis nothing is lost but immediacy: a screen rebuilds itself when it is next opened.
    """
    if not post_commit.notices:
        return
    message = json.dumps([asdict(notice) for notice in post_commit.notices])
    try:
        await redis_client().publish(CHANNEL, message)
    except (RedisError, OSError) as error:
        log.warning("notices.lost", extra={"reason": type(error).__name__})


async def listen() -> AsyncIterator[list[Notice] | None]:
    """Yield notices as they come, for ever.

    Yields None whenever a subscription stands, the first one too: notices may have been missed
    before, so whoever listens must look at everything anew.
    """
    while True:
        try:
            async with redis_client().pubsub() as channel:
                await channel.subscribe(CHANNEL)
                async for message in channel.listen():
                    # Redis confirms; the client also subscribes anew by itself after a cut.
                    if message["type"] == "subscribe":
                        yield None
                    elif notices := _read(message["data"]):
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
