"""Answers that are tables: CSV, streamed so that their length does not matter."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse


def csv_file(name: str, lines: AsyncIterator[str] | AsyncIterator[str | bytes]) -> Response:
    """Return a table to be kept as `name.csv`; little of it is held at a time."""
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
