"""Files of contacts on disk: any encoding, separator or workbook becomes plain CSV in UTF-8.

Everything after this works on that one form, whose bytes can be counted: an import that was cut
off goes on at the byte where its last committed batch ended.
"""

from __future__ import annotations

import codecs
import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from charset_normalizer import from_bytes

import xobito_app
from xobito_app.core.errors import Invalid
from xobito_app.features.contacts.imports import xlsx_to_csv
from xobito_app.settings import get_settings

MOST_BYTES = 50 * 1024 * 1024
MOST_COLUMNS = 200
MOST_ROWS = 1_000_000
LONGEST_CELL = 131_072
"""Characters; a longer one means a quotation mark that is never closed."""
DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 256 * 1024
_PIECE = 1 << 20
_CONVERSION_SECONDS = 180
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "latin_1"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a file turned out to be."""

    kind: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: its number as a spreadsheet shows it, its cells, and the byte where it ends."""

    number: int
    cells: tuple[str, ...]
    end: int


def folder_of(workspace_id: UUID) -> Path:
    """Return where a workspace's imports lie."""
    return get_settings().data_path / "imports" / str(workspace_id)


def path_of(workspace_id: UUID, import_id: UUID) -> Path:
    """Return where the prepared file of an import lies."""
    return folder_of(workspace_id) / f"{import_id}.csv"


def errors_path_of(workspace_id: UUID, import_id: UUID) -> Path:
    """Return where the rows an import refused are listed."""
    return folder_of(workspace_id) / f"{import_id}.errors.csv"


def discard(workspace_id: UUID, import_id: UUID) -> None:
    """Delete what lies on disk of an import."""
    discard_upload(workspace_id, import_id)
    errors_path_of(workspace_id, import_id).unlink(missing_ok=True)


def discard_upload(workspace_id: UUID, import_id: UUID) -> None:
    """Delete the prepared file of an import; the list of refused rows stays."""
    path_of(workspace_id, import_id).unlink(missing_ok=True)


def prepare(raw: Path, target: Path) -> Prepared:
    """Write an uploaded file as CSV in UTF-8 and look it through once.

    Raises:
        Invalid: It is neither CSV nor XLSX, has no rows, or a quotation mark is never closed.
    """
    with raw.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b"\x00\r\n\t "):
        raise Invalid.field("file", "This file is empty.")
    if head.startswith(b"PK\x03\x04"):
        _convert_workbook(raw, target)
        return _look_through(target, "xlsx", "utf-8")
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Invalid.field("file", "Save the table as CSV or XLSX; this kind cannot be read.")
    encoding = _convert_text(raw, target, head)
    return _look_through(target, "csv", encoding)


def _convert_workbook(raw: Path, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        xlsx_to_csv.__name__,
        str(raw.resolve()),
        str(target.resolve()),
    ]
    try:
        code = subprocess.run(  # noqa: S603 - our own module on our own files
            command,
            timeout=_CONVERSION_SECONDS,
            check=False,
            cwd=Path(xobito_app.__file__).parents[1],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
    except subprocess.TimeoutExpired:
        code = xlsx_to_csv.TOO_LARGE
    if code == xlsx_to_csv.TOO_LARGE:
        raise Invalid.field(
            "file", "This workbook is too large to be read as XLSX. Save it as CSV instead."
        )
    if code:
        raise Invalid.field("file", "This workbook cannot be read. Save it as CSV instead.")


def _convert_text(raw: Path, target: Path, head: bytes) -> str:
    """Write the text in UTF-8 without a byte order mark; return the encoding it had."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            _recode(raw, target, encoding, skip=len(mark))
            return encoding
    if b"\x00" in head:
        raise Invalid.field("file", "This is no table. Choose a CSV or XLSX file.")
    try:
        _recode(raw, target, "utf-8")
    except UnicodeDecodeError:
        encoding = _guess_encoding(raw)
        _recode(raw, target, encoding, errors="replace")
        return encoding
    return "utf-8"


def _recode(
    raw: Path, target: Path, encoding: str, *, skip: int = 0, errors: str = "strict"
) -> None:
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors), translate=True
    )
    with raw.open("rb") as source, target.open("wb") as into:
        source.seek(skip)
        while piece := source.read(_PIECE):
            into.write(decoder.decode(piece).replace("\x00", "").encode("utf-8", "replace"))
        into.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))


def _guess_encoding(raw: Path) -> str:
    """Judge by the lines that are not plain: a name with an accent may stand far down."""
    telling = bytearray()
    with raw.open("rb") as file:
        for line in file:
            if not line.isascii():
                telling += line[:2000]
            if len(telling) > 64 * 1024:
                break
    best = from_bytes(bytes(telling), cp_isolation=_CANDIDATES, preemptive_behaviour=False).best()
    # What fits everything says nothing: Western Europe is likelier than anything exotic.
    if best is None or best.encoding in {"latin_1", "cp1252"} or len(telling) < 200:
        return "cp1252"
    return best.encoding


def _look_through(path: Path, kind: str, encoding: str) -> Prepared:
    delimiter = "," if kind == "xlsx" else _guess_delimiter(path)
    rows = read_rows(path, delimiter)
    heading = next(rows, None)
    while heading is not None and not any(heading.cells):
        heading = next(rows, None)
    if heading is None:
        raise Invalid.field("file", "This file is empty.")
    if len(heading.cells) > MOST_COLUMNS:
        raise Invalid.field("file", f"A table has at most {MOST_COLUMNS} columns.")
    count = sum(1 for row in rows if any(row.cells))
    if not count:
        raise Invalid.field("file", "There are no rows below the headings.")
    if count > MOST_ROWS:
        raise Invalid.field("file", f"A table has at most {MOST_ROWS:,} rows.")
    return Prepared(kind, encoding, delimiter, name_columns(heading.cells), count)


def name_columns(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return headings that differ from one another: empty ones numbered, repeated ones counted."""
    names: list[str] = []
    for index, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:100] or f"Column {index}"
        base, times = name, 1
        while name in names:
            times += 1
            name = f"{base} ({times})"
        names.append(name)
    return tuple(names)


def _guess_delimiter(path: Path) -> str:
    """Return what parts the first rows into most columns, the same number in each."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE).decode("utf-8", "ignore")
    scores: dict[str, float] = {}
    for delimiter in DELIMITERS:
        lengths: list[int] = []
        with suppress(csv.Error):
            for row in csv.reader(io.StringIO(sample), delimiter=delimiter):
                if row:
                    lengths.append(len(row))
                if len(lengths) >= 50:
                    break
        if lengths and lengths[0] > 1:
            alike = sum(1 for length in lengths if length == lengths[0]) / len(lengths)
            scores[delimiter] = alike * 1000 + lengths[0]
    return max(scores, key=lambda d: scores[d]) if scores else ","


def read_rows(path: Path, delimiter: str, *, start: int = 0, number: int = 0) -> Iterator[FileRow]:
    """Yield the rows of a prepared file from a byte on.

    Args:
        number: Of the row before `start`.

    Raises:
        Invalid: A quotation mark is opened and never closed; the row is named.
    """
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as file:
        file.seek(start)
        lines = _Lines(file, start)
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            number += 1
            try:
                cells = next(reader, None)
            except csv.Error:
                raise _never_closed(number) from None
            if cells is None:
                return
            if lines.is_over:
                # The reader asked for more in the middle of a row and there was none.
                raise _never_closed(number)
            yield FileRow(number, tuple(cell.strip() for cell in cells), lines.at)


def _never_closed(number: int) -> Invalid:
    return Invalid.field("file", f"Row {number}: a quotation mark is opened and never closed.")


class _Lines:
    """The lines of a file, with the byte after the last one taken."""

    def __init__(self, file: io.BufferedReader, at: int) -> None:
        self._file = file
        self.at = at
        self.is_over = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            self.is_over = True
            raise StopIteration
        self.at += len(line)
        return line.decode("utf-8", "replace")
