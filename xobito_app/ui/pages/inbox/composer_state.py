"""Writing to the customer: replies, notes, files, voice, reactions, templates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import (
    compose,
    compose_template,
    message_actions,
    scheduling,
    template_draft,
)
from xobito_app.features.inbox.composing.bundle import send_bundle
from xobito_app.features.inbox.threads import thread_actions
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser, forms
from xobito_app.ui.pages.inbox.attachments import read_attachments
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.security import AppState, current_viewer, guarded
from xobito_app.whatsapp.templates import VariableKind


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
    # "text", "file", "time" or "lines"
    field: str = "text"
    accept: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The template about to be sent."""

    id: str = ""
    name: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card of the carousel about to be sent."""

    id: str
    header: str
    body: str
    buttons: str


_FIELDS = {VariableKind.MEDIA: "file", VariableKind.EXPIRY: "time", VariableKind.SECTIONS: "lines"}
_ACCEPT = {"image": "image/jpeg,image/png", "video": "video/mp4,video/3gpp"}
_HELP = {
    VariableKind.SECTIONS: "One section a line, like “Bread: sku-1, sku-2”.",
    VariableKind.LOCATION: "Latitude, longitude, name, address.",
    VariableKind.EXPIRY: "In the workspace's time zone.",
}


def _variable_row(blank: template_draft.Blank) -> VariableRow:
    return VariableRow(
        blank.key,
        blank.label,
        blank.value,
        blank.example,
        field=_FIELDS.get(blank.kind, "text"),
        accept=_ACCEPT.get(blank.media_format, ""),
        help=_HELP.get(blank.kind, ""),
    )


class ComposerState(AppState):
    """What the person is about to send."""

    problem: rx.Field[str] = rx.field("")
    picker_open: rx.Field[bool] = rx.field(False)
    templates: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    chosen: rx.Field[Chosen] = rx.field(default_factory=Chosen)
    chosen_buttons: rx.Field[list[str]] = rx.field(default_factory=list)
    chosen_cards: rx.Field[list[CardRow]] = rx.field(default_factory=list)
    variables: rx.Field[list[VariableRow]] = rx.field(default_factory=list)
    zone_line: rx.Field[str] = rx.field("")
    _template_key: str = ""

    async def _conversation(self) -> UUID:
        thread = await self.get_state(ThreadState)
        return ids.parse(thread.header.id)

    @rx.event
    @guarded(Permission.INBOX_REPLY, Permission.INBOX_NOTE)
    async def submit(self, form: dict[str, Any]):
        """Send what is in the composer; the key makes a double click one message."""
        viewer = await current_viewer(self)
        conversation_id = await self._conversation()
        body, key = str(form.get("text") or ""), str(form.get("key") or ids.new())[:64]
        draft = await self.get_state(DraftState)
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                session, actor = uow.session, viewer.actor
                if draft.mode == "note":
                    await thread_actions.add_note(
                        session, actor, conversation_id=conversation_id, body=body, key=key
                    )
                else:
                    await send_bundle(
                        session,
                        actor,
                        draft._order(conversation_id, key),
                        body=body,
                        attachments=read_attachments(form.get("files")),
                    )
        except AppError as error:
            self.problem = error.message
            return None
        self.problem = ""
        draft._sent()
        return browser.call("xobito.sent", str(conversation_id), key)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def quote(self, message_id: str):
        """Answer one certain message."""
        thread, draft = await self.get_state(ThreadState), await self.get_state(DraftState)
        for row in [*thread.older, *thread.entries]:
            if row.id == message_id:
                draft.quoted_id = row.id
                draft.quoted_text = shorten(row.text or row.media_kind or row.kind, 120)
                draft.mode = "reply"
        return rx.call_script("setTimeout(() => xobito.focusComposer(), 30)")

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def send_voice(self, form: dict[str, Any]):
        """Send a recorded voice message; what is typed in the composer stays there."""
        viewer = await current_viewer(self)
        draft = await self.get_state(DraftState)
        order = draft._order(await self._conversation(), forms.text(form, "key", 64))
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                await compose.send_media(
                    uow.session,
                    viewer.actor,
                    order,
                    media_id=ids.parse(forms.text(form, "media_id")),
                    voice=True,
                )
        except AppError as error:
            self.problem = error.message
            return None
        self.problem = ""
        draft._sent()
        return rx.call_script("xobito.voiceSent()")

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def react(self, form: dict[str, Any]):
        """Put an emoji on a message, or take ours away with an empty one."""
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await message_actions.react(
                uow.session,
                viewer.actor,
                conversation_id=await self._conversation(),
                message_id=ids.parse(forms.text(form, "message_id")),
                emoji=forms.text(form, "emoji", 64),
                key=forms.text(form, "key", 64),
            )

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def resend(self, message_id: str):
        """Try a failed message once more."""
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await message_actions.resend(
                uow.session, viewer.actor, message_id=ids.parse(message_id)
            )

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def settle(self, message_id: str, was_delivered: bool):
        """Say what became of a message whose answer from WhatsApp was lost."""
        viewer = await current_viewer(self)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await message_actions.resolve_unresolved(
                uow.session,
                viewer.actor,
                message_id=ids.parse(message_id),
                was_delivered=bool(was_delivered),
            )

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def open_picker(self):
        """Show the templates that can be sent, the most used first."""
        await self._list_templates("")
        self.chosen = Chosen()
        self.problem = ""
        self.picker_open = True

    @rx.event(supersedes=True)
    @guarded(Permission.INBOX_REPLY)
    async def find_template(self, typed: str):
        """Narrow the templates by name or words."""
        await self._list_templates(str(typed)[:100])

    async def _list_templates(self, typed: str) -> None:
        viewer = await current_viewer(self)
        conversation_id = await self._conversation()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            found = await template_draft.list_sendable(
                uow.session, viewer.actor, conversation_id=conversation_id, search=typed
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
    async def set_picker(self, is_open: bool):
        """Open or close the picker."""
        self.picker_open = bool(is_open)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def choose(self, template_id: str):
        """Take a template and fill its variables from the contact where they are known."""
        viewer = await current_viewer(self)
        conversation_id = await self._conversation()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            draft = await template_draft.draft_template(
                uow.session,
                viewer.actor,
                conversation_id=conversation_id,
                template_id=ids.parse(template_id),
            )
            zone = await scheduling.time_zone_of(uow.session, viewer.actor)
        self.chosen = Chosen(
            id=template_id,
            name=draft.name,
            header=draft.header,
            body=draft.body,
            footer=draft.footer,
            offer=draft.offer,
        )
        self.zone_line = f"In the workspace's time zone, {zone}. Leave it empty to send now."
        self.chosen_buttons = list(draft.buttons)
        self.chosen_cards = [
            CardRow(f"card.{at}.body", card.header, card.body, " · ".join(card.buttons))
            for at, card in enumerate(draft.cards)
        ]
        self.variables = [_variable_row(blank) for blank in draft.blanks]
        self._template_key = str(ids.new())
        self.problem = ""

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def send_template(self, form: dict[str, Any]):
        """Send the chosen template with the values typed in."""
        viewer = await current_viewer(self)
        conversation_id = await self._conversation()
        draft = await self.get_state(DraftState)
        values = {v.key: str(form.get(v.key) or "").strip() for v in self.variables}
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                order = draft._order(conversation_id, self._template_key, is_template=True)
                if local := forms.text(form, "due_at"):
                    outlook = await scheduling.look_ahead(
                        uow.session, viewer.actor, conversation_id=conversation_id, local=local
                    )
                    order = replace(order, due_at=outlook.due_at)
                await compose_template.send_template(
                    uow.session,
                    viewer.actor,
                    order,
                    template_id=ids.parse(self.chosen.id),
                    values=values,
                )
        except AppError as error:
            self.problem = error.message
            return
        self.problem = ""
        draft._sent()
        self.picker_open = False
        self.chosen = Chosen()
