"""The one source of time, so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Replace the source of time; None restores the system's. For tests."""
    global _source
    _source = source or _system
