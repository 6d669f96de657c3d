"""The last step: when, how carefully, and launching."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import reflex as rx

from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.schemas import CampaignDraft, CampaignView
from xobito_app.features.inbox.threads import local_times
from xobito_app.ui import browser, dom_ids, formats, forms
from xobito_app.ui.components import toast_success, toast_undo
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.security import AppState, guarded

UNDO_SECONDS = 5
"""As long as the launch can be undone."""


class LaunchState(AppState):
    """The settings of the launch and what is wrong with them."""

    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_busy: rx.Field[bool] = rx.field(False)
    is_later: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(*EDITS)
    async def load(self):
        """Begin with what the draft says."""
        draft = await self.get_state(DraftState)
        self.errors, self.is_busy = {}, False
        self.is_later = draft.card.scheduled != ""

    @rx.event
    @guarded(*EDITS)
    async def choose_time(self, when: str):
        """Launch now, or at a time that is asked for."""
        self.is_later = when == "later"
        if self.is_later:
            return []
        return await (await self.get_state(DraftState))._save({"scheduled_at": None})

    @rx.event
    @guarded(*EDITS)
    async def keep(self, name: str, text: str):
        """Keep one setting as soon as it is written."""
        try:
            change = await self._change(str(name), str(text).strip())
        except Invalid as error:
            self.errors = {**self.errors, **field_errors(error)}
            return []
        draft = await self.get_state(DraftState)
        told = await draft._save(change)
        self.errors = {
            known: words
            for known, words in {**self.errors, **draft.errors}.items()
            if known not in change or known in draft.errors
        }
        return told

    async def _change(self, name: str, text: str) -> CampaignDraft:
        match name:
            case "canary":
                if text and not (text.isascii() and text.isdigit() and len(text) < 7):
                    raise Invalid.field("canary", "Write a number of people, or leave it empty.")
                return {"canary": int(text or 0)}
            case "spend_cap":
                return {"spend_cap": _amount(text)}
            case "scheduled_at":
                zone = await self._call(local_times.time_zone_of)
                return {"scheduled_at": _moment(text, zone)}
            case _:
                return {}

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def launch(self, form: dict[str, Any]):
        """Freeze everything and let it begin, now or at its time."""
        draft = await self.get_state(DraftState)
        if self.is_busy or draft._view is None:
            return
        self.is_busy = True
        yield
        try:
            view = await self._launch(draft._view, forms.text(form, "confirm", 20))
        except AppError as error:
            self.errors = (
                field_errors(error) if isinstance(error, Invalid) else {"form": error.message}
            )
            return
        finally:
            self.is_busy = False
        yield browser.go(f"/campaigns/{view.id}")
        yield await self._told(view)

    async def _launch(self, view: CampaignView, typed: str) -> CampaignView:
        digits = "".join(filter(str.isdigit, typed))
        return await self._call(
            service.launch_campaign,
            campaign_id=view.id,
            confirm=int(digits) if digits else None,
        )

    async def _told(self, view: CampaignView) -> Any:
        if view.status == "scheduled" and view.scheduled_at:
            zone = await self._call(local_times.time_zone_of)
            return toast_success(f"Scheduled for {formats.weekday(view.scheduled_at, zone)}.")
        return toast_undo("Launched.", dom_ids.UNDO_LAUNCH, seconds=UNDO_SECONDS)


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise Invalid.field("spend_cap", "Write an amount above 0, or leave it empty.")
    return amount


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        return local_times.read_local(text, zone)
    except Invalid as error:
        raise Invalid.field("scheduled_at", error.message) from None
