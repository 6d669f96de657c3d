"""What may come of a piece of leased work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the work; features add kinds of their own.

    Attributes:
        is_fact: It is true whoever holds the row by now, and recorded in any case.
    """

    is_fact: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Done(Outcome):
    """It is done."""


@dataclass(frozen=True, slots=True)
class Again(Outcome):
    """It did not happen, and is to be tried again.

    Attributes:
        seconds: After this pause.
        reason: Why, for whoever looks at it meanwhile.
        is_try: Whether it counts as an attempt; having to wait for one's turn does not.
    """

    seconds: float
    reason: str = ""
    is_try: bool = True


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """It did not happen and never will, for a reason in plain words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """It may have happened: it is never tried again by itself."""


class LeaseLost(Exception):
    """The row is in another worker's hands, or was settled: nothing is left to do here."""


def doubling(attempts: int, *, first: float, longest: float) -> float:
    """Return the seconds to wait after so many failed attempts: doubling each time, to a limit."""
    return min(first * 2.0 ** min(attempts - 1, 30), longest)
