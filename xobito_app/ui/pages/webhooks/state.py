"""Outbound webhooks: the endpoint being set up, and the log of what was delivered."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.webhooks import rules, service
from xobito_app.features.webhooks.service import Configured
from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    DetailState,
    Form,
    ListState,
    Page,
    PageState,
    QuestionState,
    SecretState,
    Viewer,
    show_errors,
)
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors, tell_failure
from xobito_app.ui.pages.webhooks.rows import DeliveryDetail, DeliveryRow, EndpointRow
from xobito_app.ui.security import AppState, guarded_by, permitted

SIGNING_KEY = "webhook-signing"
_MANAGE = Permission.WEBHOOKS_MANAGE


@permitted(view=_MANAGE, edit=_MANAGE)
class WebhooksState(PageState, QuestionState, SecretState, AppState):
    """Where events go, and which."""

    secret: ClassVar = SIGNING_KEY
    endpoint: rx.Field[EndpointRow] = rx.field(default_factory=EndpointRow)
    events: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    warning: rx.Field[str] = rx.field("")

    async def _read(self, viewer: Viewer) -> None:
        view = await self._call(service.read_endpoint)
        wanted = view.events if view else frozenset(rules.EVENTS)
        self.endpoint = EndpointRow.of(view, viewer.time_zone) if view else EndpointRow()
        self.events = {event: event in wanted for event in rules.EVENTS}
        self.errors, self.warning = {}, ""

    @rx.event(background=True)
    @guarded_by("edit")
    async def save(self, form: Form):
        """Look the address up, then keep it with the chosen events."""
        async with self:
            if self.is_busy:
                return None
            viewer = await self._viewer()
            self.is_busy, self.errors, self.warning = True, {}, ""
        try:
            done = await service.configure(
                viewer.actor,
                url=forms.text(form, "url", 3000),
                events=[event for event in rules.EVENTS if forms.is_on(form, event)],
                is_on=forms.is_on(form, "is_on"),
            )
        except AppError as error:
            async with self:
                self.is_busy = False
                if isinstance(error, Invalid):
                    self.errors = field_errors(error)
                    return show_errors()
            return tell_failure(error)
        async with self:
            return self._show(done, viewer.time_zone)

    def _show(self, done: Configured, zone: str) -> list[Event]:
        self.is_busy, self.warning = False, done.warning
        self.endpoint = EndpointRow.of(done.endpoint, zone)
        self.events = {event: event in done.endpoint.events for event in rules.EVENTS}
        shown = [self._reveal(done.secret)] if done.secret else []
        return [*forms.saved("webhook"), *shown]

    @rx.event
    @guarded_by("edit")
    async def rotate(self):
        """Make a new secret and show it, this once."""
        secret = await self._call(service.rotate_secret)
        self.question = ""
        return self._reveal(secret)

    @rx.event
    @guarded_by("edit")
    async def switch_on(self):
        """Send again after too many failures."""
        await self._call(service.switch, is_on=True)
        return [WebhooksState.load, toast_success("On again. What was waiting is sent now.")]


@permitted(view=_MANAGE, edit=_MANAGE)
class DeliveryLogState(ListState, DetailState, AppState):
    """A window of the delivery log, one of them open."""

    filters: ClassVar = ("state", "event")
    rows: rx.Field[list[DeliveryRow]] = rx.field(default_factory=list)
    detail: rx.Field[DeliveryDetail] = rx.field(
        default_factory=lambda: DeliveryDetail(DeliveryRow())
    )

    async def _page(self, viewer: Viewer, cursor: str) -> Page[DeliveryRow]:
        state, event = self.query.get("state", ""), self.query.get("event", "")
        page = await self._call(service.list_deliveries, state=state, event=event, cursor=cursor)
        return page.map(lambda line: DeliveryRow.of(line, viewer.time_zone))

    async def _detail(self, viewer: Viewer, row_id: UUID) -> None:
        view = await self._call(service.read_delivery, delivery_id=row_id)
        self.detail = DeliveryDetail.of(view, viewer.time_zone)

    @rx.event
    @guarded_by("edit")
    async def redeliver(self):
        """Send the open delivery's event once more."""
        await self._call(service.redeliver, delivery_id=ids.parse(self.detail.row.id))
        self.is_open = False
        await self._turn([""])
        return toast_success("Sent again with the same id.")

    @rx.event(background=True)
    @guarded_by("edit")
    async def send_test(self):
        """Send a sample event and open what was answered."""
        async with self:
            if self.is_busy:
                return None
            viewer = await self._viewer()
            self.is_busy = True
        try:
            view = await service.send_test(viewer.actor)
        except AppError as error:
            async with self:
                self.is_busy = False
            return tell_failure(error)
        async with self:
            self.is_busy = False
            self.detail, self.is_open = DeliveryDetail.of(view, viewer.time_zone), True
            await self._turn([""])
        return None
