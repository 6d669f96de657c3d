"""Audiences of people who need not be contacts: a file, or a list of another system."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, phone
from xobito_app.core.errors import Invalid
from xobito_app.core.text import clean, file_name, one_line
from xobito_app.features.campaigns.repository import PIECE
from xobito_app.features.campaigns.schemas import (
    LONGEST_VALUE,
    Audience,
    AudienceFile,
)
from xobito_app.features.campaigns.views import audience_of
from xobito_app.features.contacts import service as contacts
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.campaigns import Campaign

MOST_LISTED = 10_000
"""Recipients one request may list; a file holds a million."""
MOST_COLUMNS = 200
_WRITTEN = 64
Line = tuple[str, Mapping[str, str]]
"""A number as it is written, and the cells by heading."""
_DELETE = text(
    "DELETE FROM campaign_file_row WHERE workspace_id = :workspace_id"
    " AND campaign_id = :campaign_id AND position IN ("
    " SELECT position FROM campaign_file_row WHERE campaign_id = :campaign_id LIMIT :most)"
)
_INSERT = text(
    "INSERT INTO campaign_file_row"
    " (workspace_id, campaign_id, position, phone, written, problem, columns)"
    " SELECT :workspace_id, :campaign_id, position, phone, written, problem,"
    " CAST(cells AS jsonb) FROM unnest(CAST(:positions AS int[]), CAST(:phones AS text[]),"
    " CAST(:written AS text[]), CAST(:problems AS text[]), CAST(:cells AS text[]))"
    " AS given (position, phone, written, problem, cells)"
)


@asynccontextmanager
async def opened(path: Path, filename: str) -> AsyncIterator[tuple[Iterable[Line], AudienceFile]]:
    """Read an uploaded CSV or XLSX through, and give its lines; `path` is left where it is.

    Raises:
        Invalid: The file cannot be read, has no rows, or no column of phone numbers.
    """
    prepared = path.with_suffix(".prepared.csv")
    try:
        file = await asyncio.to_thread(contacts.open_recipients, path, prepared)
        about = AudienceFile(
            name=file_name(filename) or "recipients",
            columns=file.columns,
            phone_column=file.phone_column,
        )
        yield file.read(), about
    finally:
        prepared.unlink(missing_ok=True)


def described(recipients: Sequence[Line]) -> AudienceFile:
    """Describe a list of numbers with their columns as if it were a file.

    Raises:
        Invalid: There are none, or more than 10,000; or they have too many columns.
    """
    if not 1 <= len(recipients) <= MOST_LISTED:
        raise Invalid.field("audience", f"List 1 to {MOST_LISTED:,} recipients.")
    columns = tuple(dict.fromkeys(name for _, cells in recipients for name in cells))
    if len(columns) > MOST_COLUMNS:
        raise Invalid.field("audience", f"Recipients have at most {MOST_COLUMNS} columns.")
    return AudienceFile(columns=columns)


async def take_lines(
    session: AsyncSession, row: Campaign, lines: Iterable[Line], about: AudienceFile
) -> None:
    """Make lines the audience of a campaign, in place of whom it was for."""
    country = (await workspaces.get_workspace(session, row.workspace_id)).country or None
    await drop_rows(session, row)
    count = await _write(session, row, lines, country)
    kept = audience_of(row).except_group_ids
    audience = Audience(file=about.model_copy(update={"rows": count}), except_group_ids=kept)
    row.audience = audience.model_dump(mode="json", exclude_defaults=True)
    row.updated_at = clock.now()
    session.add(row)


async def drop_rows(session: AsyncSession, row: Campaign) -> None:
    """Forget the rows of a campaign's file."""
    given = {"workspace_id": row.workspace_id, "campaign_id": row.id, "most": PIECE}
    connection = await session.connection()
    while (await connection.execute(_DELETE, given)).rowcount:
        pass


async def _write(
    session: AsyncSession, row: Campaign, lines: Iterable[Line], country: str | None
) -> int:
    count = 0
    connection = await session.connection()
    rest = _read(lines, country)
    while some := list(islice(rest, PIECE)):
        given = {
            "workspace_id": row.workspace_id,
            "campaign_id": row.id,
            "positions": list(range(count + 1, count + 1 + len(some))),
            "phones": [number for number, _, _, _ in some],
            "written": [written for _, written, _, _ in some],
            "problems": [problem for _, _, problem, _ in some],
            "cells": [json.dumps(cells) for _, _, _, cells in some],
        }
        await connection.execute(_INSERT, given)
        count += len(some)
    return count


def _read(
    lines: Iterable[Line], country: str | None
) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    for written, cells in lines:
        number, problem = "", ""
        line = one_line(written)
        if line:
            try:
                number = phone.normalise(line, country)
            except Invalid as error:
                problem = error.message
        kept = {name: clean(cell)[:LONGEST_VALUE] for name, cell in cells.items()}
        yield number, line[:_WRITTEN], problem, kept
