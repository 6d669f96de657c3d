"""Going on in a list that is ordered by a moment and an id, from where its last part ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, tuple_

Position = tuple[datetime, UUID]


def before(position: Position, at: Any, row_id: Any) -> ColumnElement[bool]:
    """Say what is older than a position. One comparison of pairs, which an index answers."""
    return tuple_(at, row_id) < tuple_(*map(literal, position))


def after(position: Position, at: Any, row_id: Any) -> ColumnElement[bool]:
    """Say what is newer than a position."""
    return tuple_(at, row_id) > tuple_(*map(literal, position))
