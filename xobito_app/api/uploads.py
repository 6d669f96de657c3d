"""Reading one uploaded file out of a multipart body, piece by piece, never more than allowed."""

from __future__ import annotations

import asyncio
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


class _OneFile:
    """Takes the file out of a form, judged before a byte of it is kept.

    Attributes:
        upload: The file, as soon as it has begun.
        pieces: What came of it and is not written yet.
        is_whole: The form has come to its end.
    """

    def __init__(self, boundary: bytes, judge: Judge, whose: str) -> None:
        self.upload: Upload | None = None
        self.pieces: list[bytes] = []
        self.is_whole = False
        self._judge, self._whose = judge, whose
        self._limit = self._beside = 0
        self._is_file = False
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._take_name,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._take,
                "on_end": self._end,
            },
        )

    def write(self, chunk: bytes) -> bytes:
        """Read on, and return what came of the file."""
        self._parser.write(chunk)
        came, self.pieces = b"".join(self.pieces), []
        return came

    def _begin(self) -> None:
        self._headers = {}

    def _take_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._is_file = b"filename" in options
        if not self._is_file:
            return
        if self.upload:
            raise Invalid.field("file", "Upload one file at a time.")
        mime = self._headers.get(b"content-type", b"")
        self.upload = Upload(options[b"filename"].decode(errors="replace"), mime.decode("latin-1"))
        self._limit = self._judge(self.upload)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if not self.upload or not self._is_file:
            self._beside += end - start
            if self._beside > ENVELOPE_BYTES:
                raise TooLarge("This form is too long.")
            return
        self.upload.size += end - start
        if self.upload.size > self._limit:
            raise TooLarge(f"This file is over {size_words(self._limit)}, {self._whose}.")
        self.pieces.append(data[start:end])

    def _end(self) -> None:
        self.is_whole = True


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
        Invalid: There is no file or more than one, or the body cannot be read.
        TooLarge: It is over the limit; the sentence names it.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise Invalid.field("file", "Send the file as multipart/form-data.")
    sentence = f"This file is over {size_words(most)}, {whose}."
    try:
        form = _OneFile(options.get(b"boundary", b""), judge, whose)
        async for chunk in limited(request, most + ENVELOPE_BYTES, sentence):
            if came := form.write(chunk):
                await asyncio.to_thread(into.write, came)
    except (FormParserError, ClientDisconnect):
        raise _broken() from None
    if not form.is_whole:
        raise _broken()
    if form.upload is None:
        raise Invalid.field("file", "Choose a file first.")
    return form.upload


def _broken() -> Invalid:
    return Invalid.field("file", "The upload broke off. Try again.")


def size_words(size: int) -> str:
    """Return a limit in whole megabytes or kilobytes."""
    if size >= limits.MEGABYTE:
        return f"{size // limits.MEGABYTE} MB"
    return f"{size // limits.KILOBYTE} KB"
