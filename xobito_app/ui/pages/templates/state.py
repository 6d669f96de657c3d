"""The Templates page: list, filters, sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.templates import service, sync
from xobito_app.features.templates.schemas import SyncStamp, TemplateLine
from xobito_app.ui import formats
from xobito_app.ui.blocks import ListState, Page, Viewer
from xobito_app.ui.pages.templates.words import QUALITY_TONES, tone_of, words
from xobito_app.ui.security import AppState, guarded, permitted
from xobito_app.whatsapp.languages import language_name

KEY = "templates"


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One line of the list."""

    id: str
    name: str
    path: str
    body: str
    language: str
    category: str
    status: str
    tone: str
    mark: str
    quality: str
    quality_tone: str
    used: str

    @classmethod
    def of(cls, line: TemplateLine, zone: str) -> TemplateRow:
        """Word a template."""
        is_draft = line.status == "DRAFT"
        used = formats.ago(line.last_used_at, zone, clock.now()) if line.last_used_at else "Never"
        return cls(
            id=str(line.id),
            name=line.name or "Untitled",
            path=f"/templates/{line.id}/edit" if is_draft else f"/templates/{line.id}",
            body=shorten(line.body, 90),
            language=line.language,
            category=words(line.category),
            status=words(line.status),
            tone=tone_of(line.status),
            mark=_mark(line),
            quality="" if line.quality in {"", "UNKNOWN"} else words(line.quality),
            quality_tone=QUALITY_TONES.get(line.quality, "neutral"),
            used=used,
        )


def _mark(line: TemplateLine) -> str:
    if line.submission != "none":
        return "On its way to Meta"
    return "New version in work" if line.has_draft else ""


@permitted(view=Permission.TEMPLATES_VIEW)
class TemplatesState(ListState, AppState):
    """What the page shows."""

    live_key: ClassVar = KEY
    filters: ClassVar = ("q", "status", "category", "language", "quality")
    rows: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    statuses: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    categories: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    languages: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    qualities: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    stamp: rx.Field[str] = rx.field("")
    is_connected: rx.Field[bool] = rx.field(False)

    async def _prepare(self, viewer: Viewer) -> None:
        choices = await self._call(service.read_choices)
        self.statuses = [(status, words(status)) for status in choices.statuses]
        self.categories = [(category, words(category)) for category in choices.categories]
        self.languages = [(code, language_name(code)) for code in choices.languages]
        self.qualities = [(quality, words(quality)) for quality in choices.qualities]
        self._show_stamp(await self._call(service.read_stamp), viewer.time_zone)

    def _show_stamp(self, stamp: SyncStamp, zone: str) -> None:
        when = formats.full(stamp.at, zone) if stamp.at else "never"
        self.stamp = f"{stamp.count:,} templates · last synced {when}"
        self.is_connected = stamp.is_connected

    def _patch(self, lines: Mapping[str, TemplateLine], stamp: SyncStamp, zone: str) -> None:
        """Show what changed of the templates on the screen; none moves out of the window."""
        self._show_stamp(stamp, zone)
        rows = [
            TemplateRow.of(line, zone) if (line := lines.get(row.id)) else row for row in self.rows
        ]
        if rows != self.rows:
            self.rows = rows

    async def _page(self, viewer: Viewer, cursor: str) -> Page[TemplateRow]:
        wanted = {name: self.query.get(name, "") for name in self.filters if name != "q"}
        page = await self._call(
            service.list_templates,
            wanted=service.Wanted(search=self.query.get("q", ""), **wanted),
            cursor=cursor,
        )
        return page.map(lambda line: TemplateRow.of(line, viewer.time_zone))

    @rx.event
    @guarded(Permission.TEMPLATES_SYNC)
    async def sync(self):
        """Fetch all templates from Meta now."""
        async for event in self._busily(self._sync):
            yield event

    async def _sync(self) -> str:
        count = await sync.sync_now(await self._actor())
        await self._reading(self._read)
        return f"{count:,} templates are up to date."
