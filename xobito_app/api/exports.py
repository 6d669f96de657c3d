"""Lists as CSV files, streamed so that their length does not matter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.forms import read_form
from xobito_app.api.tables import CsvFile
from xobito_app.core import clock, ids
from xobito_app.core.csv_lines import csv_lines
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity, words
from xobito_app.features.activity.filters import ActivityFilter, read_filter
from xobito_app.features.contacts.lists import exporting
from xobito_app.features.contacts.records.columns import FileColumn
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.persistence.unit_of_work import unit_of_work

_WINDOW = 500
_HEADS = ("When (UTC)", "Who", "Action", "Kind", "Object", "Address", "In words")


async def activity_log(request: Request) -> Response:
    """GET /exports/activity.csv: the log as narrowed by `person`, `area`, `since`, `until`."""
    try:
        async with unit_of_work() as uow:
            viewer = await get_viewer(uow, request)
            require(viewer.actor, Permission.ACTIVITY_LOG_VIEW)
        activity_filter = read_filter(request.query_params, viewer.time_zone)
    except AppError as error:
        return refusal(error)
    return CsvFile(dated("activity"), _entries(viewer.actor, activity_filter))


async def contacts(request: Request) -> Response:
    """GET or POST /exports/contacts.csv: those of a `segment`, or of a `filter` as JSON.

    A selection made by hand is a filter with its ids; it may be too long for an address, so a
    form can post it.
    """
    try:
        given = await read_form(request) if request.method == "POST" else request.query_params
        contact_filter = exporting.read_filter(given.get("filter", ""))
        segment = given.get("segment", "")
        async with unit_of_work() as uow:
            viewer = await get_viewer(uow, request)
            columns, chosen = await exporting.begin_export(
                uow.session,
                viewer.actor,
                contact_filter=contact_filter,
                segment_id=ids.parse(segment) if segment else None,
            )
    except AppError as error:
        return refusal(error)
    return CsvFile(dated("contacts"), contact_lines(viewer.actor, columns, chosen))


def dated(name: str) -> str:
    """Return the name of a file made today."""
    return f"{name}-{clock.now():%Y-%m-%d}"


async def contact_lines(
    actor: Actor, columns: Sequence[FileColumn], contact_filter: ContactFilter
) -> AsyncIterator[str]:
    """Yield contacts as CSV, window by window, each read in a unit of work of its own."""
    yield "\ufeff" + csv_lines([tuple(column.heading for column in columns)])
    cursor = ""
    while True:
        async with unit_of_work(actor.workspace_id) as uow:
            rows, cursor = await exporting.read_rows(
                uow.session, actor, columns=columns, contact_filter=contact_filter, cursor=cursor
            )
        yield csv_lines(rows)
        if not cursor:
            return


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


async def _entries(actor: Actor, activity_filter: ActivityFilter) -> AsyncIterator[str]:
    # Spreadsheets take a file for UTF-8 only when it begins with a byte order mark.
    yield "\ufeff" + csv_lines([_HEADS])
    cursor = ""
    while True:
        async with unit_of_work(actor.workspace_id) as uow:
            page = await activity.list_activity(
                uow.session, actor, activity_filter=activity_filter, cursor=cursor, limit=_WINDOW
            )
        yield csv_lines(
            (
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                entry.actor_name,
                entry.action,
                entry.object_type,
                entry.object_name,
                entry.address,
                words.told(entry, _utc),
            )
            for entry in page.rows
        )
        cursor = page.cursor
        if not cursor:
            return
