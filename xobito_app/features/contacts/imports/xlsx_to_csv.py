"""Turning the first sheet of a workbook into a CSV file; run as a process of its own.

The library holds a whole sheet in memory. In a process that ends, that memory is given back, and a
workbook made to harm takes only this process along.
"""

from __future__ import annotations

import csv
import datetime
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MOST_UNPACKED = 180 * 1024 * 1024
"""Bytes of XML that the library reads within some 270 MB."""
MOST_MEMORY = 1536 * 1024 * 1024
"""Bytes of address space: a workbook whose sizes are a lie ends here, not the machine."""
TOO_LARGE, UNREADABLE = 3, 4
"""Exit codes."""


def unpacked_size(path: Path) -> int:
    """Return how many bytes of the workbook the library would have to read.

    Raises:
        zipfile.BadZipFile: It is no workbook.
    """
    with zipfile.ZipFile(path) as archive:
        names = ("xl/worksheets/", "xl/sharedStrings", "xl/styles", "xl/workbook")
        return sum(item.file_size for item in archive.infolist() if item.filename.startswith(names))


def cell_of(value: Any) -> str:
    """Return a cell as it would stand in a CSV file: whole numbers without a fraction."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time(0)
        return value.date().isoformat() if is_day else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def convert(source: Path, target: Path) -> None:
    """Write the first visible sheet as CSV in UTF-8."""
    with CalamineWorkbook.from_path(str(source)) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        with target.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            for row in sheet.iter_rows():
                rows.writerow([cell_of(value) for value in row])


def main(arguments: Sequence[str]) -> int:
    """Convert; return 0, or why it did not work."""
    source, target = map(Path, arguments)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        if unpacked_size(source) > MOST_UNPACKED:
            return TOO_LARGE
        convert(source, target)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError, MemoryError):
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
