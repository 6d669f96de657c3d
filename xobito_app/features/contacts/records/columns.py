"""The columns of contact files: how exports head them, and by which words imports know them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.schemas import ContactView, CustomFieldView

CUSTOM = "custom."
IGNORED = ""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A fact of a contact as a column of a file.

    Attributes:
        field: The key in a mapping: a field's name, or `custom.` and a slug.
        heading: What an export writes above it.
        also: Other headings it is known by, folded.
        is_read: Whether an import takes it; some facts are only told.
    """

    field: str
    heading: str
    also: tuple[str, ...] = ()
    is_read: bool = True


PLAIN: tuple[FileColumn, ...] = tuple(
    FileColumn(field.name, field.heading or field.label, field.also, field.is_imported)
    for field in FIELDS
    if field.is_exported
)
_MOMENT = "%Y-%m-%d %H:%M:%S"
_SHAPES = {field.name: field.shape for field in FIELDS}


def columns_of(fields: Sequence[CustomFieldView]) -> list[FileColumn]:
    """Return all columns, the workspace's custom fields last."""
    return [*PLAIN, *(FileColumn(CUSTOM + f.slug, f.label, (fold(f.slug),)) for f in fields)]


def fold(heading: str) -> str:
    """Return a heading without case, accents, space and punctuation."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def guess_mapping(headings: Sequence[str], fields: Sequence[CustomFieldView]) -> list[str]:
    """Return the field each heading of a file most likely means; empty where none.

    Every field is taken once, by the first heading that fits.
    """
    by_word: dict[str, str] = {}
    for column in columns_of(fields):
        if column.is_read:
            for word in (fold(column.heading), fold(column.field), *column.also):
                by_word.setdefault(word, column.field)
    taken: set[str] = set()
    mapping: list[str] = []
    for heading in headings:
        field = by_word.get(fold(heading), IGNORED)
        mapping.append(field if field not in taken else IGNORED)
        taken.add(field)
    return mapping


def cells_of(contact: ContactView, columns: Sequence[FileColumn]) -> tuple[str, ...]:
    """Return a contact as the cells of one row."""
    return tuple(_cell(contact, column.field) for column in columns)


def _cell(contact: ContactView, field: str) -> str:
    if field.startswith(CUSTOM):
        return custom_cell(contact.custom, field.removeprefix(CUSTOM))
    return words_of(contact, field)


def words_of(contact: ContactView, field: str, *, at: str = _MOMENT) -> str:
    """Return a field as a file or a comparison shows it; `at` is how moments are written."""
    value = getattr(contact, field)
    match _SHAPES[field]:
        case Shape.GROUPS:
            return "; ".join(group.name for group in contact.groups)
        case Shape.REFERENCE:
            return value.name if value else ""
        case Shape.MOMENT | Shape.STAMP:
            return format(value, at) if value else ""
        case Shape.FLAG:
            return "yes" if value else "no"
        case _:
            return str(value)


def custom_cell(custom: Mapping[str, object], slug: str) -> str:
    """Return a custom value as a file or a table shows it."""
    value = custom.get(slug)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)
