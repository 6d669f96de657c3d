"""How often one person may be written to: a debt per recipient, in Redis.

Meta's "pair rate limit" (131056), which all workers keep together. Losing what Redis knows is
harmless: Meta answers with that code, and then only this recipient waits. How fast a number may be
written from is `connection.throughput`.
"""

from __future__ import annotations

import logging

from redis.exceptions import RedisError

from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

PAIR_SECONDS = 6.0
"""Meta's pair rate limit: one message to the same person in this time, in the long run."""
PAIR_BURST = 45
"""Messages to one person that may be borrowed from the future."""

# A debt that shrinks by one message in six seconds and may grow to the whole burst: a person who
# answers in three quick lines is not held back. Where Meta counts more strictly it says 131056,
# and then only this recipient waits.
_PAIR = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'debt', 'at')
local at = tonumber(kept[2]) or now
local debt = math.max(0, (tonumber(kept[1]) or 0) - math.max(0, now - at) / gap)
if debt + 1 > burst then
  return {0, tostring((debt + 1 - burst) * gap)}
end
redis.call('HSET', KEYS[1], 'debt', tostring(debt + 1), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil((debt + 2) * gap))
return {1, '0'}
"""


async def ask(number: str, recipient: str) -> float:
    """Count one message to a person; return how many seconds it has to wait, and is not counted.

    Args:
        number: Meta's `phone_number_id`.
        recipient: What stands for the person, unique within the number.
    """
    key = f"xobito:pair:{number}:{recipient}"
    try:
        free, pause = await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _PAIR, 1, key, str(PAIR_SECONDS), str(PAIR_BURST)
        )
    except (RedisError, OSError) as error:
        log.warning("pair_limit.unavailable", extra={"reason": type(error).__name__})
        return 0.0
    return 0.0 if free else float(pause)
