"""Keyset pages: a window of rows and an opaque cursor to the next."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from xobito_app.core.errors import Invalid

WINDOW = 50
"""How many rows a screen holds at most."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list.

    Attributes:
        cursor: Asks for the following window; empty at the end, and on a numbered page.
        total: How many rows there are in all; None when they were not counted.
    """

    rows: tuple[T, ...]
    cursor: str = ""
    total: int | None = None

    def map(self, convert: Callable[[T], U]) -> Page[U]:
        """Return the same page with each row converted."""
        return Page(tuple(convert(row) for row in self.rows), self.cursor, self.total)


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], tuple[datetime, UUID]]) -> Page[T]:
    """Cut one row more than asked for into a page with the cursor of its last row."""
    window = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(window, encode(*key(window[-1])) if more else "")


def encode(at: datetime, row_id: UUID) -> str:
    """Pack a position (time, id) into an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(row_id)]).encode()).decode()


def decode(cursor: str) -> tuple[datetime, UUID]:
    """Unpack a cursor.

    Raises:
        Invalid: It was not made by `encode`.
    """
    try:
        said, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        at = datetime.fromisoformat(said)
        if at.tzinfo is None:
            raise ValueError
        return at, UUID(str(row_id))
    except (ValueError, TypeError):
        raise Invalid("This page link is damaged. Start again from the first page.") from None


def encode_words(*words: str) -> str:
    """Pack a position in an order of texts into an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode()


def decode_words(cursor: str, count: int) -> tuple[str, ...]:
    """Unpack a cursor of `count` texts.

    Raises:
        Invalid: It was not made by `encode_words`.
    """
    try:
        words = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError):
        words = None
    if not isinstance(words, list) or len(words) != count:
        raise Invalid("This page link is damaged. Start again from the first page.")
    return tuple(str(word) for word in words)
