"""Prepared answers: the list, and the one being written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import canned
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded

LIMIT = 200


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A prepared answer in the list."""

    id: str
    label: str
    preview: str


class CannedState(AppState):
    """The prepared answers of the workspace."""

    tab: rx.Field[str] = rx.field("replies")
    rows: rx.Field[list[ReplyRow]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_open: rx.Field[bool] = rx.field(False)
    reply_id: rx.Field[str] = rx.field("")
    shortcut: rx.Field[str] = rx.field("")
    body: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def load(self):
        """Show all prepared answers."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            found = await canned.find(uow.session, actor, typed="", limit=LIMIT)
        self.rows = [ReplyRow(str(r.id), f"/{r.shortcut}", shorten(r.body, 140)) for r in found]
        self.is_loaded = True

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def show_tab(self, tab: str):
        """Show replies or macros."""
        self.tab = "macros" if tab == "macros" else "replies"

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def write_new(self):
        """Begin a new one."""
        self.reply_id = self.shortcut = self.body = ""
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def edit(self, reply_id: str):
        """Open one for change."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            reply = await canned.get(uow.session, actor, reply_id=ids.parse(reply_id))
        self.reply_id, self.shortcut, self.body = str(reply.id), reply.shortcut, reply.body
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def set_open(self, is_open: bool):
        """Close the form."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def save(self, form: dict[str, Any]):
        """Keep what was written, or say at the field what is wrong with it."""
        actor = await self._actor()
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await canned.save(
                    uow.session,
                    actor,
                    reply_id=ids.parse(self.reply_id) if self.reply_id else None,
                    shortcut=str(form.get("shortcut") or ""),
                    body=str(form.get("body") or ""),
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.is_open = False
        return [toast_success("Saved."), CannedState.load]

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def remove(self, reply_id: str):
        """Delete one."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await canned.remove(uow.session, actor, reply_id=ids.parse(reply_id))
        return [toast_success("Deleted."), CannedState.load]
