"""How fast Meta may be written to: a bucket per number and a debt per recipient, in Redis.

Meta's terms: "throughput" of a number (error 130429) and "pair rate limit" (131056). All workers
share them. Losing them is harmless: Meta's own limits answer with these codes, which slow the
number or the recipient down and never fail a message.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from redis.exceptions import RedisError

from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

PAIR_SECONDS = 6.0
"""Meta's pair rate limit: one message to the same person in this time, in the long run."""
PAIR_BURST = 45
"""Messages to one person that may be borrowed from the future."""

LONGEST_WAIT = 1.0
"""Seconds a message may wait in hand for its number; longer waits go back to the queue."""


class Limit(StrEnum):
    """Which limit holds a message back."""

    NUMBER = "number"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a message may go, and after how many seconds.

    With `held_by` nothing was reserved: ask again after the wait.
    """

    seconds: float = 0.0
    held_by: Limit | None = None


# Time is Redis's own, so that workers with different clocks agree. The bucket holds a quarter of
# a second's messages; it may run into debt by what callers are willing to wait for.
_NUMBER = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local full, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'share', 'shut_until')
local share = tonumber(kept[3]) or 1
local at = tonumber(kept[2]) or now
local passed = math.max(0, now - at)
share = math.min(1, share + passed * 0.02)
local rate = math.max(1, full * share)
local most = math.max(1, rate / 4)
local tokens = math.min(most, (tonumber(kept[1]) or most) + passed * rate)
local wait = math.max(0, (1 - tokens) / rate) + math.max(0, (tonumber(kept[4]) or 0) - now)
local granted = wait <= longest
if granted then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now),
           'share', tostring(share))
redis.call('EXPIRE', KEYS[1], 3600)
return {granted and 1 or 0, tostring(wait)}
"""

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

_SLOW = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local share = tonumber(redis.call('HGET', KEYS[1], 'share') or '1')
local halved_at = tonumber(redis.call('HGET', KEYS[1], 'halved_at') or '0')
if now - halved_at > 1 then
  share = math.max(0.02, share / 2)
  redis.call('HSET', KEYS[1], 'halved_at', tostring(now))
end
redis.call('HSET', KEYS[1], 'share', tostring(share), 'tokens', '0', 'at', tostring(now),
           'shut_until', tostring(now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], math.max(3600, math.ceil(tonumber(ARGV[1])) + 60))
return tostring(share)
"""


async def acquire(
    number: str, recipient: str, rate: float, *, longest_wait: float = LONGEST_WAIT
) -> Grant:
    """Reserve the right to send one message.

    Args:
        number: Meta's `phone_number_id`.
        recipient: What stands for the person, unique within the number.
        rate: The number's messages a second when nothing slows it.
        longest_wait: Seconds the caller is ready to wait for the number.
    """
    try:
        client = redis_client()
        granted, seconds = await client.eval(  # pyright: ignore[reportGeneralTypeIssues]
            _NUMBER, 1, _number_key(number), str(rate), str(longest_wait)
        )
        if not granted:
            return Grant(float(seconds), Limit.NUMBER)
        free, pause = await client.eval(  # pyright: ignore[reportGeneralTypeIssues]
            _PAIR, 1, f"xobito:pair:{number}:{recipient}", str(PAIR_SECONDS), str(PAIR_BURST)
        )
        return Grant(float(seconds)) if free else Grant(float(pause), Limit.PAIR)
    except (RedisError, OSError) as error:
        log.warning("limiter.unavailable", extra={"reason": type(error).__name__})
        return Grant()


async def slow_down(number: str, seconds: float) -> None:
    """Halve a number's pace and let it rest: Meta said 130429. It recovers within a minute.

    Many refusals of the same second halve it once.
    """
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _SLOW, 1, _number_key(number), str(seconds)
        )
    except (RedisError, OSError) as error:
        log.warning("limiter.unavailable", extra={"reason": type(error).__name__})


def _number_key(number: str) -> str:
    return f"xobito:rate:{number}"
