"""Sending a template: which ones there are, and what its blanks are filled with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import compose_template, scheduling, template_draft
from xobito_app.features.inbox.threads import local_times
from xobito_app.ui import forms
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.thread_state import open_thread_id
from xobito_app.ui.security import AppState, guarded


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template that can be sent, as the picker lists it."""

    id: str
    name: str
    language: str
    preview: str
    category: str


@dataclass(frozen=True, slots=True)
class VariableRow:
    """One variable of the chosen template, with what it is filled with."""

    key: str
    label: str
    value: str
    example: str
    is_media: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The template about to be sent."""

    id: str = ""
    name: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    needs_media: str = ""


class PickerState(StagedState, AppState):
    """The picker: the list of templates, then the form of the chosen one."""

    is_open: rx.Field[bool] = rx.field(False)
    templates: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    chosen: rx.Field[Chosen] = rx.field(default_factory=Chosen)
    chosen_buttons: rx.Field[list[str]] = rx.field(default_factory=list)
    variables: rx.Field[list[VariableRow]] = rx.field(default_factory=list)
    zone_line: rx.Field[str] = rx.field("")
    # Why it was not sent.
    refused: rx.Field[str] = rx.field("")
    _key: str = ""

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def open_picker(self):
        """Show the templates that can be sent, the most used first."""
        self.chosen, self.refused = Chosen(), ""
        self.is_open, self.stage = True, "loading"
        yield
        await self._staged(self._find(""))

    @rx.event(supersedes=True)
    @guarded(Permission.INBOX_REPLY)
    async def find(self, typed: str):
        """Narrow the templates by name or words."""
        await self._staged(self._find(str(typed)[:100]))

    async def _find(self, typed: str) -> None:
        found = await self._call(
            template_draft.list_sendable,
            conversation_id=await open_thread_id(self),
            search=typed,
        )
        self.templates = [
            TemplateRow(
                id=str(t.id),
                name=t.name,
                language=t.language,
                preview=shorten(t.body, 110),
                category=t.category.capitalize(),
            )
            for t in found
        ]

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def set_open(self, is_open: bool):
        """Close the picker."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def choose(self, template_id: str):
        """Take a template and fill its variables from the contact where they are known."""
        async with self._transaction():
            draft = await self._call(
                template_draft.draft_template,
                conversation_id=await open_thread_id(self),
                template_id=ids.parse(template_id),
            )
            zone = await self._call(local_times.time_zone_of)
        self.chosen = Chosen(
            id=template_id,
            name=draft.name,
            header=draft.header,
            body=draft.body,
            footer=draft.footer,
            needs_media=draft.needs_media,
        )
        self.zone_line = f"In the workspace's time zone, {zone}. Leave it empty to send now."
        self.chosen_buttons = list(draft.buttons)
        self.variables = [
            VariableRow(b.key, b.label, b.value, b.example, b.is_media) for b in draft.blanks
        ]
        self._key, self.refused = str(ids.new()), ""

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def send(self, form: dict[str, Any]):
        """Send the chosen template with the values typed in."""
        draft = await self.get_state(DraftState)
        try:
            await self._send(draft, form)
        except AppError as error:
            self.refused = error.message
            return
        draft._sent()
        self.refused, self.is_open, self.chosen = "", False, Chosen()

    async def _send(self, draft: DraftState, form: dict[str, Any]) -> None:
        conversation_id = await open_thread_id(self)
        order = draft._order(conversation_id, self._key, is_template=True)
        async with self._transaction():
            if local := forms.text(form, "due_at"):
                outlook = await self._call(
                    scheduling.look_ahead, conversation_id=conversation_id, local=local
                )
                order = replace(order, due_at=outlook.due_at)
            await self._call(
                compose_template.send_template,
                order,
                template_id=ids.parse(self.chosen.id),
                values={v.key: str(form.get(v.key) or "").strip() for v in self.variables},
            )
