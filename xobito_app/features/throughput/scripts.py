"""What Redis does at one go with the turns of a number; see `service` for what it is for.

`KEYS[1]` holds the turns, each with the moment it ends; `KEYS[2]` holds the pace of the number.
"""

from __future__ import annotations

# Time is Redis's own, so that workers with different clocks agree.
_CLOCK = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
"""

# `cut` is the share of the pace left after refusals; it grows back to the whole in ten seconds.
# When Redis lost what it knew (`since` is gone) and the caller has sent a moment ago, campaigns
# pause: as they go evenly, no second holds too many then.
# Campaigns take their turns evenly, leave some free, and step back while a person waits. A turn
# that ends within `ahead` seconds is given to them with the moment from when on it is theirs, so
# that what has to be written down before is done by then.
TAKE = (
    _CLOCK
    + """
local rate, wanted, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local is_campaign, name, has_sent = ARGV[4] == '1', ARGV[5], ARGV[6] == '1'
local ahead, gap_after_loss = tonumber(ARGV[7]), tonumber(ARGV[8])
local kept = redis.call('HMGET', KEYS[2], 'cut', 'cut_at', 'shut_until', 'next_at', 'person_until',
  'since')
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
if (tonumber(kept[3]) or 0) > now then return {tostring(kept[3] - now)} end
local next_at = tonumber(kept[4]) or 0
if not kept[6] then
  redis.call('HSET', KEYS[2], 'since', tostring(now))
  if has_sent then
    next_at = now + gap_after_loss
    redis.call('HSET', KEYS[2], 'next_at', tostring(next_at))
  end
end
local share = 1
if kept[1] then
  share = math.min(1, kept[1] + (1 - kept[1]) * (now - kept[2]) / 10)
end
local capacity = math.max(1, math.floor(rate * share))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local free = capacity - redis.call('ZCARD', KEYS[1])
local starts, ending, pause = {}, {}, 0.02
if is_campaign then
  local second = math.floor(now)
  local heard = redis.call('HMGET', KEYS[2], 'heard:' .. second, 'heard:' .. (second - 1))
  local most = math.max(tonumber(heard[1]) or 0, tonumber(heard[2]) or 0)
  if capacity >= 20 then free = free - math.max(1, math.ceil(math.sqrt(most))) end
  if (tonumber(kept[5]) or 0) > now then
    wanted = 0
  elseif free < wanted then
    ending = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now + ahead, 'WITHSCORES',
      'LIMIT', 0, wanted - free)
  end
  local gap, place = 1 / capacity / 1.1, 1
  next_at = math.max(next_at, now - 0.1)
  while #starts < wanted and next_at <= now + ahead do
    local start = math.max(now, next_at)
    if free > 0 then
      free = free - 1
    elseif not ending[place] then
      break
    else
      if free == 0 then
        start = math.max(start, tonumber(ending[place + 1]))
        redis.call('ZREM', KEYS[1], ending[place])
      else
        free = free + 1
        start = nil
      end
      place = place + 2
    end
    if start then
      starts[#starts + 1] = start
      next_at = math.max(next_at, start - 0.1) + gap
    end
  end
  if #starts > 0 then redis.call('HSET', KEYS[2], 'next_at', tostring(next_at)) end
  pause = ahead / 2
  if wanted > 0 and #starts == wanted then pause = 0 end
else
  if free < wanted then
    redis.call('HSET', KEYS[2], 'person_until', tostring(now + 0.2))
  else
    redis.call('HDEL', KEYS[2], 'person_until')
  end
  for _ = 1, math.min(wanted, free) do starts[#starts + 1] = now end
  if free <= 0 then
    local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    if first[2] then pause = math.max(pause, math.min(0.05, first[2] - now)) end
  end
end
local granted = {tostring(pause)}
for place, start in ipairs(starts) do
  redis.call('ZADD', KEYS[1], start + lease, name .. ':' .. place)
  granted[#granted + 1] = tostring(start - now)
end
return granted
"""
)

# Refusals count by the second they were told in. Of fewer than a hundred requests, what the slowest
# numbers send in these five seconds, a few refusals say nothing.
DONE = (
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
if held_back <= math.max(sent, 100) * 0.05 then return end
local kept = redis.call('HMGET', KEYS[2], 'cut', 'cut_at')
local share = 1
if kept[1] then
  if now - kept[2] < 1 then return end
  share = math.min(1, kept[1] + (1 - kept[1]) * (now - kept[2]) / 10)
end
redis.call('HSET', KEYS[2], 'cut', tostring(math.max(0.1, share * 0.8)), 'cut_at', tostring(now))
"""
)

REST = (
    _CLOCK
    + """
redis.call('HSET', KEYS[1], 'shut_until', tostring(now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], math.max(3600, math.ceil(tonumber(ARGV[1])) + 60))
"""
)

NOTE = (
    _CLOCK
    + """
for place = 1, tonumber(ARGV[2]) do
  redis.call('ZADD', KEYS[1], now + 1, ARGV[1] .. ':' .. place)
end
local second = math.floor(now)
redis.call('HINCRBY', KEYS[2], 'heard:' .. second, ARGV[2])
for past = 2, 6 do redis.call('HDEL', KEYS[2], 'heard:' .. (second - past)) end
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
"""
)
