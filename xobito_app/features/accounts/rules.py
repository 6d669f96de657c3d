"""How long things last around signing in, and how a person's input is judged."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.core.text import one_line

SESSION_LIFETIME = timedelta(days=30)
"""A session ends when its browser has not been seen for this long."""
SESSION_LONGEST = timedelta(days=90)
"""However often it is used, a session ends this long after the sign-in."""
INVITE_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=2)
FREE_TRIES = 4
LONGEST_PAUSE = timedelta(minutes=15)
FORGIVEN_AFTER = timedelta(hours=1)
"""Without a failure for so long, counting begins anew: an office shares one address for years."""
RECOVERY_CODES = 10

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failed sign-ins in a row: 2, 4, 8 … seconds."""
    if failures <= FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES, 20)), LONGEST_PAUSE)


def wait_sentence(seconds: int) -> str:
    """Say how long to wait after too many failures."""
    if seconds > 90:
        return f"Too many tries. Try again in {-(-seconds // 60)} minutes."
    return f"Too many tries. Try again in {seconds} second{'' if seconds == 1 else 's'}."


def is_session_alive(
    created_at: datetime, last_seen_at: datetime, revoked_at: datetime | None, now: datetime
) -> bool:
    """Tell whether a session still signs its browser in."""
    is_young = now - created_at < SESSION_LONGEST and now - last_seen_at < SESSION_LIFETIME
    return revoked_at is None and is_young


def is_invite_fresh(created_at: datetime, now: datetime) -> bool:
    """Tell whether an invitation is young enough to be accepted."""
    return now - created_at <= INVITE_LIFETIME


def is_reset_fresh(created_at: datetime, now: datetime) -> bool:
    """Tell whether a reset link is young enough to be used."""
    return now - created_at <= RESET_LIFETIME


def covers(held: frozenset[Permission] | None, *needed: str) -> bool:
    """Tell whether somebody holds all of some permissions; None stands for who is not active."""
    return held is not None and set(needed) <= {str(permission) for permission in held}


def read_email(text: str) -> str:
    """Return an e-mail address in its stored form.

    Raises:
        Invalid: It cannot be one.
    """
    email = text.strip().lower()
    if len(email) > 191 or not _EMAIL.fullmatch(email):
        raise Invalid.field("email", "Write an e-mail address like ana@example.com.")
    return email


def read_name(text: str, *, field: str = "name", limit: int = 191) -> str:
    """Return a person's or workspace's name on one line.

    Raises:
        Invalid: It is empty or longer than `limit` characters.
    """
    name = one_line(text)
    if not name:
        raise Invalid.field(field, "Write a name.")
    if len(name) > limit:
        raise Invalid.field(field, f"Use at most {limit} characters.")
    return name


def read_time_zone(text: str) -> str:
    """Return a time zone by its IANA name.

    Raises:
        Invalid: There is no such zone.
    """
    if text not in available_timezones():
        raise Invalid.field("time_zone", "Choose a time zone from the list.")
    return text
