"""Judging one row of a file: what it says of a contact, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xobito_app.core import phone
from xobito_app.core.text import one_line, shorten
from xobito_app.features.contacts.labels.custom_fields import read_value
from xobito_app.features.contacts.records import drafts
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.records.columns import CUSTOM, IGNORED
from xobito_app.features.contacts.schemas import CustomFieldView

SHOWN_VALUE = 60
_DEFUSED = re.compile(r"'(?=[=+\-@])")
_ROUNDED = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_GROUPS = re.compile(r"[;|]")
NAMED = frozenset(
    field.name
    for field in FIELDS
    if field.is_imported and field.shape in {Shape.REFERENCE, Shape.GROUPS}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row."""

    column: str
    value: str
    reason: str


@dataclass(slots=True)
class ReadRow:
    """A row after judging: facts to write when there is no problem.

    Attributes:
        key: The number in its shortest national variant: one person, however it is written.
        facts: Columns of a contact that the row fills; empty cells say nothing.
        custom: Custom values by slug.
        named: Names of status and source; of groups what stands between semicolons.
    """

    number: int
    cells: tuple[str, ...]
    key: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    custom: dict[str, Any] = field(default_factory=dict[str, Any])
    named: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    problems: list[Problem] = field(default_factory=list[Problem])


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a file are read."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    country: str
    custom: Mapping[str, CustomFieldView]

    def column_of(self, field_name: str) -> str:
        """Return the heading of the column a field comes from."""
        for column, mapped in zip(self.columns, self.fields, strict=True):
            if mapped == field_name:
                return column
        return field_name


def read_row(mapping: ColumnMapping, number: int, cells: Sequence[str]) -> ReadRow:
    """Judge a row whole; every problem it has is found."""
    row = ReadRow(number, tuple(cells))
    given: dict[str, str] = {}
    if any(cells[len(mapping.columns) :]):
        extra = next(cell for cell in cells[len(mapping.columns) :] if cell)
        row.problems.append(Problem("", _short(extra), "There are more cells than headings."))
    for mapped, cell in zip(mapping.fields, cells, strict=False):
        value = _DEFUSED.sub("", cell, count=1) if cell.startswith("'") else cell
        if mapped == IGNORED or not value:
            continue
        if mapped == "groups":
            names = [one_line(name) for name in _GROUPS.split(value)]
            row.named.setdefault("groups", []).extend(name for name in names if name)
        elif mapped in NAMED:
            row.named[mapped] = [one_line(value)]
        elif mapped.startswith(CUSTOM):
            _read_custom(mapping, row, mapped, value)
        else:
            given[mapped] = value
    _read_facts(mapping, row, given)
    return row


def _read_custom(mapping: ColumnMapping, row: ReadRow, mapped: str, value: str) -> None:
    slug = mapped.removeprefix(CUSTOM)
    try:
        row.custom[slug] = read_value(mapping.custom[slug], value)
    except ValueError as reason:
        row.problems.append(Problem(mapping.column_of(mapped), _short(value), str(reason)))


def _read_facts(mapping: ColumnMapping, row: ReadRow, given: Mapping[str, str]) -> None:
    number = given.get("phone", "")
    if not number:
        row.problems.append(Problem(mapping.column_of("phone"), "", "The phone number is missing."))
    elif _ROUNDED.fullmatch(number):
        row.problems.append(
            Problem(
                mapping.column_of("phone"),
                _short(number),
                "A spreadsheet has rounded this number: format the column as text.",
            )
        )
        given = {name: value for name, value in given.items() if name != "phone"}
    errors: dict[str, list[str]] = {}
    row.facts = drafts.read_facts(given, mapping.country, errors)
    row.problems += [
        Problem(mapping.column_of(name), _short(given.get(name, "")), reasons[0])
        for name, reasons in errors.items()
    ]
    if held := row.facts.get("phone"):
        row.key = min(phone.variants(held))


def _short(value: str) -> str:
    return shorten(value, SHOWN_VALUE)
