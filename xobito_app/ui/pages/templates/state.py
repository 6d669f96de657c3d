"""The Templates page: list, filters, sync, and the preview of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.templates import service, sync
from xobito_app.features.templates.schemas import TemplateLine, TemplateView
from xobito_app.ui import formats
from xobito_app.ui.blocks import DetailState, ListState, Page, Viewer
from xobito_app.ui.security import AppState, guarded, permitted

_TONES = {"APPROVED": "success", "PENDING": "info", "REJECTED": "danger", "PAUSED": "warning"}
_TONES |= {"DISABLED": "danger", "IN_APPEAL": "info"}
_QUALITY = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}
_ICONS = {"URL": "external-link", "PHONE_NUMBER": "phone", "COPY_CODE": "copy"}


def words(constant: str) -> str:
    """Return Meta's upper-case word as people read it."""
    return constant.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One line of the list."""

    id: str
    name: str
    body: str
    language: str
    category: str
    status: str
    tone: str
    quality: str
    quality_tone: str
    used: str

    @classmethod
    def of(cls, line: TemplateLine, zone: str) -> TemplateRow:
        """Word a template."""
        used = formats.ago(line.last_used_at, zone, clock.now()) if line.last_used_at else "Never"
        return cls(
            id=str(line.id),
            name=line.name,
            body=shorten(line.body, 90),
            language=line.language,
            category=words(line.category),
            status=words(line.status),
            tone=_TONES.get(line.status, "neutral"),
            quality="" if line.quality in {"", "UNKNOWN"} else words(line.quality),
            quality_tone=_QUALITY.get(line.quality, "neutral"),
            used=used,
        )


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """A button below the preview."""

    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A template as the phone shows it."""

    id: str = ""
    name: str = ""
    facts: str = ""
    status: str = ""
    tone: str = "neutral"
    reason: str = ""
    media: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: list[ButtonRow] = field(default_factory=list)
    blanks: str = ""

    @classmethod
    def of(cls, view: TemplateView) -> PreviewView:
        """Word a template whole."""
        reason = view.rejected_reason and f"Meta rejected it: {words(view.rejected_reason)}."
        if view.unsupported:
            reason = f"Xobito cannot fill: {', '.join(words(part) for part in view.unsupported)}."
        if view.is_gone:
            reason = "Meta no longer has this template."
        return cls(
            id=str(view.id),
            name=view.name,
            facts=f"{words(view.category)} · {view.language} · sent {view.use_count} times",
            status=words(view.status),
            tone=_TONES.get(view.status, "neutral"),
            reason=reason,
            media=view.header_format if view.header_format not in {"", "TEXT"} else "",
            header=view.header if view.header_format == "TEXT" else "",
            body=view.body,
            footer=view.footer,
            buttons=[
                ButtonRow(_ICONS.get(b.type, "reply"), b.text or words(b.type))
                for b in view.buttons
            ],
            blanks=", ".join(v.label for v in view.variables if not v.optional),
        )


@permitted(view=Permission.TEMPLATES_VIEW)
class TemplatesState(ListState, DetailState, AppState):
    """What the page shows."""

    filters: ClassVar = ("q", "status", "category", "language")
    rows: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    statuses: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    categories: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    languages: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    stamp: rx.Field[str] = rx.field("")
    is_connected: rx.Field[bool] = rx.field(False)
    preview: rx.Field[PreviewView] = rx.field(default_factory=PreviewView)

    async def _prepare(self, viewer: Viewer) -> None:
        choices = await self._call(service.read_choices)
        stamp = await self._call(service.read_stamp)
        self.statuses = [(status, words(status)) for status in choices.statuses]
        self.categories = [(category, words(category)) for category in choices.categories]
        self.languages = [(language, language) for language in choices.languages]
        when = formats.full(stamp.at, viewer.time_zone) if stamp.at else "never"
        self.stamp = f"{stamp.count} templates · last synced {when}"
        self.is_connected = stamp.is_connected

    async def _page(self, viewer: Viewer, cursor: str) -> Page[TemplateRow]:
        page = await self._call(
            service.list_templates,
            wanted=service.Wanted(
                search=self.query.get("q", ""),
                **{name: self.query.get(name, "") for name in self.filters if name != "q"},
            ),
            cursor=cursor,
        )
        return page.map(lambda line: TemplateRow.of(line, viewer.time_zone))

    async def _detail(self, viewer: Viewer, row_id: UUID) -> None:
        self.preview = PreviewView.of(await self._call(service.get, row_id))

    @rx.event
    @guarded(Permission.TEMPLATES_SYNC)
    async def sync(self):
        """Fetch all templates from Meta now."""
        async for event in self._busily(self._sync):
            yield event

    async def _sync(self) -> str:
        count = await sync.sync_now(await self._actor())
        await self._reading(self._read)
        return f"{count} templates are up to date."
