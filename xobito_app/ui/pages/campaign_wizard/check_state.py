"""The fourth step: what a launch would do, and everybody whom it leaves out."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from xobito_app.core.errors import AppError, Forbidden, Unauthenticated
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.launching.launch import TYPED_ABOVE
from xobito_app.ui.blocks import ListState, Page, Viewer
from xobito_app.ui.pages.campaign_wizard.check_rows import CheckCard, LeftOutRow
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.pages.campaign_wizard.rows import SKIPS
from xobito_app.ui.security import AppState, guarded, permitted

NOBODY = "Nobody is in this audience. Choose other people."
_SKIPS = frozenset(value for value, _ in SKIPS)


@permitted(view=EDITS)
class CheckState(ListState, AppState):
    """The dry run, and the window of those left out for a reason."""

    filters: ClassVar = ("reason",)
    rows: rx.Field[list[LeftOutRow]] = rx.field(default_factory=list)
    card: rx.Field[CheckCard] = rx.field(default_factory=CheckCard)
    # Why it cannot be said yet.
    missing: rx.Field[str] = rx.field("")

    async def _prepare(self, viewer: Viewer) -> None:
        draft = await self.get_state(DraftState)
        if draft.step in {"check", "launch"}:
            await self._try_out(draft, viewer)

    async def _try_out(self, draft: DraftState, viewer: Viewer) -> None:
        self.card, self.missing = CheckCard(), ""
        if draft._view is None:
            self.missing = "Choose a template and the people who get it first."
            return
        try:
            found = await self._call(service.dry_run, campaign_id=draft._view.id)
        except (Forbidden, Unauthenticated):
            raise
        except AppError as error:
            self.missing = error.message
            return
        self.card = CheckCard.of(found, viewer.time_zone, TYPED_ABOVE)
        self.missing = "" if found.audience else NOBODY
        draft.total = found.audience
        await draft._show_phone()

    async def _page(self, viewer: Viewer, cursor: str) -> Page[LeftOutRow]:
        draft = await self.get_state(DraftState)
        if draft.step != "check" or draft._view is None or not self.card.excluded:
            return Page(())
        found = await self._call(
            service.list_excluded,
            campaign_id=draft._view.id,
            reason=self.query.get("reason", ""),
            cursor=cursor,
        )
        return found.map(LeftOutRow.of)

    async def _again(self) -> None:
        await self._reading(self._read)

    @rx.event
    @guarded(*EDITS)
    async def skip(self, seconds: str):
        """Leave out who got a campaign within so many seconds."""
        if seconds not in _SKIPS:
            return []
        draft = await self.get_state(DraftState)
        told = await draft._save({"skip_seconds": int(seconds)})
        await self._again()
        return told

    @rx.event
    @guarded(*EDITS)
    async def split(self, is_on: bool):
        """Have those over the day's limit get it on a later day, or not at all."""
        draft = await self.get_state(DraftState)
        told = await draft._save({"splits_days": is_on is True})
        await self._again()
        return told
