"""Answers that are tables: CSV, streamed so that their length does not matter."""

from __future__ import annotations

from collections.abc import AsyncIterable

from starlette.responses import StreamingResponse


class CsvFile(StreamingResponse):
    """A table to be kept as `name.csv`; little of it is held at a time."""

    media_type = "text/csv"

    def __init__(self, name: str, lines: AsyncIterable[str | bytes]) -> None:
        super().__init__(
            lines,
            headers={
                "Content-Disposition": f'attachment; filename="{name}.csv"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
