"""Reading one uploaded file out of a multipart body, piece by piece, never more than allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from xobito_app.api.bodies import limited
from xobito_app.core.errors import Invalid, TooLarge
from xobito_app.whatsapp import limits

ENVELOPE_BYTES = 64 * 1024
"""What boundaries and part headers may add to the file itself."""


@dataclass(slots=True)
class Upload:
    """What came: the name and type the browser gave, and how many bytes."""

    filename: str = ""
    mime: str = ""
    size: int = 0


Judge = Callable[[Upload], int]
"""Looks at name and type before a byte is kept; returns the most bytes, or raises."""


class _FilePart:
    """Writes the first part that has a file name and passes over all others."""

    def __init__(self, into: BinaryIO, judge: Judge, whose: str) -> None:
        self.whose = whose
        self.upload = Upload()
        self.is_found = False
        self._into, self._judge = into, judge
        self._is_inside = False
        self._limit = 0
        self._name, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._read_name,
                "on_header_value": self._read_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._look,
                "on_part_data": self._write,
                "on_part_end": self._end,
            },
        )

    def _begin(self) -> None:
        self._headers = {}

    def _read_name(self, part: bytes, start: int, end: int) -> None:
        self._name += part[start:end]

    def _read_value(self, part: bytes, start: int, end: int) -> None:
        self._value += part[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _look(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" not in options or self.is_found:
            return
        self._is_inside = self.is_found = True
        self.upload.filename = options[b"filename"].decode("utf-8", "replace")
        self.upload.mime = self._headers.get(b"content-type", b"").decode("latin-1").strip()
        self._limit = self._judge(self.upload)

    def _write(self, part: bytes, start: int, end: int) -> None:
        if not self._is_inside:
            return
        self.upload.size += end - start
        if self.upload.size > self._limit:
            raise TooLarge(f"This file is over {size_words(self._limit)}, {self.whose}.")
        self._into.write(part[start:end])

    def _end(self) -> None:
        self._is_inside = False


async def read_upload(
    request: Request,
    into: BinaryIO,
    judge: Judge,
    *,
    most: int,
    whose: str = "the most WhatsApp takes",
) -> Upload:
    """Write the uploaded file of a request and return what it is said to be.

    Args:
        request: A `multipart/form-data` post.
        into: Where its bytes go; what was written before a refusal is the caller's to throw away.
        judge: Decides by name and type whether it is wanted and how large it may be.
        most: Bytes no file may ever have; a longer body is refused unread.
        whose: Said behind the limit, when it is not WhatsApp's.

    Raises:
        Invalid: There is no file, or the body cannot be read.
        TooLarge: It is over the limit; the sentence names it.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Invalid.field("file", "Send the file as multipart/form-data.")
    sentence = f"This file is over {size_words(most)}, {whose}."
    part = _FilePart(into, judge, whose)
    try:
        parser = part.parser(options[b"boundary"])
        async for chunk in limited(request, most + ENVELOPE_BYTES, sentence):
            parser.write(chunk)
        parser.finalize()
    except (FormParserError, ClientDisconnect):
        raise Invalid.field("file", "The upload broke off. Try again.") from None
    if not part.is_found:
        raise Invalid.field("file", "Choose a file first.")
    return part.upload


def size_words(size: int) -> str:
    """Return a limit in whole megabytes or kilobytes."""
    if size >= limits.MEGABYTE:
        return f"{size // limits.MEGABYTE} MB"
    return f"{size // limits.KILOBYTE} KB"
