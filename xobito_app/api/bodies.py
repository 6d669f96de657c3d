"""Reading the bodies of requests, never more than allowed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from starlette.requests import Request

from xobito_app.core.errors import TooLarge


async def limited(
    chunks: AsyncIterable[bytes], most: int, sentence: str
) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a body.

    Raises:
        TooLarge: It has more than `most` bytes; the sentence says so.
    """
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLarge(sentence)
        yield chunk


async def read_body(request: Request, most: int, sentence: str) -> bytes:
    """Return a body whole; one that announces to be too long is refused unread.

    Raises:
        TooLarge: It has more than `most` bytes; the sentence says so.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(sentence)
    return b"".join([chunk async for chunk in limited(request.stream(), most, sentence)])
