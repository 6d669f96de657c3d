"""Sending later: choosing the time, and changing what already waits for its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.composing import message_actions, scheduling
from xobito_app.features.inbox.composing.scheduling import Outlook
from xobito_app.features.inbox.threads import local_times
from xobito_app.ui import formats, forms
from xobito_app.ui.blocks import Form, FormState, StagedState
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.preset_rows import PresetRow, preset_rows
from xobito_app.ui.pages.inbox.thread_state import open_thread_id
from xobito_app.ui.security import AppState, guarded, permitted


class ScheduleState(StagedState, AppState):
    """The small box behind the clock."""

    is_open: rx.Field[bool] = rx.field(False)
    zone: rx.Field[str] = rx.field("")
    presets: rx.Field[list[PresetRow]] = rx.field(default_factory=list)
    # Why a moment cannot be planned.
    refused: rx.Field[str] = rx.field("")
    _own: str = ""

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def set_open(self, is_open: bool):
        """Offer some moments, or close the box."""
        self.is_open, self.refused, self._own = bool(is_open), "", ""
        if self.is_open:
            self.stage = "loading"
            yield
            await self._staged(self._offer())

    async def _offer(self) -> None:
        self.zone = await self._call(local_times.time_zone_of)
        self.presets = preset_rows(self.zone)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def choose(self, local: str):
        """Plan the message for one of the offered moments."""
        await self._choose(str(local))

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def note_own(self, local: str):
        """Remember the moment that is being typed."""
        self._own = str(local)[:40]

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def choose_own(self):
        """Plan the message for a moment of one's own."""
        await self._choose(self._own)

    async def _choose(self, local: str) -> None:
        conversation_id = await open_thread_id(self)
        try:
            outlook = await self._call(
                scheduling.look_ahead, conversation_id=conversation_id, local=local
            )
        except AppError as error:
            self.refused = error.message
            return
        draft = await self.get_state(DraftState)
        draft._plan(outlook.due_at, _words(outlook), _warning(outlook))
        self.refused, self.is_open = "", False

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def cancel(self, message_id: str):
        """Take a scheduled message back."""
        await self._call(message_actions.cancel_scheduled, message_id=ids.parse(message_id))


@permitted(edit=Permission.INBOX_REPLY)
class ScheduledFormState(FormState, AppState):
    """The form that changes the time, and of a plain text the words, of what waits."""

    saved_words: ClassVar = "Changed."

    has_body: rx.Field[bool] = rx.field(False)
    zone: rx.Field[str] = rx.field("")

    async def _values(self, row_id: UUID | None) -> Mapping[str, str]:
        conversation_id = await open_thread_id(self)
        waiting = await self._call(scheduling.list_scheduled, conversation_id=conversation_id)
        found = next((entry for entry in waiting if entry.id == row_id), None)
        if found is None or found.due_at is None:
            raise NotFound("This message has left already.")
        self.zone = await self._call(local_times.time_zone_of)
        self.has_body = found.kind == "text"
        return {"body": found.body, "due_at": formats.field_time(found.due_at, self.zone)}

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        if row_id:
            local, body = forms.text(form, "due_at"), forms.text(form, "body", 5000)
            await self._call(scheduling.change_scheduled, message_id=row_id, local=local, body=body)


def _words(outlook: Outlook) -> str:
    return f"{formats.weekday(outlook.due_at, outlook.time_zone)} ({outlook.time_zone})"


def _warning(outlook: Outlook) -> str:
    """Say before it is sent that WhatsApp will not take a free reply at that time."""
    if outlook.is_open_then:
        return ""
    if outlook.closes_at is None:
        return "The reply window is closed: only a template can be scheduled."
    closes = formats.weekday(outlook.closes_at, outlook.time_zone)
    return (
        f"The reply window closes {closes}, so this will be refused unless the customer writes "
        "before. Choose an earlier time, or schedule a template."
    )
