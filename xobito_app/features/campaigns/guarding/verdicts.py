"""When a campaign stops by itself: pure rules over the newest outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW = 200
"""Outcomes that are looked at, the newest."""
LEAST = 50
"""Fewer outcomes say nothing about a campaign."""
CANARY_KNOWN = 0.8
CANARY_SECONDS = 600.0
"""After so long a canary is judged by what is known: some phones are off for days."""
_RANKS = {"RED": 1, "LOW": 1, "YELLOW": 2, "MEDIUM": 2, "GREEN": 3, "HIGH": 3}
"""Meta's `quality_rating` of numbers and `quality_score` of templates."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Above which shares, 0 to 1, a campaign pauses; each workspace has its own.

    Attributes:
        in_a_row: So many identical failures one after another are no chance; at most `WINDOW`.
    """

    failures: float = 0.10
    opt_outs: float = 0.01
    in_a_row: int = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of one message.

    Attributes:
        error_code: Meta's, of a failed one.
    """

    has_failed: bool
    error_code: int | None = None
    reason: str = ""
    has_opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Qualities:
    """How Meta rates what is sent, and the number it is sent from.

    Attributes:
        number_before: At the launch, or when a person last resumed.
    """

    template: str = ""
    number: str = ""
    number_before: str = ""


def find_reason(
    outcomes: Sequence[Outcome],
    qualities: Qualities,
    thresholds: Thresholds,
    *,
    least: int = LEAST,
) -> str:
    """Return why a campaign must pause, in one sentence; empty when all is well.

    Args:
        outcomes: The newest first.
        least: So many have to be known before shares count.
    """
    if _RANKS.get(qualities.template.upper()) == 1:
        return "Meta rates the template's quality as low; sending more would have it paused."
    before = _RANKS.get(qualities.number_before.upper())
    now = _RANKS.get(qualities.number.upper())
    if before and now and now < before:
        return f"The number's quality fell from {qualities.number_before} to {qualities.number}."
    window = outcomes[:WINDOW]
    row = window[: thresholds.in_a_row]
    is_same = len({(outcome.error_code, outcome.reason) for outcome in row}) == 1
    if len(row) == thresholds.in_a_row and is_same and all(one.has_failed for one in row):
        return f"The last {len(row)} messages failed for the same reason: {row[0].reason}"
    if len(window) < max(1, least):
        return ""
    failed = sum(outcome.has_failed for outcome in window)
    if failed > thresholds.failures * len(window):
        return f"{failed} of the last {len(window)} messages failed."
    gone = sum(outcome.has_opted_out for outcome in window)
    if gone > thresholds.opt_outs * len(window):
        return f"{gone} of the last {len(window)} people opted out."
    return ""


def is_canary_known(size: int, open_ones: int, known: int, seconds: float) -> bool:
    """Tell whether the first recipients may be judged.

    Args:
        size: How many there are.
        open_ones: Those whose request is still to be made or under way.
        known: Those of whom an outcome is known.
        seconds: Since the last of them was accepted.
    """
    if open_ones:
        return False
    return known >= size * CANARY_KNOWN or seconds >= CANARY_SECONDS
