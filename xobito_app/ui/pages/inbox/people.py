"""The people a thread can be given to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A colleague in the assign menu."""

    id: str
    name: str
