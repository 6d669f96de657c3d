"""The Templates page: list, filters, sync, and the preview of one."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.templates import service, sync
from xobito_app.features.templates.schemas import TemplateLine, TemplateView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats
from xobito_app.ui.components import toast_error, toast_success
from xobito_app.ui.security import AppState, guarded

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


class TemplatesState(AppState):
    """What the page shows."""

    rows: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    query: rx.Field[str] = rx.field("")
    status: rx.Field[str] = rx.field("")
    category: rx.Field[str] = rx.field("")
    language: rx.Field[str] = rx.field("")
    statuses: rx.Field[list[str]] = rx.field(default_factory=list)
    categories: rx.Field[list[str]] = rx.field(default_factory=list)
    languages: rx.Field[list[str]] = rx.field(default_factory=list)
    cursor: rx.Field[str] = rx.field("")
    is_first: rx.Field[bool] = rx.field(True)
    stamp: rx.Field[str] = rx.field("")
    has_any: rx.Field[bool] = rx.field(False)
    is_connected: rx.Field[bool] = rx.field(False)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_syncing: rx.Field[bool] = rx.field(False)
    failure: rx.Field[str] = rx.field("")
    preview: rx.Field[PreviewView] = rx.field(default_factory=PreviewView)
    is_open: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.TEMPLATES_VIEW)
    async def load(self):
        """Show the first window, as the page opens or after a sync."""
        await self._show("")

    @rx.event
    @guarded(Permission.TEMPLATES_VIEW)
    async def show_next(self):
        """Show the window after this one."""
        if self.cursor:
            await self._show(self.cursor)

    @rx.event(supersedes=True)
    @guarded(Permission.TEMPLATES_VIEW)
    async def search(self, typed: str):
        """Narrow by name or words."""
        self.query = str(typed)[:100]
        await self._show("")

    @rx.event(supersedes=True)
    @guarded(Permission.TEMPLATES_VIEW)
    async def filter_status(self, status: str):
        """Narrow by status."""
        self.status = str(status)[:40]
        await self._show("")

    @rx.event(supersedes=True)
    @guarded(Permission.TEMPLATES_VIEW)
    async def filter_category(self, category: str):
        """Narrow by category."""
        self.category = str(category)[:40]
        await self._show("")

    @rx.event(supersedes=True)
    @guarded(Permission.TEMPLATES_VIEW)
    async def filter_language(self, language: str):
        """Narrow by language."""
        self.language = str(language)[:16]
        await self._show("")

    async def _show(self, cursor: str) -> None:
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                session = uow.session
                page = await service.list_templates(
                    session,
                    viewer.actor,
                    search=self.query,
                    status=self.status,
                    category=self.category,
                    language=self.language,
                    cursor=cursor,
                )
                choices = await service.read_choices(session, viewer.actor)
                stamp = await service.read_stamp(session, viewer.actor)
        except AppError as error:
            self.failure = error.message
            return
        self.rows = [TemplateRow.of(line, viewer.time_zone) for line in page.rows]
        self.cursor, self.is_first = page.cursor, not cursor
        self.statuses = list(choices.statuses)
        self.categories = list(choices.categories)
        self.languages = list(choices.languages)
        when = formats.full(stamp.at, viewer.time_zone) if stamp.at else "never"
        self.stamp = f"{stamp.count} templates · last synced {when}"
        self.has_any, self.is_connected = stamp.count > 0, stamp.is_connected
        self.is_loaded, self.failure = True, ""

    @rx.event
    @guarded(Permission.TEMPLATES_SYNC)
    async def sync(self):
        """Fetch all templates from Meta now."""
        self.is_syncing = True
        yield
        try:
            count = await sync.sync_now(await self._actor())
            await self._show("")
            yield toast_success(f"{count} templates are up to date.")
        except AppError as error:
            yield toast_error(error.message)
        finally:
            self.is_syncing = False

    @rx.event(supersedes=True)
    @guarded(Permission.TEMPLATES_VIEW)
    async def open_template(self, template_id: str):
        """Show one as the phone does."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            view = await service.get(uow.session, actor, ids.parse(template_id))
        self.preview, self.is_open = PreviewView.of(view), True

    @rx.event
    @guarded(Permission.TEMPLATES_VIEW)
    async def set_open(self, is_open: bool):
        """Close the preview."""
        self.is_open = bool(is_open)
