"""Views: what services return instead of the rows of tables."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


View = TypeVar("View", bound=_Dataclass)


def taken_from(row: object, view: type[View], /, **told: Any) -> View:
    """Return a view of a row: each field as the row has it, or as it is told here.

    Args:
        row: Has whatever is not told, under the same names.
        view: A dataclass.
        told: What the view says in another way than the row.
    """
    missing = [field.name for field in fields(view) if field.name not in told]
    return view(**told, **{name: getattr(row, name) for name in missing})
