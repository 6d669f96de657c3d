"""Times, sizes and numbers as people read them, in their own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

LOCALE = "en"


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def clock_time(at: datetime, zone: str) -> str:
    """Return the time of day, like 14:02."""
    return format_time(_local(at, zone), "HH:mm", locale=LOCALE)


def clock_seconds(at: datetime, zone: str) -> str:
    """Return the time of day with its seconds, like 14:02:31."""
    return format_time(_local(at, zone), "HH:mm:ss", locale=LOCALE)


def day(at: datetime, zone: str, now: datetime) -> str:
    """Return the name of a day as a separator shows it."""
    local, today = _local(at, zone).date(), _local(now, zone).date()
    if local == today:
        return "Today"
    if local == today - timedelta(days=1):
        return "Yesterday"
    if timedelta() < today - local < timedelta(days=7):
        return format_date(local, "EEEE", locale=LOCALE)
    pattern = "d MMMM" if local.year == today.year else "d MMMM yyyy"
    return format_date(local, pattern, locale=LOCALE)


def ago(at: datetime, zone: str, now: datetime) -> str:
    """Return how long ago in a list's narrow column: now, 5m, 14:02, Tue, 3 May, 2024."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)}m"
    local, today = _local(at, zone), _local(now, zone)
    if local.date() == today.date():
        return format_time(local, "HH:mm", locale=LOCALE)
    if passed < timedelta(days=7):
        return format_date(local, "EEE", locale=LOCALE)
    return format_date(local, "d MMM" if local.year == today.year else "MMM yyyy", locale=LOCALE)


def full(at: datetime, zone: str) -> str:
    """Return the whole moment, like 3 May 2026, 14:02."""
    local = _local(at, zone)
    return f"{format_date(local, 'd MMM yyyy', locale=LOCALE)}, {clock_time(at, zone)}"


def weekday(at: datetime, zone: str) -> str:
    """Return a moment to plan with, like Tue 24 Nov, 09:00."""
    local = _local(at, zone)
    return f"{format_date(local, 'EEE d MMM', locale=LOCALE)}, {clock_time(at, zone)}"


def field_time(at: datetime, zone: str) -> str:
    """Return a moment as a browser's field for a day and a time holds it."""
    return f"{_local(at, zone):%Y-%m-%dT%H:%M}"


def size(count: int) -> str:
    """Return a file size: 840 B, 12 KB, 3.4 MB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def badge(count: int, cap: int = 100) -> str:
    """Return a count for a badge, capped; empty for none."""
    if count <= 0:
        return ""
    return f"{cap - 1}+" if count >= cap else str(count)
