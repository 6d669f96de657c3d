"""A conversation as a file to keep: a table for spreadsheets, or a page to read and print."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from html import escape
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from xobito_app.api.callers import get_viewer, refusal
from xobito_app.api.exports import csv_lines
from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.core.text import slugify
from xobito_app.features.inbox.rules import preview_of
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import exporting
from xobito_app.features.inbox.threads.exporting import ExportHead
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

WINDOW = 500
_HEADS = ("When (UTC)", "Side", "Who", "Kind", "Text", "File", "File address", "Status")
_SIDES = {"in": "Customer", "out": "Us", "note": "Private note", "event": "Event"}
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem}"
    "article{margin:0 0 .8rem;padding:.5rem .8rem;border-radius:8px;background:#f1f1f4}"
    ".out{margin-left:20%;background:#e8e8fd}.in{margin-right:20%}.note{background:#fff4d5}"
    ".event{background:none;text-align:center;color:#666}"
    "p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "small{color:#666}blockquote{margin:0;padding-left:.6rem;border-left:3px solid #999}"
)


async def conversation(request: Request) -> Response:
    """GET /exports/conversations/{id}.csv or .html: one thread, for those who may see it."""
    name, _, kind = request.path_params["name"].rpartition(".")
    try:
        if kind not in _WRITERS:
            raise NotFound("There is no such export.")
        conversation_id = ids.parse(name)
        async with unit_of_work() as uow:
            actor = (await get_viewer(uow, request)).actor
            head = await exporting.begin_export(uow.session, actor, conversation_id=conversation_id)
    except AppError as error:
        return refusal(error)
    write, media_type = _WRITERS[kind]
    title = slugify(head.name) or "conversation"
    return StreamingResponse(
        write(actor, conversation_id, head),
        media_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{title}-{clock.now():%Y-%m-%d}.{kind}"',
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _windows(actor: Actor, conversation_id: UUID) -> AsyncIterator[tuple[EntryView, ...]]:
    cursor = ""
    while True:
        async with unit_of_work(actor.workspace_id) as uow:
            page = await exporting.page_entries(
                uow.session,
                actor,
                conversation_id=conversation_id,
                cursor=cursor,
                limit=WINDOW,
            )
        yield page.rows
        cursor = page.cursor
        if not cursor:
            return


async def _table(actor: Actor, conversation_id: UUID, head: ExportHead) -> AsyncIterator[str]:
    # Spreadsheets take a file for UTF-8 only when it begins with a byte order mark.
    yield "\ufeff" + csv_lines([_HEADS])
    async for rows in _windows(actor, conversation_id):
        yield csv_lines(
            (
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                _SIDES.get(entry.direction, entry.direction),
                _who(entry, head),
                entry.kind,
                _words(entry),
                entry.media.filename or entry.media.mime if entry.media else "",
                _address(entry),
                entry.status,
            )
            for entry in rows
        )


async def _page(actor: Actor, conversation_id: UUID, head: ExportHead) -> AsyncIterator[str]:
    title = escape(f"{head.name} {head.phone}".strip())
    yield (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>"
        f"<p><small>Exported {clock.now():%Y-%m-%d %H:%M} UTC. Files are links for those who may "
        "see the conversation.</small></p>"
    )
    async for rows in _windows(actor, conversation_id):
        yield "".join(_article(entry, head) for entry in rows)
    yield "</html>"


def _article(entry: EntryView, head: ExportHead) -> str:
    parts = [
        f'<article class="{escape(entry.direction)}"><small>{entry.at:%Y-%m-%d %H:%M:%S} UTC · '
        f"{escape(_who(entry, head))}</small>"
    ]
    if entry.quote:
        parts.append(f"<blockquote><small>{escape(entry.quote.preview)}</small></blockquote>")
    if words := _words(entry):
        parts.append(f"<p>{escape(words)}</p>")
    if entry.media:
        name = entry.media.filename or entry.media.mime or "File"
        parts.append(f'<p><a href="{escape(_address(entry))}">{escape(name)}</a></p>')
    return "".join([*parts, "</article>"])


def _who(entry: EntryView, head: ExportHead) -> str:
    return head.name if entry.direction == "in" else entry.author_name or "Xobito"


def _words(entry: EntryView) -> str:
    """Return what an entry says; one without words says what it is."""
    if entry.is_revoked:
        return "(deleted)"
    if entry.body:
        return entry.body
    place: dict[str, Any] = entry.content.get("location") or {}
    if place:
        named = " · ".join(str(place[part]) for part in ("name", "address") if place.get(part))
        return f"{named} ({place.get('latitude')}, {place.get('longitude')})".strip()
    return "" if entry.media else f"({preview_of(entry.kind, '', entry.content)})"


def _address(entry: EntryView) -> str:
    return f"{get_settings().public_url}/media/{entry.media.id}" if entry.media else ""


_Writer = Callable[[Actor, UUID, ExportHead], AsyncIterator[str]]
_WRITERS: dict[str, tuple[_Writer, str]] = {
    "csv": (_table, "text/csv"),
    "html": (_page, "text/html"),
}
