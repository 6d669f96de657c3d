"""How many requests a minute a token has left, counted in Redis for all processes together."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError

from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60

# The moments of the last minute's requests: in no minute, wherever it begins, are there more than
# the limit. Time is Redis's own, so that processes with different clocks agree.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
while oldest and oldest <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
end
local used = redis.call('LLEN', KEYS[1])
if used >= most then
  return {0, math.max(1, math.ceil((oldest + window - now) / 1000))}
end
redis.call('RPUSH', KEYS[1], string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], window)
return {most - used - 1, 0}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a request may go on.

    Attributes:
        remaining: Requests left right now.
        retry_after: Seconds until the next one is welcome; 0 when this one is.
    """

    remaining: int
    retry_after: int = 0


async def take(token_id: UUID, limit: int) -> Allowance:
    """Count a request of a token; one round trip.

    Without Redis everything may go on: the limit protects, it does not guard a secret.
    """
    if limit == 0:
        return Allowance(0)
    try:
        left, wait = await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _TAKE, 1, f"xobito:api:{token_id}", str(limit), str(WINDOW_SECONDS * 1000)
        )
    except (RedisError, OSError) as error:
        log.warning("limiter.unavailable", extra={"reason": type(error).__name__})
        return Allowance(limit)
    return Allowance(int(left), int(wait))
