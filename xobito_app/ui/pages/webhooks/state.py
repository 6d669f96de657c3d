"""Outbound webhooks: the endpoint being set up, and the log of what was delivered."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.webhooks import rules, service
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import conceal, reveal, toast_error, toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.webhooks.rows import FILTERS, DeliveryDetail, DeliveryRow, EndpointRow
from xobito_app.ui.security import AppState, guarded

SIGNING_KEY = "webhook-signing"


class WebhooksState(AppState):
    """Where events go, and which. A secret goes to the page alone, never into the state."""

    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    endpoint: rx.Field[EndpointRow] = rx.field(default_factory=EndpointRow)
    events: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    warning: rx.Field[str] = rx.field("")
    is_saving: rx.Field[bool] = rx.field(False)
    is_asking: rx.Field[bool] = rx.field(False)
    is_secret_shown: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def load(self):
        """Show the endpoint."""
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                view = await service.read_endpoint(uow.session, viewer.actor)
        except AppError as error:
            self.stage, self.problem = "failed", error.message
            return
        wanted = view.events if view else frozenset(rules.EVENTS)
        self.endpoint = EndpointRow.of(view, viewer.time_zone) if view else EndpointRow()
        self.events = {event: event in wanted for event in rules.EVENTS}
        self.errors, self.warning, self.stage = {}, "", "ready"

    @rx.event(background=True)
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def save(self, form: dict[str, Any]):
        """Look the address up, then keep it with the chosen events."""
        async with self:
            if self.is_saving:
                return None
            viewer = await self._viewer()
            self.is_saving, self.errors, self.warning = True, {}, ""
        wanted = [event for event in rules.EVENTS if forms.is_on(form, event)]
        try:
            done = await service.configure(
                viewer.actor,
                url=forms.text(form, "url", 3000),
                events=wanted,
                is_on=forms.is_on(form, "is_on"),
            )
        except AppError as error:
            async with self:
                self.is_saving = False
                if isinstance(error, Invalid):
                    self.errors = field_errors(error)
                    return None
            return toast_error(error.message)
        async with self:
            self.is_saving, self.warning = False, done.warning
            self.is_secret_shown = bool(done.secret)
            self.endpoint = EndpointRow.of(done.endpoint, viewer.time_zone)
            self.events = {event: event in done.endpoint.events for event in rules.EVENTS}
        shown = [reveal(SIGNING_KEY, done.secret)] if done.secret else []
        return [*forms.saved("webhook"), *shown]

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def ask_to_rotate(self, is_open: bool):
        """Ask before the old secret ends, or take the question back."""
        self.is_asking = is_open is True

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def rotate(self):
        """Make a new secret and show it, this once."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            secret = await service.rotate_secret(uow.session, actor)
        self.is_asking, self.is_secret_shown = False, True
        return reveal(SIGNING_KEY, secret)

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def forget_secret(self, _is_open: bool):
        """Take the secret off the screen; it cannot be shown again."""
        self.is_secret_shown = False
        return conceal(SIGNING_KEY)

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def switch_on(self):
        """Send again after too many failures."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await service.switch(uow.session, actor, is_on=True)
        return [WebhooksState.load, toast_success("On again. What still waits is sent now.")]


class DeliveryLogState(AppState):
    """A window of the delivery log, one of them open."""

    rows: rx.Field[list[DeliveryRow]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(False)
    failure: rx.Field[str] = rx.field("")
    state: rx.Field[str] = rx.field("")
    event: rx.Field[str] = rx.field("")
    cursor: rx.Field[str] = rx.field("")
    is_first: rx.Field[bool] = rx.field(True)
    detail: rx.Field[DeliveryDetail] = rx.field(
        default_factory=lambda: DeliveryDetail(DeliveryRow())
    )
    is_open: rx.Field[bool] = rx.field(False)
    is_testing: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def load(self):
        """Show the newest deliveries."""
        await self._show("")

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def show_older(self):
        """Show the window after this one."""
        if self.cursor:
            await self._show(self.cursor)

    @rx.event(supersedes=True)
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def filter_state(self, state: str):
        """Show only deliveries in one state, or all."""
        self.state = str(state) if state in dict(FILTERS) else ""
        await self._show("")

    @rx.event(supersedes=True)
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def filter_event(self, event: str):
        """Show only one of the nine events, or all."""
        self.event = str(event) if event in rules.EVENTS else ""
        await self._show("")

    async def _show(self, cursor: str) -> None:
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await service.list_deliveries(
                    uow.session, viewer.actor, state=self.state, event=self.event, cursor=cursor
                )
        except AppError as error:
            self.failure = error.message
            return
        self.rows = [DeliveryRow.of(line, viewer.time_zone) for line in page.rows]
        self.cursor, self.is_first = page.cursor, not cursor
        self.is_loaded, self.failure = True, ""

    @rx.event(supersedes=True)
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def open_delivery(self, delivery_id: str):
        """Show one delivery with its request and answer."""
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            view = await service.read_delivery(
                uow.session, viewer.actor, delivery_id=ids.parse(delivery_id)
            )
        self.detail = DeliveryDetail.of(view, viewer.time_zone)
        self.is_open = True

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def set_open(self, is_open: bool):
        """Close the open delivery."""
        self.is_open = is_open is True

    @rx.event
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def redeliver(self):
        """Send the open delivery's event once more."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await service.redeliver(uow.session, actor, delivery_id=ids.parse(self.detail.row.id))
        self.is_open = False
        await self._show("")
        return toast_success("On its way again, under its old id.")

    @rx.event(background=True)
    @guarded(Permission.WEBHOOKS_MANAGE)
    async def send_test(self):
        """Send a sample event and open what was answered."""
        async with self:
            if self.is_testing:
                return None
            viewer = await self._viewer()
            self.is_testing = True
        try:
            view = await service.send_test(viewer.actor)
        except AppError as error:
            async with self:
                self.is_testing = False
            return toast_error(error.message)
        async with self:
            self.is_testing = False
            self.detail, self.is_open = DeliveryDetail.of(view, viewer.time_zone), True
            await self._show("")
        return None
