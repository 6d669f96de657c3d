"""Rows as JSON and back, for changes that can be undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

Document = dict[str, Any]


def row_of(row: Any) -> Document:
    """Return all columns of a row as JSON."""
    return fields_of(row, [column.key for column in inspect(type(row)).column_attrs])


def fields_of(row: Any, names: Collection[str]) -> Document:
    """Return some columns of a row as JSON."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def values_of(table: type[Any], document: Mapping[str, Any]) -> Document:
    """Return a row's columns out of `row_of`, as Python knows them."""
    kinds = {column.key: column.columns[0].type for column in inspect(table).column_attrs}
    return {name: _value(kinds[name], value) for name, value in document.items() if name in kinds}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    expected = kind.python_type
    if expected is datetime:
        return datetime.fromisoformat(value)
    return UUID(value) if expected is UUID else value


def restore(row: Any, before: Document, after: Document) -> None:
    """Put columns back that nobody touched since: still as they were right after the change."""
    old = values_of(type(row), before)
    for name, value in after.items():
        if before[name] != value and _plain(getattr(row, name)) == value:
            setattr(row, name, old[name])
