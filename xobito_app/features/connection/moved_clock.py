"""Living in the simulator's time: its clock, moved by a person, moves our reply windows too."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Unavailable
from xobito_app.core.events import Topic
from xobito_app.features.connection import simulator
from xobito_app.features.connection.repository import list_routed_workspaces
from xobito_app.features.connection.service import has_real_connection
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often a process looks at the simulator's clock."""
REAL_SECONDS = 5.0
"""For how long the answer whether a real number is connected is believed."""

_asked_at = float("-inf")
_has_real = True


async def refresh() -> bool:
    """Take over the simulator's offset; tell whether it changed.

    With a real number connected anywhere in this installation the time is always the real one.
    """
    before = clock.simulated_offset()
    if get_settings().simulator == "0" or not simulator.is_known() or await _is_real():
        clock.set_simulated_offset(timedelta(0))
    else:
        try:
            clock.set_simulated_offset(timedelta(seconds=await simulator.read_clock_offset()))
        except Unavailable:
            # It is restarting: windows must not jump back and forth meanwhile.
            return False
    return clock.simulated_offset() != before


async def _is_real() -> bool:
    global _asked_at, _has_real
    if time.monotonic() - _asked_at > REAL_SECONDS:
        _has_real = await has_real_connection()
        _asked_at = time.monotonic()
    return _has_real


def forget() -> None:
    """Ask anew, the next time, whether a real number is connected."""
    global _asked_at
    _asked_at = float("-inf")


async def moved() -> None:
    """Refresh after the clock was moved from here, and have open screens look again."""
    await refresh()
    async with unit_of_work() as uow:
        for workspace_id in await list_routed_workspaces(uow.session):
            announce(uow.session, workspace_id, Topic.SETTINGS, "clock")


async def follow() -> None:
    """Keep this process in the simulator's time, for ever; a task of its own."""
    while True:
        try:
            await refresh()
        except (AppError, SQLAlchemyError, OSError) as error:
            log.debug("clock.not_followed", extra={"reason": type(error).__name__})
        await asyncio.sleep(LOOK_SECONDS)
