"""The third step: what fills the blanks of the template."""

from __future__ import annotations

from dataclasses import replace

import reflex as rx

from xobito_app.features.campaigns.schemas import LONGEST_VALUE
from xobito_app.ui.blocks import PageState, Viewer
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.pages.campaign_wizard.rows import VariableRow, variable_rows
from xobito_app.ui.pages.campaign_wizard.template_state import list_fields
from xobito_app.ui.security import AppState, guarded, permitted

_KINDS = frozenset({"value", "field", "column"})
_PARTS = frozenset({"text", "field", "column", "fallback"})


@permitted(view=EDITS)
class VariablesState(PageState, AppState):
    """The blanks, each with its source."""

    rows: rx.Field[list[VariableRow]] = rx.field(default_factory=list)
    fields: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    columns: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    kinds: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    async def _read(self, viewer: Viewer) -> None:
        draft = await self.get_state(DraftState)
        if draft.step != "variables":
            return
        self.fields = await list_fields(self)
        self.columns = [(column, column) for column in draft.card.columns]
        self.kinds = [("value", "Fixed text"), ("field", "Contact field")]
        if self.columns:
            self.kinds.append(("column", "Column of the file"))
        view, template = draft._view, draft._template
        if view and template:
            self.rows = variable_rows(template.variables, view.variables, view.problems)
        else:
            self.rows = []

    @rx.event
    @guarded(*EDITS)
    async def choose_kind(self, key: str, kind: str):
        """Fill a blank from another kind of source."""
        if kind in _KINDS:
            self._change(key, kind=kind)

    @rx.event
    @guarded(*EDITS)
    async def write(self, key: str, part: str, text: str):
        """Keep what fills a blank, as soon as it says something."""
        if part not in _PARTS:
            return []
        self._change(key, **{part: str(text)[:LONGEST_VALUE]})
        draft = await self.get_state(DraftState)
        values = {row.key: value for row in self.rows if (value := row.value)}
        told = await draft._save({"variables": values})
        self.rows = [
            replace(row, problem=draft.errors.get(f"variables.{row.key}", "")) for row in self.rows
        ]
        return told

    def _change(self, key: str, **changes: str) -> None:
        self.rows = [replace(row, **changes) if row.key == key else row for row in self.rows]
