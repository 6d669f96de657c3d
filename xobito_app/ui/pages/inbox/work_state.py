"""What is done with a whole thread: closed, snoozed, opened again, undone; and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.threads import local_times, thread_actions
from xobito_app.ui import browser, dom_ids, formats, forms
from xobito_app.ui.blocks import Form, FormState
from xobito_app.ui.components import toast_undo
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.security import AppState, guarded, permitted

UNDO_SECONDS = 8


class WorkState(AppState):
    """Closing and snoozing, with a way back."""

    # The thread that was put away last, and where it was before.
    _last: tuple[str, str, str] = ("", "", "")

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def close(self):
        """Close the thread, and go on with the next."""
        return await self._put_away(thread_actions.close, "Closed.")

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def reopen(self):
        """Open the thread again."""
        thread = await self.get_state(ThreadState)
        await thread._work(thread_actions.reopen)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def snooze(self, local: str):
        """Put the thread aside until a wall-clock time of the workspace, and go on."""
        return await self._snooze(local)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def snooze_until_tomorrow(self):
        """Put the thread aside until tomorrow morning."""
        thread = await self.get_state(ThreadState)
        tomorrow = next((row for row in thread.snoozes if row.label.startswith("Tomorrow")), None)
        return await self._snooze(tomorrow.value) if tomorrow else None

    async def _snooze(self, local: str) -> list[Event]:
        zone = await self._call(local_times.time_zone_of)
        until = local_times.read_local(str(local)[:40], zone)
        words = f"Snoozed until {formats.weekday(until, zone)}."
        return await self._put_away(thread_actions.snooze, words, until=until)

    async def _put_away(self, what: Any, sentence: str, **arguments: Any) -> list[Event]:
        thread = await self.get_state(ThreadState)
        listing = await self.get_state(InboxListState)
        gone, before = thread.header.id, thread.header
        follows = listing._following(gone)
        await thread._work(what, **arguments)
        self._last = (gone, before.status, before.snoozed_until)
        viewer = await self._viewer()
        told = [toast_undo(sentence, dom_ids.UNDO_WORK, seconds=UNDO_SECONDS)]
        # Somebody who looks at another list than the one the thread leaves stays where they are.
        if listing.status != before.status or not viewer.preferences.get("next_after_close", True):
            return told
        if follows:
            await thread._open(follows, "", is_looked_at=True)
        else:
            thread._clear()
            await thread._unselect()
        return [*told, browser.call("xobito.opened")]

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def undo(self):
        """Take back the last closing or snoozing, and show that thread again."""
        gone, status, until = self._last
        if not gone:
            return None
        self._last = ("", "", "")
        conversation_id = UUID(gone)
        moment = datetime.fromisoformat(until) if until else clock.now()
        if status == "snoozed" and moment > clock.now():
            await self._call(thread_actions.snooze, conversation_id=conversation_id, until=moment)
        elif status == "closed":
            await self._call(thread_actions.close, conversation_id=conversation_id)
        else:
            await self._call(thread_actions.reopen, conversation_id=conversation_id)
        thread = await self.get_state(ThreadState)
        await thread._open(gone, "", is_looked_at=True)
        return browser.call("xobito.opened")


@permitted(edit=Permission.INBOX_REPLY)
class SnoozeFormState(FormState, AppState):
    """The form for a time of one's own to snooze until."""

    zone: rx.Field[str] = rx.field("")

    async def _values(self, row_id: UUID | None) -> Mapping[str, str]:
        self.zone = await self._call(local_times.time_zone_of)
        return {}

    async def _keep(self, row_id: UUID | None, form: Form) -> list[Event]:
        """Put the thread aside; what comes next is read once that is done."""
        work = await self.get_state(WorkState)
        return await work._snooze(forms.text(form, "due_at", 40))

    def _show_errors(self, errors: dict[str, str]) -> None:
        self.errors = {"due_at": next(iter(errors.values()))}

    def _saved(self, result: list[Event]) -> list[Event]:
        return result
