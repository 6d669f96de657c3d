"""Reading one uploaded file out of a multipart body, piece by piece, never more than allowed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import BinaryIO

from starlette.formparsers import MultiPartException, MultiPartParser
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


class _OneFile(MultiPartParser):
    """Writes the file of a form to its place, judged before a byte of it is kept."""

    def __init__(
        self,
        request: Request,
        chunks: AsyncGenerator[bytes, None],
        into: BinaryIO,
        judge: Judge,
        whose: str,
    ) -> None:
        super().__init__(request.headers, chunks, max_files=1, max_part_size=ENVELOPE_BYTES)
        self.upload: Upload | None = None
        self._into, self._judge, self._whose = into, judge, whose
        self._limit = 0

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if file := self._current_part.file:
            self.upload = Upload(file.filename or "", file.content_type or "")
            self._limit = self._judge(self.upload)
            file.file.close()
            file.file = self._into

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        super().on_part_data(data, start, end)
        if self.upload and self._current_part.file:
            self.upload.size += end - start
            if self.upload.size > self._limit:
                raise TooLarge(f"This file is over {size_words(self._limit)}, {self._whose}.")


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
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Invalid.field("file", "Send the file as multipart/form-data.")
    sentence = f"This file is over {size_words(most)}, {whose}."
    chunks = limited(request, most + ENVELOPE_BYTES, sentence)
    form = _OneFile(request, chunks, into, judge, whose)
    try:
        await form.parse()
    except (MultiPartException, ClientDisconnect):
        raise Invalid.field("file", "The upload broke off. Try again.") from None
    if form.upload is None:
        raise Invalid.field("file", "Choose a file first.")
    return form.upload


def size_words(size: int) -> str:
    """Return a limit in whole megabytes or kilobytes."""
    if size >= limits.MEGABYTE:
        return f"{size // limits.MEGABYTE} MB"
    return f"{size // limits.KILOBYTE} KB"
