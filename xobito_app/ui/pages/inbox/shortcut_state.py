"""Canned replies and macros at hand: behind the bolt, and after a slash in the composer."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import canned, macros
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.inbox.thread_state import open_thread_id
from xobito_app.ui.security import AppState, guarded

LISTED = 12


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """A prepared answer, or a macro."""

    id: str
    label: str
    preview: str
    is_macro: bool


class ShortcutState(StagedState, AppState):
    """What fits the typed letters, and the text that goes into the composer."""

    rows: rx.Field[list[ShortcutRow]] = rx.field(default_factory=list)
    is_open: rx.Field[bool] = rx.field(False)
    fill: rx.Field[str] = rx.field("")
    _key: str = ""

    @rx.event(supersedes=True)
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def find(self, typed: str):
        """List what fits the typed letters."""
        await self._staged(self._find(str(typed)[:80]))

    async def _find(self, typed: str) -> None:
        async with self._transaction():
            replies = await self._call(canned.find, typed=typed, limit=LISTED)
            steps = await self._call(macros.find, typed=typed, limit=LISTED)
        self.rows = [
            *(
                ShortcutRow(str(r.id), f"/{r.shortcut}", shorten(r.body, 90), False)
                for r in replies
            ),
            *(
                ShortcutRow(str(m.id), m.name, f"Macro, {len(m.actions)} actions", True)
                for m in steps
            ),
        ]
        # One key for what is listed: pressing a macro twice runs it once.
        self._key = str(ids.new())

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def set_open(self, is_open: bool):
        """Open or close the list behind the bolt."""
        self.is_open = bool(is_open)
        if self.is_open:
            self.stage = "loading"
            yield
            await self._staged(self._find(""))

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def use(self, reply_id: str):
        """Put a prepared answer into the composer, with the contact's facts filled in."""
        self.fill = await self._call(
            canned.render,
            reply_id=ids.parse(reply_id),
            conversation_id=await open_thread_id(self),
        )
        self.is_open = False
        return rx.call_script("setTimeout(() => xobito.fill(), 30)")

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def run(self, macro_id: str):
        """Do everything a macro says to the open thread."""
        wanted = ids.parse(macro_id)
        name = await self._call(
            macros.run,
            macro_id=wanted,
            conversation_id=await open_thread_id(self),
            key=f"{self._key[:30]}{wanted.hex[:24]}",
        )
        self.is_open = False
        return [toast_success(f"{name}: done."), rx.call_script("xobito.leaveSlash()")]
