"""Files of people who are to be written to and need not become contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xobito_app.core import phone
from xobito_app.core.errors import Invalid
from xobito_app.core.text import one_line
from xobito_app.features.contacts.imports.files import prepare, read_rows
from xobito_app.features.contacts.records.columns import guess_mapping


@dataclass(frozen=True, slots=True)
class RecipientFile:
    """A file that was looked through.

    Attributes:
        path: Of its prepared form, plain CSV in UTF-8.
        phone_column: The heading of the column with the numbers.
    """

    path: Path
    delimiter: str
    columns: tuple[str, ...]
    phone_column: str
    rows: int

    def read(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the number, as it is written, and the cells by heading of every row.

        Raises:
            Invalid: A quotation mark is opened and never closed.
        """
        rows = read_rows(self.path, self.delimiter)
        next(row for row in rows if any(row.cells))
        for row in rows:
            if any(row.cells):
                cells = dict(zip(self.columns, row.cells, strict=False))
                yield cells.get(self.phone_column, "").removeprefix("'"), cells


def open_recipients(raw: Path, target: Path) -> RecipientFile:
    """Prepare an uploaded CSV or XLSX and find its column of phone numbers.

    Raises:
        Invalid: It cannot be read, has no rows, or no column of phone numbers.
    """
    prepared = prepare(raw, target)
    columns = tuple(one_line(heading) for heading in prepared.columns)
    mapping = guess_mapping(columns, [])
    phone_column = next(
        (heading for heading, field in zip(columns, mapping, strict=True) if field == "phone"),
        None,
    ) or _column_of_numbers(target, prepared.delimiter, columns)
    if not phone_column:
        raise Invalid.field(
            "file", "No column holds phone numbers. Head the one that does “Phone”, and try again."
        )
    return RecipientFile(target, prepared.delimiter, columns, phone_column, prepared.rows)


def _column_of_numbers(path: Path, delimiter: str, columns: tuple[str, ...]) -> str:
    """Return the first column whose first ten cells are all numbers with a country code."""
    rows = [row.cells for row in read_rows(path, delimiter) if any(row.cells)][1:11]
    for place, heading in enumerate(columns):
        cells = [row[place] for row in rows if len(row) > place]
        if heading and cells and all(phone.read_plain(cell) for cell in cells):
            return heading
    return ""
