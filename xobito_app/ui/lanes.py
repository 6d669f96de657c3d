"""From a notice to what it means for each tab: one lane a page, so that none waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import reflex as rx

from xobito_app.core.events import Notice, Topic
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.ui.tabs import Change, Patch, S, Tab, Watch

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.01
"""In a burst, notices of this long are answered with one reading of the database."""


@dataclass(slots=True, eq=False)
class Look:
    """A tab as a change is judged for it; what it shows may be another thing a moment later."""

    tab: Tab
    watch: Watch
    viewer: Viewer
    changes: list[Change[Any]] = field(default_factory=list)

    @property
    def shown(self) -> Any:
        """What the page told when it was read."""
        return self.watch.shown

    def change(self, state: type[S], apply: Callable[[S], None]) -> None:
        """Have a state changed, under the tab's lock and only if it shows the same as now.

        No waiting inside a change: whatever has to be read is read before.
        """
        self.changes.append(Change(state, apply))


Handler = Callable[[UUID, list[Notice], list[Look]], Awaitable[None]]
"""Reads what changed once and says for each tab what that means.

The order of the list is the order in which the tabs are served; a handler may sort it.
"""


class Office(Protocol):
    """What a lane needs of the relay."""

    def connected(self, workspace_id: UUID | None) -> list[Tab]: ...
    def put(self, tab: Tab, patch: Patch) -> None: ...
    def reload(self, tab: Tab) -> None: ...
    def start(self, work: Any) -> asyncio.Task[None]: ...
    async def until_nobody_waits(self) -> None: ...


class Lane:
    """The notices of one page, read in the order in which they came."""

    def __init__(
        self, office: Office, topics: Iterable[Topic], key: str, handler: Handler, delay: float
    ) -> None:
        self.topics = frozenset(topics)
        self.key = key
        self._office = office
        self.handler = handler
        self.delay = delay
        self._pending: dict[tuple[str, Tab | None], dict[Notice, None]] = {}
        self._carrier: asyncio.Task[None] | None = None
        self._carried_at = float("-inf")

    def add(self, notices: Iterable[Notice], tab: Tab | None = None) -> None:
        """Take notices up, for all tabs or for the one that has to be judged again."""
        for notice in notices:
            self._pending.setdefault((notice.workspace_id, tab), {})[notice] = None
        if self._pending and (self._carrier is None or self._carrier.done()):
            self._carrier = self._office.start(self._run())

    @property
    def is_busy(self) -> bool:
        """Tell whether notices wait or are being carried."""
        return bool(self._pending) or (self._carrier is not None and not self._carrier.done())

    def clear(self) -> None:
        """Forget what was to be carried: nobody is here any more to whom it matters."""
        self._pending.clear()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._pending:
            is_burst = clock() - self._carried_at < GATHER_SECONDS
            # What comes alone is carried at once, unless the page is content to be told later.
            if pause := self.delay or (GATHER_SECONDS if is_burst else 0):
                await asyncio.sleep(pause)
            pending, self._pending = self._pending, {}
            for (workspace_id, tab), notices in pending.items():
                await self._carry(workspace_id, list(notices), tab)
            self._carried_at = clock()
            # Under load the next reading waits, and so answers more notices at once.
            await self._office.until_nobody_waits()

    async def _carry(self, workspace: str, notices: list[Notice], only: Tab | None) -> None:
        workspace_id = UUID(workspace)
        looks = [
            Look(tab, tab.shows[self.key], tab.viewer)
            for tab in self._office.connected(workspace_id)
            if self.key in tab.shows and only in (None, tab)
        ]
        if not looks:
            return
        try:
            await self.handler(workspace_id, notices, looks)
        except Exception:
            # One page's trouble must not silence the others; its own tabs look for themselves.
            log.exception("relay.failed", extra={"page": self.key})
            for look in looks:
                self._office.reload(look.tab)
            return
        for look in looks:
            if look.changes:
                again = partial(self.add, notices, look.tab)
                self._office.put(look.tab, Patch(self.key, look.watch, tuple(look.changes), again))


def state_token(tab: Tab, state: type[rx.State]) -> rx.BaseStateToken:
    """Name a state of a tab, for its lock."""
    return rx.BaseStateToken(ident=tab.token, cls=state)
