"""The fields of a contact people are asked for: in which order, and which stand side by side."""

from __future__ import annotations

from xobito_app.features.contacts.records.catalogue import FIELDS, ContactField, Shape, arranged

Row = tuple[ContactField, ...]

_MAIN = (
    ("first_name", "last_name"),
    ("phone", "email"),
    ("status", "source"),
    ("type", "assignee"),
    ("groups",),
    ("company", "website"),
)
_MORE = (("address",), ("zip", "city"), ("state", "country"), ("language",), ("description",))
_PLACED = tuple(name for row in (*_MAIN, *_MORE) for name in row)

ASKED: Row = arranged(_PLACED, (field for field in FIELDS if field.is_asked))
"""In the order of the form; a field that has no place in it yet comes last."""
WRITTEN: Row = tuple(
    field for field in ASKED if field.shape in {Shape.TEXT, Shape.PHONE} and not field.choices
)
"""Those that are plain text."""


def _rows(placed: tuple[tuple[str, ...], ...]) -> list[Row]:
    by_name = {field.name: field for field in ASKED}
    return [tuple(by_name[name] for name in row) for row in placed]


MAIN = _rows(_MAIN)
MORE = [*_rows(_MORE), *((field,) for field in ASKED if field.name not in _PLACED)]
"""Behind the fold."""
