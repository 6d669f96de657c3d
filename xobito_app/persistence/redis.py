"""This process's Redis client for notices, presence and rate buckets; nothing in it must last."""

from __future__ import annotations

from redis.asyncio import Redis

from xobito_app.settings import get_settings

DATABASE = 2

_client: Redis | None = None


def redis_client() -> Redis:
    """Return the client, made on first use."""
    global _client
    if _client is None:
        _client = Redis.from_url(
            get_settings().redis_database(DATABASE),
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
