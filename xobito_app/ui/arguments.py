"""What a browser sends along with an event: strangers, until they have the form a handler declares.

Reflex calls a handler with whatever came, whatever its annotations say.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST_INTEGER = 2**53
"""Browsers count no further exactly."""
_DEEPEST = 20


def fits(function: Callable[..., Any], payload: dict[str, Any]) -> bool:
    """Tell whether the arguments of an event are those its handler declares."""
    declared, required = _parameters(function)
    return required <= payload.keys() <= declared.keys() and all(
        _is_a(value, declared[name]) for name, value in payload.items()
    )


@lru_cache(maxsize=2000)
def _parameters(function: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str]]:
    hints = get_type_hints(function)
    found = list(inspect.signature(function).parameters.values())[1:]
    required = frozenset(one.name for one in found if one.default is one.empty)
    return {one.name: hints.get(one.name, Any) for one in found}, required


def _is_a(value: Any, declared: Any) -> bool:
    origin = get_origin(declared) or declared
    if origin in (Union, UnionType):
        return any(_is_a(value, one) for one in get_args(declared))
    if declared is Any:
        return True
    if isinstance(value, bool):
        return declared is bool
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return False
    if declared is float:
        return isinstance(value, int | float)
    return isinstance(origin, type) and isinstance(value, origin)


def storable(value: Any, depth: int = 0) -> Any:
    """Return a value whose texts the database takes.

    PostgreSQL has no NUL, and half a surrogate pair is no character; neither can be seen.

    Raises:
        ValueError: It is nested more deeply than any form of ours.
    """
    if depth > _DEEPEST:
        raise ValueError("Nested too deeply.")
    match value:
        case str():
            return _UNSTORABLE.sub("", value)
        case dict():
            return {storable(k): storable(v, depth + 1) for k, v in value.items()}
        case list():
            return [storable(one, depth + 1) for one in value]
    return value
