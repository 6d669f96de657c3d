"""The first step: which template is sent, from which number, and against which other one."""

from __future__ import annotations

from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.text import shorten
from xobito_app.features.campaigns.schemas import CampaignDraft
from xobito_app.features.contacts import service as contacts
from xobito_app.features.templates import service as templates
from xobito_app.ui.blocks import PageState, Viewer
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.pages.campaign_wizard.rows import TemplateRow, suggest
from xobito_app.ui.security import AppState, guarded, permitted

MOST_TYPED = 100
MOST_SECOND = 200


async def list_fields(state: AppState) -> list[tuple[str, str]]:
    """Return what a message may say of a contact, as values and words."""
    async with state._transaction() as session:
        return await contacts.list_placeholders(session, (await state._actor()).workspace_id)


@permitted(view=EDITS)
class TemplateStepState(PageState, AppState):
    """The approved templates, and those chosen."""

    rows: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    # What an A/B test may be made against, as values and words.
    has_any: rx.Field[bool] = rx.field(False)
    seconds: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    _typed: str = ""

    async def _read(self, viewer: Viewer) -> None:
        draft = await self.get_state(DraftState)
        if draft.step == "template":
            self._typed = ""
            await self._list(draft)

    async def _list(self, draft: DraftState) -> None:
        wanted = templates.Wanted(status="APPROVED", search=self._typed)
        page = await self._call(templates.list_templates, wanted=wanted, limit=50)
        chosen = draft.card.template_id
        self.rows = [
            TemplateRow(
                id=str(line.id),
                name=line.name,
                language=line.language,
                category=line.category.capitalize(),
                preview=shorten(line.body, 110),
                is_chosen=str(line.id) == chosen,
            )
            for line in page.rows
        ]
        if not self._typed:
            self.has_any = bool(self.rows)
            self.seconds = [
                (row.id, f"{row.name} · {row.language}") for row in self.rows if row.id != chosen
            ]

    @rx.event(supersedes=True)
    @guarded(*EDITS)
    async def find(self, typed: str):
        """Narrow the templates by name or words."""
        self._typed = str(typed)[:MOST_TYPED]
        await self._list(await self.get_state(DraftState))

    @rx.event
    @guarded(*EDITS)
    async def choose(self, template_id: str):
        """Take a template; blanks whose names say what they mean are filled at once."""
        draft = await self.get_state(DraftState)
        told = await draft._save(await self._chosen(draft, ids.parse(template_id)))
        await self._list(draft)
        return told

    async def _chosen(self, draft: DraftState, template_id: UUID) -> CampaignDraft:
        template = await self._call(templates.get, template_id)
        columns = draft.card.columns
        names = [name for name, _ in await list_fields(self)]
        values = suggest(template.variables, template.body, names, columns)
        return {"template_id": template_id, "header_media_id": None, "variables": values}

    @rx.event
    @guarded(*EDITS)
    async def choose_second(self, template_id: str):
        """Try a second template on half of the people; an empty value tries none."""
        draft = await self.get_state(DraftState)
        second = ids.parse(template_id) if template_id else None
        return await draft._save({"template_b_id": second})
