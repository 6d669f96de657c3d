"""What every message about to be sent has in common: for whom, in answer to what, and when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.inbox.composing.outgoing import Order
from xobito_app.ui.security import AppState, guarded


class DraftState(AppState):
    """Reply or note, the quoted message and the planned time; forgotten when the thread changes.

    `due_at` is the moment for the server, `due` the same for people.
    """

    mode: rx.Field[str] = rx.field("reply")
    quoted_id: rx.Field[str] = rx.field("")
    quoted_text: rx.Field[str] = rx.field("")
    due: rx.Field[str] = rx.field("")
    due_warning: rx.Field[str] = rx.field("")
    _due_at: datetime | None = None

    @rx.event
    @guarded(Permission.INBOX_REPLY, Permission.INBOX_NOTE)
    async def write_reply(self):
        """Write to the customer."""
        self.mode = "reply"

    @rx.event
    @guarded(Permission.INBOX_REPLY, Permission.INBOX_NOTE)
    async def write_note(self):
        """Write a note only the team sees."""
        self.mode = "note"

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def drop_quote(self):
        """Answer nothing in particular."""
        self.quoted_id = self.quoted_text = ""

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def send_now(self):
        """Send at once after all."""
        self._plan(None, "", "")

    def _order(self, conversation_id: UUID, key: str, *, is_template: bool = False) -> Order:
        """Return the order for a message written now in a thread."""
        quoted = ids.parse(self.quoted_id) if self.quoted_id else None
        return Order(conversation_id, key, quoted, self._due_at, is_template=is_template)

    def _plan(self, due_at: datetime | None, words: str, warning: str) -> None:
        self._due_at, self.due, self.due_warning = due_at, words, warning

    def _sent(self) -> None:
        """Forget what belonged to the message that is on its way now."""
        self.quoted_id = self.quoted_text = ""
        self._plan(None, "", "")

    def _leave(self) -> None:
        """Another thread is opened: nothing of the last one may reach it."""
        self._sent()
        self.mode = "reply"
