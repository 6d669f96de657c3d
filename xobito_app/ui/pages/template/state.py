"""The page of one template."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.templates import insights, removing
from xobito_app.features.templates.writing import drafts
from xobito_app.ui import browser
from xobito_app.ui.blocks import PageState, QuestionState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.template.found import Found, read_found
from xobito_app.ui.pages.template.rows import (
    FigureRow,
    HistoryRow,
    LanguageRow,
    TemplateCard,
    UseRow,
    figures_of,
    paper_of,
    uses_of,
)
from xobito_app.ui.pages.templates.clicks import ClicksCard
from xobito_app.ui.pages.templates.paper import Paper
from xobito_app.ui.security import AppState, guarded, permitted
from xobito_app.whatsapp.languages import LANGUAGES

KEY = "template"


@permitted(view=Permission.TEMPLATES_VIEW, edit=Permission.TEMPLATES_DELETE)
class TemplateState(PageState, QuestionState, AppState):
    """Everything that is known of one template."""

    live_key: ClassVar = KEY
    card: rx.Field[TemplateCard] = rx.field(default_factory=TemplateCard)
    paper: rx.Field[Paper] = rx.field(default_factory=Paper)
    history: rx.Field[list[HistoryRow]] = rx.field(default_factory=list)
    figures: rx.Field[list[FigureRow]] = rx.field(default_factory=list)
    clicks: rx.Field[ClicksCard] = rx.field(default_factory=ClicksCard)
    uses: rx.Field[list[UseRow]] = rx.field(default_factory=list)
    languages: rx.Field[list[LanguageRow]] = rx.field(default_factory=list)
    free_languages: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    is_copying: rx.Field[bool] = rx.field(False)

    def _here(self) -> UUID:
        return ids.parse(self.router.url.path.rstrip("/").rpartition("/")[2])

    def _wanted(self) -> str:
        return str(self._here())

    async def _read(self, viewer: Viewer) -> None:
        self._show(await self._call(read_found, self._here()), viewer.time_zone)
        self.is_copying = False

    def _show(self, found: Found, zone: str) -> None:
        view, languages = found.view, found.languages
        taken = {line.language for line in languages} | {view.language}
        self.card, self.paper = TemplateCard.of(view, zone), paper_of(view)
        self.history = [HistoryRow.of(entry, zone) for entry in found.entries]
        self.figures, self.uses = figures_of(found.results, found.use), uses_of(found.use)
        self.clicks = ClicksCard.of(found.counted, zone, clock.now())
        self.languages = [LanguageRow.of(line) for line in languages if line.id != view.id]
        self.free_languages = [
            (code, name) for code, name in LANGUAGES.items() if code not in taken
        ]

    @rx.event
    @guarded(Permission.TEMPLATES_EDIT)
    async def unpause(self):
        """Let a template go out again that was paused for pacing."""
        async for event in self._busily(self._unpause):
            yield event

    async def _unpause(self) -> str:
        await removing.unpause(await self._actor(), template_id=self._here())
        await self._reading(self._read)
        return "It may be sent again."

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def count_clicks(self):
        """Have Meta count from now on who presses what."""
        async for event in self._busily(self._count_clicks):
            yield event

    async def _count_clicks(self) -> str:
        await insights.switch_on(await self._actor(), template_id=self._answered())
        await self._reading(self._read)
        return "Meta counts from now on."

    @rx.event
    @guarded(Permission.TEMPLATES_CREATE)
    async def set_copying(self, is_open: bool):
        """Open or close the choice of a language."""
        self.is_copying = is_open is True

    @rx.event
    @guarded(Permission.TEMPLATES_CREATE)
    async def copy_to(self, form: dict[str, str]):
        """Begin the same template in another language."""
        language = str(form.get("language") or "")[:16]
        copied = await self._call(drafts.duplicate, template_id=self._here(), language=language)
        self.is_copying = False
        return browser.go(f"/templates/{copied}/edit")

    @rx.event
    @guarded(Permission.TEMPLATES_DELETE)
    async def delete(self):
        """Delete this language."""
        async for event in self._delete(all_languages=False):
            yield event

    @rx.event
    @guarded(Permission.TEMPLATES_DELETE)
    async def delete_all(self):
        """Delete the template in all its languages."""
        async for event in self._delete(all_languages=True):
            yield event

    async def _delete(self, *, all_languages: bool) -> AsyncIterator[Any]:
        asked = self._answered()
        self.is_busy = True
        yield
        try:
            count = await removing.delete_template(
                await self._actor(), template_id=asked, all_languages=all_languages
            )
        except AppError as error:
            self.is_busy = False
            yield tell_failure(error)
            return
        self.is_busy = False
        yield browser.go("/templates")
        yield toast_success("Deleted." if count < 2 else f"Deleted in {count} languages.")
