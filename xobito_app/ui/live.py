"""The relay of a web process: gathers notices for a moment and lets each page patch its tabs."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

import reflex as rx
from reflex.state import OnLoadInternalState, StateUpdate
from reflex_base.event import Event

from xobito_app.core.events import Notice, Topic
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.realtime import notices as wire

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.01
"""In a burst, notices of this long are answered with one reading of the database."""

S = TypeVar("S", bound=rx.State)


@dataclass(slots=True)
class Tab:
    """A browser tab connected to this process, and what it shows of what changes by itself.

    Attributes:
        shows: One description per page, by its own key; a page puts it there when it loads.
    """

    token: str
    viewer: Viewer
    shows: dict[str, Any] = field(default_factory=dict)


Handler = Callable[[UUID, list[Notice], list[Tab]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """What to do with one state of a tab."""

    state: type[S]
    apply: Callable[[S], None]


class Relay:
    """Carries notices to the tabs of this process."""

    def __init__(self) -> None:
        self._app: rx.App | None = None
        self._tabs: dict[str, Tab] = {}
        self._handlers: list[tuple[frozenset[Topic], Handler]] = []
        self._after_gap: list[Callable[[list[Tab]], Awaitable[None]]] = []

    def watch(self, token: str, viewer: Viewer, key: str, shown: object) -> None:
        """Remember what a tab shows from now on; the latest call counts."""
        tab = self._tabs.get(token)
        if tab is None:
            tab = self._tabs[token] = Tab(token, viewer)
        tab.viewer = viewer
        tab.shows[key] = shown

    def shown(self, token: str, key: str) -> Any:
        """Return what a tab was last said to show under a key."""
        tab = self._tabs.get(token)
        return tab.shows.get(key) if tab else None

    def handle(self, topics: Iterable[Topic], handler: Handler) -> None:
        """Have a page hear of changes: `handler(workspace, notices, its tabs here)`."""
        self._handlers.append((frozenset(topics), handler))

    def after_gap(self, handler: Callable[[list[Tab]], Awaitable[None]]) -> None:
        """Have a page rebuild its tabs when notices may have been missed."""
        self._after_gap.append(handler)

    async def run(self, app: rx.App) -> None:
        """Listen for as long as the process lives. A lifespan task."""
        self._app = app
        queue: asyncio.Queue[list[Notice] | None] = asyncio.Queue()
        listener = asyncio.create_task(self._listen(queue))
        first, carried_at = True, float("-inf")
        clock = asyncio.get_running_loop().time
        try:
            while True:
                batch = await queue.get()
                if clock() - carried_at < GATHER_SECONDS:
                    # A burst: what comes alone is carried at once.
                    await asyncio.sleep(GATHER_SECONDS)
                gathered, gap = list(batch or ()), batch is None
                while not queue.empty():
                    more = queue.get_nowait()
                    gap = gap or more is None
                    gathered += more or ()
                await self._carry(list(dict.fromkeys(gathered)))
                if gap and not first:
                    await self._rebuild()
                first, carried_at = False, clock()
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener

    async def _listen(self, queue: asyncio.Queue[list[Notice] | None]) -> None:
        async for notices in wire.listen():
            queue.put_nowait(notices)

    async def _carry(self, notices: list[Notice]) -> None:
        by_workspace: dict[str, list[Notice]] = defaultdict(list)
        for notice in notices:
            by_workspace[notice.workspace_id].append(notice)
        for workspace_id, theirs in by_workspace.items():
            tabs = self.connected(UUID(workspace_id))
            for topics, handler in self._handlers:
                wanted = [notice for notice in theirs if notice.topic in topics]
                if wanted and (tabs or Topic.ACCESS in topics):
                    await self._guarded(handler(UUID(workspace_id), wanted, tabs))

    async def _rebuild(self) -> None:
        tabs = self.connected(None)
        for handler in self._after_gap:
            await self._guarded(handler(tabs))

    async def _guarded(self, work: Awaitable[None]) -> None:
        """One page's trouble must not silence the others; its tabs are rebuilt when reopened."""
        try:
            await work
        except Exception:
            log.exception("relay.failed")

    def connected(self, workspace_id: UUID | None) -> list[Tab]:
        """Return the tabs connected here, of one workspace or of all, forgetting closed ones."""
        namespace = self._app.event_namespace if self._app else None
        if namespace is None:
            return []
        here = namespace.token_to_sid
        for token in [token for token in self._tabs if token not in here]:
            del self._tabs[token]
        return [
            tab
            for tab in self._tabs.values()
            if workspace_id is None or tab.viewer.actor.workspace_id == workspace_id
        ]

    async def reload(self, tab: Tab) -> None:
        """Have a tab load its page's content anew, as the browser does on arriving there.

        The event comes back from the browser with its cookie, so rights are judged afresh.
        """
        namespace = self._app.event_namespace if self._app else None
        if namespace is not None:
            events = Event.from_event_type([OnLoadInternalState.on_load_internal()])
            await namespace.emit_update(StateUpdate(events=events), tab.token)

    async def patch(self, tab: Tab, *changes: Change[Any]) -> None:
        """Change states of one tab under one lock and send what changed, in one go.

        No waiting inside a change: whatever has to be read is read before.
        """
        if self._app is None or not changes:
            return
        token = rx.BaseStateToken(ident=tab.token, cls=changes[0].state)
        async with self._app.modify_state(token) as root:
            for change in changes:
                change.apply(await root.get_state(change.state))


relay = Relay()
