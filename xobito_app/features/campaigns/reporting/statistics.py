"""Comparing two shares: intervals by Wilson (1927), their difference by Newcombe (1998)."""

from __future__ import annotations

import math

Z95 = 1.959964


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """Return the interval that holds the true share with 95 %; all of 0 to 1 when nothing is known.

    Unlike the textbook's, it does not leave 0 to 1 and holds for few people too.
    """
    if not of:
        return 0.0, 1.0
    share = hits / of
    centre = share + z * z / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    base = 1 + z * z / of
    return max(0.0, (centre - spread) / base), min(1.0, (centre + spread) / base)


def difference(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float, float]:
    """Return how much larger the second share is, with the ends of its 95 % interval.

    Args:
        first: Hits, and of how many.
        second: Likewise.
    """
    one = first[0] / first[1] if first[1] else 0.0
    two = second[0] / second[1] if second[1] else 0.0
    low_one, high_one = wilson(*first)
    low_two, high_two = wilson(*second)
    gap = two - one
    low = gap - math.hypot(two - low_two, high_one - one)
    high = gap + math.hypot(high_two - two, one - low_one)
    return gap, low, high


def winner(low: float, high: float) -> int | None:
    """Return which is better, 0 or 1; None while the difference may be chance."""
    if low > 0:
        return 1
    return 0 if high < 0 else None
