"""How fast a number may be written from: a sliding second, shared by all workers, kept in Redis.

Meta's "throughput" of a number (error 130429) counts what it sends and what it receives. A turn is
taken before a request and stays taken until one second after its answer. A request reaches Meta
between the two, so no second at Meta's end holds more requests than there are turns, however long
each of them was on its way.

Losing what Redis knows costs a campaign a short pause; should too much leave nevertheless, Meta's
own limit answers 130429, which fails no message.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from xobito_app.core import ids
from xobito_app.features.throughput import scripts
from xobito_app.persistence.redis import redis_client

log = logging.getLogger(__name__)

LONGEST_REQUEST = 10.0
"""Seconds after which a turn whose holder never gave it back is free: whoever held it is dead, or
the request has arrived by now and is not answered."""

AHEAD = 0.1
"""Seconds a campaign is told of a turn before it may be used."""

RECENT = 5.0
PAUSE_AFTER_LOSS = 0.25
"""Seconds a campaign pauses when Redis lost its count while messages were on their way."""

REFUSED_PAUSE = 0.25
"""Seconds after which a message refused with 130429 may be tried again."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Requests that may be made, at once or in a moment.

    Attributes:
        marks: One for each; to be given back.
        delays: For each the seconds from now after which it may be used; 0 for what a person sends.
        pause: When there are fewer than wanted, the seconds after which to ask again.
    """

    marks: tuple[str, ...] = ()
    delays: tuple[float, ...] = ()
    pause: float = 0.0


_sent_at: dict[str, float] = {}
"""When this process last took a turn of a number."""


async def take_turns(
    number: str, rate: float, *, wanted: int = 1, is_campaign: bool = False
) -> Turns:
    """Take up to `wanted` turns to write from a number.

    Args:
        number: Meta's `phone_number_id`.
        rate: Messages a second Meta lets the number send and receive.
        is_campaign: What a person waits for goes before it.
    """
    name = ids.new().hex
    try:
        told: Any = await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            scripts.TAKE,
            2,
            *_keys(number),
            str(rate),
            str(wanted),
            str(LONGEST_REQUEST),
            "1" if is_campaign else "0",
            name,
            "1" if _has_sent(number) else "0",
            str(AHEAD),
            str(PAUSE_AFTER_LOSS),
        )
    except (RedisError, OSError) as error:
        _unavailable(error)
        # Without a common count each worker goes at a quarter of the pace.
        count = min(wanted, max(1, int(rate / 40)))
        return Turns(("",) * count, (0.0,) * count, 0.1)
    pause, *delays = map(float, told)
    if delays:
        _sent_at[number] = time.monotonic()
    marks = tuple(f"{name}:{place}" for place in range(1, len(delays) + 1))
    return Turns(marks, tuple(delays), pause)


def _has_sent(number: str) -> bool:
    """Tell whether this process wrote from the number a moment ago."""
    return time.monotonic() - _sent_at.get(number, -math.inf) < RECENT


async def give_back(number: str, marks: Collection[str], *, refused: int = 0) -> None:
    """Say that requests were answered.

    Args:
        number: Meta's `phone_number_id`.
        marks: Of their turns.
        refused: How many of them with 130429.
    """
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            scripts.DONE, 2, *_keys(number), str(refused), *marks
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
            scripts.REST, 1, _keys(number)[1], str(seconds)
        )
    except (RedisError, OSError) as error:
        _unavailable(error)


async def note_received(number: str, count: int) -> None:
    """Count messages a number has just received: they use its throughput too."""
    try:
        await redis_client().eval(  # pyright: ignore[reportGeneralTypeIssues]
            scripts.NOTE, 2, *_keys(number), f"in:{ids.new().hex}", str(min(count, 1000))
        )
    except (RedisError, OSError) as error:
        _unavailable(error)


def _keys(number: str) -> tuple[str, str]:
    return f"xobito:turns:{number}", f"xobito:pace:{number}"


def _unavailable(error: Exception) -> None:
    log.warning("throughput.unavailable", extra={"reason": type(error).__name__})
