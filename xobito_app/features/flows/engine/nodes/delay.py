"""Delay: wait some time, or for a time of the day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks, durations
from xobito_app.features.flows.engine.inputs import Input, Message, Timer
from xobito_app.features.flows.engine.node import NEXT, Flaw, Go, Known, NodeKind, Outcome, Pause
from xobito_app.features.flows.engine.scene import Scene
from xobito_app.features.flows.engine.session import Wait
from xobito_app.features.flows.engine.turn import Turn

REPLIED = "replied"
BUSINESS_HOURS = "business_hours"
_FARTHEST_DAYS = 14


class Delay(NodeKind):
    """A pause.

    Attributes:
        duration: How long, like `30m`.
        until: Instead of a duration: `09:00`, the next time it is that late here; or
            `business_hours`, the next moment in which the business is open.
    """

    kind: ClassVar[str] = "delay"
    noun: ClassVar[str] = "Delay"
    holds: ClassVar[Collection[str]] = (NEXT, REPLIED)

    duration: str = Field(default="", max_length=20)
    until: str = Field(default="", max_length=20)

    @property
    def ports(self) -> tuple[str, ...]:
        """The time has come, or somebody wrote before."""
        return (NEXT, REPLIED)

    def enter(self, turn: Turn) -> Outcome:
        """Sleep, unless there is nothing to wait for."""
        until = self.wakes_at(turn.scene)
        if until is None or until <= turn.scene.now:
            return Go(NEXT, "there was nothing to wait for")
        return Pause(turn.sleep(until), f"waits until {until.astimezone(turn.scene.zone):%F %H:%M}")

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Wake up; a message wakes only where it leads somewhere."""
        match given:
            case Timer():
                return Go(NEXT, "the time has come")
            case Message() if REPLIED in turn.wired:
                return Go(REPLIED, "somebody wrote before the time came")
        return None

    def wakes_at(self, scene: Scene) -> datetime | None:
        """Return when the pause is over."""
        if span := durations.read(self.duration):
            return scene.now + span
        if self.until == BUSINESS_HOURS:
            return _next_opening(scene)
        if (at := _clock(self.until)) is None:
            return None
        there = scene.local_now
        wanted = datetime.combine(there.date(), at, scene.zone)
        if wanted <= there:
            wanted = datetime.combine(there.date() + timedelta(days=1), at, scene.zone)
        return wanted.astimezone(scene.now.tzinfo)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """One of the two must be said, and be a time."""
        if bool(self.duration) == bool(self.until):
            yield Flaw("no_time", "Say how long to wait, or until when.", "duration")
        yield from checks.span("duration", self.duration)
        if self.until and self.until != BUSINESS_HOURS and _clock(self.until) is None:
            yield Flaw("not_a_time", "Write the time of day like 09:00.", "until")


def _clock(text: str) -> time | None:
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        return None
    return time(int(hours), int(minutes)) if int(hours) < 24 and int(minutes) < 60 else None


def _next_opening(scene: Scene) -> datetime | None:
    """Return the next moment the business opens; None when it is open, or never is."""
    if scene.hours is None or scene.is_open(scene.now):
        return None
    there = scene.local_now
    for days in range(_FARTHEST_DAYS):
        day = there.date() + timedelta(days=days)
        for opens, _ in scene.hours.get(day.weekday(), ()):
            moment = datetime.combine(day, opens, scene.zone)
            if moment > there:
                return moment.astimezone(scene.now.tzinfo)
    return None
