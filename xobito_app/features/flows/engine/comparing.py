"""The comparisons of conditions: numbers as numbers, dates as dates, all else as words."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from xobito_app.core import patterns
from xobito_app.core.text import one_line


class Operator(StrEnum):
    """How two values are compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    IS_EMPTY = "is_empty"
    IS_SET = "is_set"
    LESS = "less"
    GREATER = "greater"
    BEFORE = "before"
    AFTER = "after"
    IN_GROUP = "in_group"


ALONE = {Operator.IS_EMPTY, Operator.IS_SET}
"""Those that compare with nothing."""


def holds(op: Operator, left: str | None, right: str) -> bool:
    """Tell whether a comparison holds; a value that cannot be read as wanted makes it false."""
    value = one_line(left or "").casefold()
    other = one_line(right).casefold()
    match op:
        case Operator.IS_EMPTY:
            return not value
        case Operator.IS_SET:
            return bool(value)
        case Operator.EQUALS:
            return _same(value, other)
        case Operator.NOT_EQUALS:
            return not _same(value, other)
        case Operator.CONTAINS:
            return other in value
        case Operator.STARTS_WITH:
            return value.startswith(other)
        case Operator.ENDS_WITH:
            return value.endswith(other)
        case Operator.MATCHES:
            return patterns.occurs(right, left or "")
        case Operator.LESS | Operator.GREATER:
            return _ordered(op is Operator.LESS, _number(value), _number(other))
        case Operator.BEFORE | Operator.AFTER:
            return _ordered(op is Operator.BEFORE, _moment(value), _moment(other))
        case Operator.IN_GROUP:
            return False


def _same(left: str, right: str) -> bool:
    if left == right:
        return True
    one, other = _number(left), _number(right)
    return one is not None and one == other


def _ordered(is_less: bool, left: object, right: object) -> bool:
    if left is None or right is None or type(left) is not type(right):
        return False
    return left < right if is_less else left > right  # type: ignore[operator]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _moment(text: str) -> datetime | None:
    """Read a date, a date with a time, or a time alone; zones are left out on both sides."""
    for written in (text, f"1970-01-01 {text}"):
        try:
            return datetime.fromisoformat(written).replace(tzinfo=None)
        except ValueError:
            continue
    return None
