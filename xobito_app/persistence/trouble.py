"""Whose fault a failed transaction is: the database's of this moment, or what was to be done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout


class Fault(StrEnum):
    """What a failure says about trying again."""

    DATABASE = "database"  # It is away or out of means: nothing can be done now, by anybody.
    COLLISION = "collision"  # Somebody else was in the way: the same may work at once.
    WORK = "work"  # The server judged what it was given; or the code failed: not by itself.


# Classes of SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html:
# connection, insufficient resources, system error.
_AWAY = ("08", "53", "58")
# Shut down, crashed, cannot connect now, database dropped; and a standby that takes no writes.
# Not all of class 57: a statement that was cancelled for its length is the work's own fault.
# Out of memory may well be what was asked for: asked for less at once, it may do.
_STILL_THERE = frozenset({"53200", "53400"})
_AWAY_STATES = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25006"})
# Serialisation failures and deadlocks, locks that were not to be had.
_COLLISION = ("40",)
_COLLISION_STATES = frozenset({"55P03", "55006"})


def fault_of(error: BaseException) -> Fault:
    """Judge a failure by what it is: by SQLSTATE and by the state of the connection.

    The driver's classes do not tell: `OperationalError` is a dead server as well as a statement
    that was too complex.
    """
    if isinstance(error, PoolTimeout):
        return Fault.DATABASE
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Fault.DATABASE
        error = error.orig if error.orig is not None else error
    if not isinstance(error, psycopg.Error):
        return Fault.WORK
    state = error.sqlstate
    if state is None:
        # Never judged by the server. `pgconn` is there when connecting itself failed; what the
        # driver refuses to send, such as NUL in a text, fails without it.
        return Fault.DATABASE if error.pgconn is not None else Fault.WORK
    if state in _AWAY_STATES or (state.startswith(_AWAY) and state not in _STILL_THERE):
        return Fault.DATABASE
    if state.startswith(_COLLISION) or state in _COLLISION_STATES:
        return Fault.COLLISION
    return Fault.WORK


T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


async def patiently(work: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """Do the work, again and again while the database is away or somebody is in the way.

    It may be done twice: a connection that breaks at the commit does not say what came of it.

    Raises:
        Exception: It failed for a reason of its own, or still after so many seconds.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        try:
            return await work()
        except Exception as error:
            if fault_of(error) is Fault.WORK or time.monotonic() + pause > deadline:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
