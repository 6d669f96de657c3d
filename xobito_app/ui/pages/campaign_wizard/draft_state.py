"""The draft in the wizard: it is read from the address and saves itself with every change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.schemas import CampaignDraft, CampaignView
from xobito_app.features.connection import accounts
from xobito_app.features.inbox.threads import local_times
from xobito_app.features.templates import service as templates
from xobito_app.features.templates.schemas import TemplateView
from xobito_app.ui import browser, formats
from xobito_app.ui.blocks import PageState, Viewer
from xobito_app.ui.components import toast_error
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.campaign_wizard.rows import (
    STEP_NAMES,
    DraftCard,
    PhoneView,
    StepRow,
    step_rows,
)
from xobito_app.ui.pages.templates.paper import Paper
from xobito_app.ui.security import AppState, guarded, permitted

EDITS = (Permission.CAMPAIGNS_CREATE, Permission.CAMPAIGNS_EDIT)
NEW = "new"


@permitted(view=EDITS)
class DraftState(PageState, AppState):
    """What every step shows: the draft, the steps, and the phone."""

    card: rx.Field[DraftCard] = rx.field(default_factory=DraftCard)
    steps: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    step: rx.Field[str] = rx.field("template")
    numbers: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    saved: rx.Field[str] = rx.field("")
    phone: rx.Field[PhoneView] = rx.field(default_factory=PhoneView)
    paper: rx.Field[Paper] = rx.field(default_factory=Paper)
    position: rx.Field[int] = rx.field(1)
    total: rx.Field[int] = rx.field(0)
    has_phone: rx.Field[bool] = rx.field(False)
    can_leaf: rx.Field[bool] = rx.field(False)
    zone_words: rx.Field[str] = rx.field("")
    # What the steps need of the draft; never sent to the browser.
    _view: CampaignView | None = None
    _template: TemplateView | None = None
    _zone: str = "UTC"

    def _here(self) -> UUID | None:
        """Return which draft the address is about; None for one not begun."""
        said = self.router.url.path.strip("/").split("/")
        return None if said[1:2] in ([], [NEW]) else ids.parse(said[1])

    async def _read(self, viewer: Viewer) -> None:
        wanted = str(self.router.url.query_parameters.get("step", ""))
        step = wanted if wanted in STEP_NAMES else "template"
        self.step, self.errors = step, {}
        self.numbers = [
            (str(n.id), n.verified_name or n.display_phone) for n in await self._list_numbers()
        ]
        self._zone = await self._call(local_times.time_zone_of)
        self.zone_words = f"In the workspace's time zone, {self._zone}."
        campaign_id = self._here()
        try:
            if campaign_id is None:
                await self._show(None)
            else:
                await self._show(await self._call(service.get_campaign, campaign_id=campaign_id))
        except NotFound:
            self.stage = "missing"
            return
        if self.card.status not in {"", "draft", "scheduled"}:
            self.stage = "begun"

    async def _list_numbers(self) -> Any:
        async with self._transaction() as session:
            return await accounts.list_numbers(session, (await self._actor()).workspace_id)

    async def _show(self, view: CampaignView | None) -> None:
        """Show a draft as it stands, or the place for a new one."""
        if view is None or (self._view and view.id != self._view.id):
            self.position, self.total, self.saved = 1, 0, ""
        self._view = view
        self._template = await self._read_template(view)
        if view is None:
            self.card = DraftCard(number_id=self.numbers[0][0] if self.numbers else "")
            self.steps = step_rows(self.step, {})
        else:
            self.card = DraftCard.of(view, self._template, self._zone)
            self.steps = step_rows(self.step, view.problems)
        await self._show_phone()

    async def _read_template(self, view: CampaignView | None) -> TemplateView | None:
        if view is None or view.template_id is None:
            return None
        return await self._call(templates.get, view.template_id)

    # Saving ------------------------------------------------------------------------------

    async def _save(self, draft: CampaignDraft) -> list[Any]:
        """Keep a change at once and say so; what breaks a rule is said at its field."""
        is_new = self._view is None
        was_scheduled = self.card.is_scheduled
        try:
            async with self._transaction():
                view = await self._keep(draft)
                await self._show(view)
        except Invalid as error:
            self.errors = {**self.errors, **field_errors(error)}
            return []
        except (Conflict, Forbidden, NotFound) as error:
            return [toast_error(error.message), type(self).load]
        self.errors = {
            name: words
            for name, words in self.errors.items()
            if name.partition(".")[0] not in draft
        }
        now, zone = clock.now(), (await self._viewer()).time_zone
        self.saved = f"Saved {formats.clock_time(now, zone)}"
        if was_scheduled and not self.card.is_scheduled:
            return [toast_error(view.reason)]
        return [browser.go(f"/campaigns/{view.id}/edit", replace=True)] if is_new else []

    async def _keep(self, draft: CampaignDraft) -> CampaignView:
        if self._view is not None:
            return await self._call(service.update_campaign, campaign_id=self._view.id, draft=draft)
        begun: CampaignDraft = {"name": await self._first_name()}
        if self.card.number_id:
            begun["number_id"] = ids.parse(self.card.number_id)
        begun.update(draft)
        return await self._call(service.create_campaign, draft=begun)

    async def _first_name(self) -> str:
        zone = (await self._viewer()).time_zone
        return f"Campaign of {formats.weekday(clock.now(), zone)}"

    # The phone ---------------------------------------------------------------------------

    async def _show_phone(self) -> None:
        """Show the message to the recipient chosen, or the template while nobody is meant."""
        self.has_phone = self._template is not None
        self.can_leaf = False
        if self._template is None or self._view is None:
            self.phone, self.paper = PhoneView(), Paper()
            return
        try:
            found = await self._call(
                service.preview, campaign_id=self._view.id, position=self.position
            )
        except AppError:
            # Nobody is meant yet, or not so many: the template itself is what there is to see.
            self.phone = PhoneView("As the template stands")
            self.paper = Paper.of({"components": list(self._template.components)}, {})
            return
        self.phone, self.can_leaf = PhoneView.of(found, self.total), True
        self.paper = Paper.of(found.template, found.values)

    @rx.event(supersedes=True)
    @guarded(*EDITS)
    async def leaf(self, by: int):
        """Show the message to the next recipient, or the one before."""
        before = self.position
        last = self.total or before + 1
        self.position = max(1, min(before + (1 if by == 1 else -1), last))
        await self._show_phone()
        if not self.can_leaf:
            # There is nobody after the last one.
            self.position = before
            await self._show_phone()

    # Going about -------------------------------------------------------------------------

    @rx.event
    @guarded(*EDITS)
    async def visit(self, step: str):
        """Go to a step; a draft that is not begun yet begins with it."""
        if step not in STEP_NAMES:
            return []
        if self._view is None:
            self.step = step
            self.steps = [replace(row, is_here=row.id == step) for row in self.steps]
            return []
        return browser.go(f"/campaigns/{self._view.id}/edit?step={step}")

    @rx.event
    @guarded(*EDITS)
    async def rename(self, name: str):
        """Keep the campaign's name."""
        return await self._save({"name": str(name)[:191]})

    @rx.event
    @guarded(*EDITS)
    async def choose_number(self, number_id: str):
        """Send from another number."""
        return await self._save({"number_id": ids.parse(number_id) if number_id else None})
