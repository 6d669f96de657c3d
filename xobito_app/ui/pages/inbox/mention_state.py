"""The notes that call the person by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.permissions import Actor
from xobito_app.core.text import initials
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.threads import mentions
from xobito_app.features.inbox.threads.mentions import MentionView
from xobito_app.ui import formats
from xobito_app.ui.blocks import PageState
from xobito_app.ui.components import tone_of
from xobito_app.ui.pages.inbox.state import SEES_INBOX, InboxListState
from xobito_app.ui.security import AppState, guarded, permitted

KEY = "mentions"


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A note on the list of mentions."""

    id: str
    conversation_id: str
    name: str
    initials: str
    tone: int
    words: str
    when: str
    is_new: bool


@permitted(view=SEES_INBOX)
class MentionState(PageState, AppState):
    """How many mentions are new, and the list when it is open."""

    live_key: ClassVar = KEY

    count: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[MentionRow]] = rx.field(default_factory=list)

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show(self):
        """List the mentions in place of the threads."""
        self.is_open = True
        (await self.get_state(InboxListState))._leave_search()
        await self._staged(self._reading(self._read))

    @rx.event
    @guarded(*SEES_INBOX)
    async def leave(self):
        """Return to the threads."""
        self.is_open = False

    async def _read(self, viewer: Viewer) -> None:
        self._show(*await self._call(read), viewer.time_zone)

    def _show(self, count: int, found: list[MentionView], zone: str) -> None:
        words, rows = formats.badge(count), [_row(view, zone) for view in found]
        if words != self.count:
            self.count = words
        if rows != self.rows:
            self.rows = rows
        self.stage = "ready" if rows else "empty"


async def read(session: AsyncSession, actor: Actor) -> tuple[int, list[MentionView]]:
    """Return how many mentions of a person are new, and the newest ones."""
    count = await mentions.count_unseen(session, actor)
    return count, await mentions.list_mentions(session, actor)


def _row(view: MentionView, zone: str) -> MentionRow:
    return MentionRow(
        id=str(view.message_id),
        conversation_id=str(view.conversation_id),
        name=view.contact,
        initials=initials(view.contact),
        tone=tone_of(view.contact_id),
        words=f"{view.author}: {view.excerpt}",
        when=formats.ago(view.at, zone, clock.business_now()),
        is_new=not view.is_seen,
    )
