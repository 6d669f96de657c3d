"""Lenient reading of JSON from outside: the value in the wanted shape or None, never an error."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from xobito_app.core.text import clean

# Meta's clock may run ahead of ours a little; more than this is a broken timestamp.
FUTURE_TOLERANCE = timedelta(hours=24)
_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)  # WhatsApp's first year
_MILLISECONDS_FROM = 100_000_000_000
DEEPEST = 64
"""Levels of JSON that are read."""
LONGEST_ID = 255
"""Characters of an id, as wide as the columns that hold one."""
_KEPT_OF_ID = LONGEST_ID - 65


def mapping(value: object) -> dict[str, Any]:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the objects of an array, others left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return what a person wrote, cleaned of control characters; None when empty or not text."""
    if isinstance(value, str):
        return clean(_storable(value)) or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _digits(value)
    return None


def identifier(value: object) -> str | None:
    """Return an id as text: Meta writes the same id as string here and as integer there.

    One longer than any column is shortened, and a fingerprint of the whole is put at its end:
    two of them with the same beginning stay two, and the same is always found again.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _digits(value)
    if not isinstance(value, str):
        return None
    written = clean(_storable(value))
    if len(written) > LONGEST_ID:
        whole = hashlib.sha256(written.encode()).hexdigest()
        written = f"{written[:_KEPT_OF_ID]}~{whole}"
    return written or None


def number(value: object) -> float | None:
    """Return a finite number, also from text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def integer(value: object) -> int | None:
    """Return a whole number, also from text."""
    found = number(value)
    return int(found) if found is not None and abs(found) < 2**63 else None


def boolean(value: object) -> bool | None:
    """Return a truth value, also from the words `true` and `false`."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return None


def moment(value: object) -> datetime | None:
    """Read a time in seconds or milliseconds, number or text, or in ISO 8601; None when odd."""
    if isinstance(value, str) and "-" in value.strip()[1:]:
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    seconds = number(value)
    if seconds is None:
        return None
    if abs(seconds) >= _MILLISECONDS_FROM:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def event_moment(value: object, received_at: datetime) -> datetime:
    """Read the time something happened, falling back to when we received it.

    Times before WhatsApp existed or more than a day ahead would sort a thread wrongly for ever.
    """
    found = moment(value)
    if found is None or not _EARLIEST <= found <= received_at + FUTURE_TOLERANCE:
        return received_at
    return found


def storable(value: Any, levels: int = DEEPEST) -> Any:
    """Return the JSON without what PostgreSQL's `jsonb` refuses: NUL, lone surrogates, NaN.

    What lies deeper than so many levels is left out: Meta nests a dozen, and everything that
    walks the value later may do so without counting.
    """
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, dict):
        if not levels:
            return None
        return {_storable(str(key)): storable(item, levels - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(item, levels - 1) for item in value] if levels else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _digits(value: float) -> str | None:
    if isinstance(value, int):
        # Python refuses to write integers of thousands of digits; no id is that long.
        return str(value) if abs(value) < 10**60 else None
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 10**60 else str(value)


def _storable(value: str) -> str:
    """Drop NUL, and replace lone surrogates, which JSON may carry and UTF-8 cannot."""
    value = value.replace("\0", "")
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
