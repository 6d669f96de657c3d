"""Writing to the customer: replies, notes, files, voice, reactions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import (
    compose,
    message_actions,
)
from xobito_app.features.inbox.composing.bundle import send_bundle
from xobito_app.features.inbox.threads import thread_actions
from xobito_app.ui import browser, forms
from xobito_app.ui.pages.inbox.attachments import read_attachments
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.thread_state import ThreadState, open_thread_id
from xobito_app.ui.security import AppState, guarded


class ComposerState(AppState):
    """What the person is about to send."""

    problem: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.INBOX_REPLY, Permission.INBOX_NOTE)
    async def submit(self, form: dict[str, Any]):
        """Send what is in the composer; the key makes a double click one message."""
        conversation_id = await open_thread_id(self)
        body, key = str(form.get("text") or ""), str(form.get("key") or ids.new())[:64]
        draft = await self.get_state(DraftState)
        try:
            if draft.mode == "note":
                await self._call(
                    thread_actions.add_note, conversation_id=conversation_id, body=body, key=key
                )
            else:
                await self._call(
                    send_bundle,
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
        draft = await self.get_state(DraftState)
        order = draft._order(await open_thread_id(self), forms.text(form, "key", 64))
        try:
            media_id = ids.parse(forms.text(form, "media_id"))
            await self._call(compose.send_media, order, media_id=media_id, voice=True)
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
        await self._call(
            message_actions.react,
            conversation_id=await open_thread_id(self),
            message_id=ids.parse(forms.text(form, "message_id")),
            emoji=forms.text(form, "emoji", 64),
            key=forms.text(form, "key", 64),
        )

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def resend(self, message_id: str):
        """Try a failed message once more."""
        await self._call(message_actions.resend, message_id=ids.parse(message_id))

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def settle(self, message_id: str, was_delivered: bool):
        """Say what became of a message whose answer from WhatsApp was lost."""
        await self._call(
            message_actions.resolve_unresolved,
            message_id=ids.parse(message_id),
            was_delivered=bool(was_delivered),
        )
