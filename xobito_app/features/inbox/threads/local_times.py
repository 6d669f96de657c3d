"""Moments as people of a workspace name them: wall-clock times of its zone, and some offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor
from xobito_app.features.workspaces.service import get_workspace

MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Preset:
    """A moment that is offered; `local` is its wall-clock time in the workspace's zone."""

    label: str
    local: datetime


def read_local(text: str, zone: str) -> datetime:
    """Read a wall-clock time of a zone, as a browser's field gives it: `2026-11-24T09:00`.

    Of a time that comes twice, as the clocks are put back, the first is meant.

    Raises:
        Invalid: It is no time, or one that daylight saving skips.
    """
    try:
        naive = datetime.fromisoformat(text.strip()).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        raise Invalid.field("due_at", "Choose a day and a time.") from None
    local = naive.replace(tzinfo=ZoneInfo(zone))
    moment = local.astimezone(ZoneInfo("UTC"))
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise Invalid.field("due_at", "The clocks are put forward then: this time does not exist.")
    return moment


def presets(now: datetime, zone: str) -> list[Preset]:
    """Return the moments that are offered: soon, this evening, tomorrow, next Monday."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.replace(second=0, microsecond=0, tzinfo=None)
    morning = datetime.combine(today.date(), MORNING)
    offered = [Preset("In an hour", today + timedelta(hours=1))]
    if today.hour < 17:
        offered.append(Preset("This evening", morning.replace(hour=18)))
    offered.append(Preset("Tomorrow morning", morning + timedelta(days=1)))
    until_monday = 7 - today.weekday()
    if until_monday > 1:
        offered.append(Preset("Monday morning", morning + timedelta(days=until_monday)))
    return offered


async def time_zone_of(session: AsyncSession, actor: Actor) -> str:
    """Return the zone in which the workspace plans."""
    return (await get_workspace(session, actor.workspace_id)).time_zone
