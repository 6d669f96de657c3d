"""Token buckets in memory, for what one process bounds by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """So many at once, and so many a second in the long run.

    Attributes:
        burst: How many may come at once.
        per_second: How many are made up for in a second.
    """

    burst: float
    per_second: float
    clock: Callable[[], float]
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, self.clock()

    def take(self) -> bool:
        """Take one; False when there is none."""
        now = self.clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def is_full(self) -> bool:
        """Tell whether nothing of it is remembered any more."""
        return self._left + (self.clock() - self._at) * self.per_second >= self.burst
