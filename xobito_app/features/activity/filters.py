"""Narrowing the activity log down, from what people choose on a page or in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from xobito_app import registry
from xobito_app.core import ids
from xobito_app.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which entries to show; days are those of the reader's time zone, both included."""

    user_id: UUID | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def read_filter(chosen: Mapping[str, str], zone: str) -> ActivityFilter:
    """Read `person`, `area`, `since` and `until` (ISO dates); empty ones do not narrow.

    Raises:
        Invalid: A date cannot be read.
        NotFound: The person cannot be an id.
    """
    area = chosen.get("area", "")
    person = chosen.get("person", "")
    since = _day(chosen.get("since", ""), "since")
    until = _day(chosen.get("until", ""), "until")
    return ActivityFilter(
        user_id=ids.parse(person) if person else None,
        action=f"{area}." if area in registry.log_areas() else "",
        since=_start(since, zone) if since else None,
        until=_start(until + timedelta(days=1), zone) if until else None,
    )


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid.field(field, "Write a date like 2026-05-03.") from None


def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
