"""The notes that call the person by name."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.text import initials
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.threads import mentions
from xobito_app.features.inbox.threads.mentions import MentionView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats
from xobito_app.ui.live import showing
from xobito_app.ui.pages.inbox.state import SEES_INBOX, InboxListState
from xobito_app.ui.security import AppState, guarded

KEY = "mentions"


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A note on the list of mentions."""

    id: str
    conversation_id: str
    name: str
    initials: str
    words: str
    when: str
    is_new: bool


class MentionState(AppState):
    """How many mentions are new, and the list when it is open."""

    count: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[MentionRow]] = rx.field(default_factory=list)

    @rx.event
    @guarded(*SEES_INBOX)
    async def load(self):
        """Count what is new, as the page opens or the connection comes back."""
        await self._read()

    @rx.event(supersedes=True)
    @guarded(*SEES_INBOX)
    async def show(self):
        """List the mentions in place of the threads."""
        self.is_open = True
        (await self.get_state(InboxListState))._leave_search()
        await self._read()

    @rx.event
    @guarded(*SEES_INBOX)
    async def leave(self):
        """Return to the threads."""
        self.is_open = False

    async def _read(self) -> None:
        async with showing(self, KEY, None) as told:
            count, found = await read(told.viewer)
            self._show(count, found, told.viewer.time_zone)

    def _show(self, count: int, found: list[MentionView], zone: str) -> None:
        words, rows = formats.badge(count), [_row(view, zone) for view in found]
        if words != self.count:
            self.count = words
        if rows != self.rows:
            self.rows = rows


async def read(viewer: Viewer) -> tuple[int, list[MentionView]]:
    """Return how many mentions of a person are new, and the newest ones."""
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        count = await mentions.count_unseen(uow.session, viewer.actor)
        found = await mentions.list_mentions(uow.session, viewer.actor)
    return count, found


def _row(view: MentionView, zone: str) -> MentionRow:
    return MentionRow(
        id=str(view.message_id),
        conversation_id=str(view.conversation_id),
        name=view.contact,
        initials=initials(view.contact),
        words=f"{view.author}: {view.excerpt}",
        when=formats.ago(view.at, zone, clock.business_now()),
        is_new=not view.is_seen,
    )
