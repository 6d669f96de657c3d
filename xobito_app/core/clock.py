"""The one source of time, so that tests can move it; and the time customers live in.

The two differ only with the simulator, whose clock a person may move forward so that reply windows
close. Everything that happens on this machine (sessions, jobs, retries) keeps the real time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def system_now() -> datetime:
    """Return the moment by this machine's clock, wherever `now` was moved."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = system_now
_ahead = timedelta(0)


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return _source()


def business_now() -> datetime:
    """Return the moment customers and WhatsApp live in: for reply windows and message times."""
    return _source() + _ahead


def simulated_offset() -> timedelta:
    """Return how far the customers' time is ahead of ours; nothing without the simulator."""
    return _ahead


def set_simulated_offset(by: timedelta) -> None:
    """Let the customers' time be ahead of ours by so much from now on, in this process."""
    global _ahead
    _ahead = by


def use(source: Callable[[], datetime] | None) -> None:
    """Replace the source of time; None restores the system's. For tests and the demo's past."""
    global _source
    _source = source or system_now
