"""Rows as CSV, safe to be opened in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from xobito_app.core.text import defuse


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as lines of CSV; no cell is one that a spreadsheet takes for a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(
        ["" if cell is None else defuse(str(cell)) for cell in row] for row in rows
    )
    return buffer.getvalue()
