"""Reading the bodies of requests, never more than allowed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from starlette.requests import Request

from xobito_app.core.errors import TooLarge


async def limited(
    request: Request, most: int, sentence: str, chunks: AsyncIterable[bytes] | None = None
) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a body; one that announces to be too long is refused unread.

    Args:
        request: Whose body it is.
        most: Bytes it may have.
        sentence: Says so when it has more.
        chunks: The pieces, when they do not come from the request's own stream.

    Raises:
        TooLarge: It has more.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(sentence)
    size = 0
    async for chunk in chunks or request.stream():
        size += len(chunk)
        if size > most:
            raise TooLarge(sentence)
        yield chunk


async def read_body(request: Request, most: int, sentence: str) -> bytes:
    """Return a body whole.

    Raises:
        TooLarge: It has more than `most` bytes; the sentence says so.
    """
    return b"".join([chunk async for chunk in limited(request, most, sentence)])
