"""Spans of time as graphs write them: `90s`, `30m`, `4h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=90)
_WRITTEN = re.compile(r"([1-9]\d{0,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read(text: str) -> timedelta | None:
    """Return a span of one second to ninety days; None for anything else."""
    if not (found := _WRITTEN.fullmatch(text.strip().lower())):
        return None
    span = timedelta(**{_UNITS[found[2]]: int(found[1])})
    return span if span <= LONGEST else None
