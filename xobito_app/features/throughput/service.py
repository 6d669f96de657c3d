"""How fast a number may be written from: a sliding second, shared by all workers, kept in Redis.

Meta's "throughput" of a number (error 130429) counts what it sends and what it receives. A turn is
taken before a request and stays taken until one second after its answer. A request reaches Meta
between the two, so no second at Meta's end holds more requests than there are turns, however long
each of them was on its way.

Losing what Redis knows is harmless: Meta's own limit answers 130429, which fails no message.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from redis.exceptions import RedisError

from xobito_app.core import ids
from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

LONGEST_REQUEST = 40.0
"""Seconds after which a turn whose holder never gave it back is free: longer than any request."""

REFUSED_PAUSE = 0.25
"""Seconds after which a message refused with 130429 may be tried again."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Requests that may be made now.

    Attributes:
        marks: One for each; to be given back.
        pause: When there are fewer than wanted, the seconds after which to ask again.
    """

    marks: tuple[str, ...] = ()
    pause: float = 0.0


# Time is Redis's own, so that workers with different clocks agree.
_CLOCK = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
"""

# `cut` is the share of the pace left after refusals; it grows back to the whole in ten seconds.
# Campaigns take their turns evenly, leave one free, and step back while a person waits.
_TAKE = (
    _CLOCK
    + """
local rate, wanted, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local is_campaign, name = ARGV[4] == '1', ARGV[5]
local kept = redis.call('HMGET', KEYS[2], 'cut', 'cut_at', 'shut_until', 'next_at', 'person_until')
if (tonumber(kept[3]) or 0) > now then return {0, tostring(kept[3] - now)} end
local share = 1
if kept[1] then
  share = math.min(1, kept[1] + (1 - kept[1]) * (now - kept[2]) / 10)
end
local capacity = math.max(1, math.floor(rate * share))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local free = capacity - redis.call('ZCARD', KEYS[1])
local pause = 0.02
if is_campaign then
  if capacity >= 20 then free = free - 1 end
  if (tonumber(kept[5]) or 0) > now then free = 0 end
  local gap = 1 / capacity
  local next_at = math.max(tonumber(kept[4]) or 0, now - 0.05)
  local even = math.max(0, math.floor((now - next_at) / gap) + 1)
  if even <= free then
    free = even
    pause = math.max(0.002, next_at + even * gap - now)
  end
  free = math.min(wanted, free)
  if free > 0 then redis.call('HSET', KEYS[2], 'next_at', tostring(next_at + free * gap)) end
else
  if free < wanted then
    redis.call('HSET', KEYS[2], 'person_until', tostring(now + 0.2))
  else
    redis.call('HDEL', KEYS[2], 'person_until')
  end
  free = math.min(wanted, free)
end
if free <= 0 then
  free = 0
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if first[2] then pause = math.max(pause, math.min(0.05, first[2] - now)) end
end
for place = 1, free do
  redis.call('ZADD', KEYS[1], now + lease, name .. ':' .. place)
end
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
return {free, tostring(pause)}
"""
)

# Refusals count by the second they were told in. One alone slows nothing down.
_DONE = (
    _CLOCK
    + """
local refused = tonumber(ARGV[1])
for place = 2, #ARGV do
  redis.call('ZADD', KEYS[1], 'XX', now + 1, ARGV[place])
end
local second = math.floor(now)
redis.call('HINCRBY', KEYS[2], 'sent:' .. second, #ARGV - 1)
redis.call('HDEL', KEYS[2], 'sent:' .. (second - 6), 'refused:' .. (second - 6))
redis.call('EXPIRE', KEYS[2], 3600)
if refused == 0 then return end
redis.call('HINCRBY', KEYS[2], 'refused:' .. second, refused)
local sent, held_back = 0, 0
for past = 0, 4 do
  sent = sent + (tonumber(redis.call('HGET', KEYS[2], 'sent:' .. (second - past))) or 0)
  local refusals = redis.call('HGET', KEYS[2], 'refused:' .. (second - past))
  held_back = held_back + (tonumber(refusals) or 0)
end
if held_back < 2 or held_back <= sent * 0.05 then return end
local kept = redis.call('HMGET', KEYS[2], 'cut', 'cut_at')
local share = 1
if kept[1] then
  if now - kept[2] < 1 then return end
  share = math.min(1, kept[1] + (1 - kept[1]) * (now - kept[2]) / 10)
end
redis.call('HSET', KEYS[2], 'cut', tostring(math.max(0.1, share * 0.8)), 'cut_at', tostring(now))
"""
)

_REST = (
    _CLOCK
    + """
redis.call('HSET', KEYS[1], 'shut_until', tostring(now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], math.max(3600, math.ceil(tonumber(ARGV[1])) + 60))
"""
)

_NOTE = (
    _CLOCK
    + """
for place = 1, tonumber(ARGV[2]) do
  redis.call('ZADD', KEYS[1], now + 1, ARGV[1] .. ':' .. place)
end
redis.call('EXPIRE', KEYS[1], 3600)
"""
)


async def take_turns(
    number: str, rate: float, *, wanted: int = 1, is_campaign: bool = False
) -> Turns:
    """Take up to `wanted` turns to write from a number now.

    Args:
        number: Meta's `phone_number_id`.
        rate: Messages a second Meta lets the number send and receive.
        is_campaign: What a person waits for goes before it.
    """
    name = ids.new().hex
    try:
        granted, pause = await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _TAKE,
            2,
            *_keys(number),
            str(rate),
            str(wanted),
            str(LONGEST_REQUEST),
            "1" if is_campaign else "0",
            name,
        )
    except (RedisError, OSError) as error:
        _unavailable(error)
        # Without a common count each worker goes at a quarter of the pace.
        return Turns(("",) * min(wanted, max(1, int(rate / 40))), 0.1)
    places = range(1, int(granted) + 1)
    return Turns(tuple(f"{name}:{place}" for place in places), float(pause))


async def give_back(number: str, marks: Collection[str], *, refused: int = 0) -> None:
    """Say that requests were answered.

    Args:
        number: Meta's `phone_number_id`.
        marks: Of their turns.
        refused: How many of them with 130429.
    """
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _DONE, 2, *_keys(number), str(refused), *marks
        )
    except (RedisError, OSError) as error:
        _unavailable(error)


async def drop(number: str, marks: Collection[str]) -> None:
    """Give back turns that were not used."""
    if not marks:
        return
    try:
        await redis_client().zrem(_keys(number)[0], *marks)
    except (RedisError, OSError) as error:
        _unavailable(error)


async def rest(number: str, seconds: float) -> None:
    """Let nothing leave a number for a while: Meta said that the account asks too much."""
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _REST, 1, _keys(number)[1], str(seconds)
        )
    except (RedisError, OSError) as error:
        _unavailable(error)


async def note_received(number: str, count: int) -> None:
    """Count messages a number has just received: they use its throughput too."""
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            _NOTE, 1, _keys(number)[0], f"in:{ids.new().hex}", str(min(count, 1000))
        )
    except (RedisError, OSError) as error:
        _unavailable(error)


def _keys(number: str) -> tuple[str, str]:
    return f"xobito:turns:{number}", f"xobito:pace:{number}"


def _unavailable(error: Exception) -> None:
    log.warning("throughput.unavailable", extra={"reason": type(error).__name__})
