"""Identifiers: time-ordered UUIDs (version 7, RFC 9562), so that indexes grow at their end."""

from __future__ import annotations

import secrets
import threading
from typing import NewType
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import NotFound

WorkspaceId = NewType("WorkspaceId", UUID)
UserId = NewType("UserId", UUID)
ConversationId = NewType("ConversationId", UUID)


_COUNTER_BITS = 12
_MOST_BORROWED = 100
"""Milliseconds; a clock that is further behind was put back."""
_counter_lock = threading.Lock()
_last = (0, 0)


def new() -> UUID:
    """Return a new version 7 UUID, greater than those this process made before in the same time.

    Within a millisecond the bits after it count up (RFC 9562, 6.2, method 1), so that what came in
    together keeps its order. A clock that is put back starts anew.
    """
    global _last
    milliseconds = int(clock.now().timestamp() * 1000) & ((1 << 48) - 1)
    with _counter_lock:
        before, counted = _last
        # Half of the range stays free to count; a full counter borrows from the next millisecond.
        counter = secrets.randbits(_COUNTER_BITS - 1)
        if before - _MOST_BORROWED <= milliseconds <= before:
            milliseconds, counter = before, counted + 1
            if counter >> _COUNTER_BITS:
                milliseconds, counter = before + 1, 0
        _last = (milliseconds, counter)
    value = milliseconds << 80 | 0x7 << 76 | counter << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def parse(text: object) -> UUID:
    """Read an id that came from outside.

    Raises:
        NotFound: It is not an id at all, which is answered like an id nobody has.
    """
    if isinstance(text, UUID):
        return text
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("Not found.") from None
