"""When each recipient is due under Meta's daily limit, and who is over it: pure arithmetic."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from xobito_app.features.campaigns.schemas import DayShare, Headroom

DAY = timedelta(hours=24)
LONGEST_SPLIT = 30
"""Days a campaign may be split over."""


def headroom(limit: int | None, used: int) -> Headroom:
    """Return how many more people may be written to."""
    return Headroom(limit, used, None if limit is None else max(0, limit - used))


def seconds_for(people: int, rate: float) -> int:
    """Return how long sending to so many takes at so many a second."""
    return math.ceil(people / rate) if people else 0


def later_days(begins_at: datetime, limit: int, rate: float) -> list[datetime]:
    """Return when the shares of a split campaign begin.

    A day's share takes a while to be sent, so the next one begins as much later than 24 hours:
    no rolling day ever holds more than one of them.
    """
    step = DAY + timedelta(seconds=seconds_for(limit, rate))
    return [begins_at + step * number for number in range(LONGEST_SPLIT)]


@dataclass(slots=True)
class Allotment:
    """Hands out moments, the earliest first, until none is left.

    Attributes:
        rooms: How many more people each moment takes; None takes all.
        given: How many got each moment.
    """

    rooms: Mapping[datetime, int | None]
    given: dict[datetime, int] = field(default_factory=dict[datetime, int])

    def take(self) -> datetime | None:
        """Return when the next recipient is due; None for one who is over the limit."""
        for moment, room in self.rooms.items():
            taken = self.given.get(moment, 0)
            if room is None or taken < room:
                self.given[moment] = taken + 1
                return moment
        return None

    def shares(self) -> tuple[DayShare, ...]:
        """Return how many were given each moment that got any."""
        return tuple(DayShare(moment, people) for moment, people in self.given.items())

    def seconds(self, rate: float) -> int:
        """Return how long all of it takes from the first moment on."""
        if not self.given:
            return 0
        last = max(self.given)
        waiting = (last - min(self.given)).total_seconds()
        return int(waiting) + seconds_for(self.given[last], rate)


class Variants:
    """Hands out the templates of an A/B test: of every two people one gets each, by lot.

    The lots follow from the campaign's id, so that a dry run and the launch agree.
    """

    def __init__(self, campaign_id: UUID, count: int) -> None:
        self._lots = random.Random(campaign_id.int)  # noqa: S311 - fairness, no secret
        self._count = count
        self._left: list[int] = []

    def take(self) -> int:
        """Return the variant of the next recipient."""
        if self._count < 2:
            return 0
        if not self._left:
            self._left = [0, 1]
            self._lots.shuffle(self._left)
        return self._left.pop()
