"""Sets of keys in statements: they travel as arrays, so no statement grows with the input."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, Text, any_, column, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, TypeEngine

CHUNK = 2000
"""Keys in one array; more are asked for one chunk after another."""

Key = TypeVar("Key")


def chunks(keys: Collection[Key], size: int = CHUNK) -> Iterator[list[Key]]:
    """Yield the keys in lists of at most `size`; none when there are none."""
    remaining = iter(keys)
    while chunk := list(islice(remaining, size)):
        yield chunk


def any_of(wanted: Any, keys: Collection[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of these keys: one parameter, however many there are."""
    return wanted == any_(_array(wanted, list(keys)))


def none_of(wanted: Any, keys: Collection[Any]) -> ColumnElement[bool]:
    """Say that a column holds none of these keys."""
    return ~any_of(wanted, keys)


def any_pair(left: Any, right: Any, pairs: Collection[tuple[Any, Any]]) -> ColumnElement[bool]:
    """Say that two columns hold one of these pairs between them: two parameters."""
    given = func.unnest(
        _array(left, [pair[0] for pair in pairs]), _array(right, [pair[1] for pair in pairs])
    ).table_valued(column("first", _type_of(left)), column("second", _type_of(right)), name="pair")
    named = given.render_derived()
    return tuple_(left, right).in_(select(named.c.first, named.c.second))


def _array(wanted: Any, keys: Sequence[Any]) -> ColumnElement[Any]:
    kind = _type_of(wanted)
    # An enum's member is its word; the driver would send its name.
    plain = [str(key) for key in keys] if isinstance(kind, Text) else list(keys)
    return literal(plain, ARRAY(kind))


def _type_of(wanted: Any) -> TypeEngine[Any]:
    kind = wanted.type.impl_instance if isinstance(wanted.type, TypeDecorator) else wanted.type
    # A key longer than the column must find nothing; a cast to the column's length would cut it.
    return Text() if isinstance(kind, String) else kind
