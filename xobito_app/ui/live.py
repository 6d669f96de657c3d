"""Live pages: what is stored appears in every tab that shows it, and in no other.

A page tells the relay what it is going to show, and only then reads it (`showing`). Whatever is
committed from that moment on is judged for the tab and waits for its lock, which the page holds
while it reads. What was judged for something else than the tab shows by then is judged again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from contextvars import Context, copy_context
from dataclasses import replace
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec
from reflex.state import OnLoadInternalState, StateUpdate
from reflex_base.event import Event

from xobito_app.core.events import Notice, Topic
from xobito_app.features.accounts import service as accounts
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.realtime import notices as wire
from xobito_app.ui.lanes import Handler, Lane, Look, state_token
from xobito_app.ui.security import AppState, current_viewer, forget, forget_all, to_sign_in
from xobito_app.ui.tabs import AT_ONCE, Patch, Tab, Turns, Watch

__all__ = ["Look", "Showing", "relay", "showing"]

log = logging.getLogger(__name__)

IDENTIFY_EVERY_SECONDS = 30.0
"""How long a tab is believed without the database: the net below a notice that was lost."""
TRY_AGAIN_SECONDS = 1.0
_RIGHTS = frozenset({Topic.ACCESS, Topic.SETTINGS})


class Relay:
    """Carries notices to the tabs of this process."""

    def __init__(self) -> None:
        self._app: Any = None
        self._context: Context | None = None
        self.tabs: dict[str, Tab] = {}
        self.lanes: list[Lane] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: Turns | None = None
        self._identifying: asyncio.Task[None] | None = None

    def handle(
        self, topics: Iterable[Topic], key: str, handler: Handler, *, delay: float = 0
    ) -> None:
        """Have a page hear of changes, in the tabs that show something under its key.

        Args:
            delay: How long notices are gathered, for what need not be told at once.
        """
        self.lanes.append(Lane(self, topics, key, handler, delay))

    # The life of the process --------------------------------------------------------------

    def attach(self, app: Any) -> None:
        """Belong to an application and to the running loop; nothing is known of any tab yet."""
        self._app, self._context = app, copy_context()
        self.tabs, self._turns, self._identifying = {}, Turns(AT_ONCE), None
        for lane in self.lanes:
            lane.clear()

    async def detach(self) -> None:
        """End everything that was begun."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._app = None

    async def run(self, app: rx.App) -> None:
        """Listen for as long as the process lives. A lifespan task."""
        self.attach(app)
        watch = self.start(self.identify_now_and_then())
        try:
            async for notices in wire.listen():
                if notices is None:
                    # Tabs may have been served before the first subscription stood, too.
                    self.rebuild()
                else:
                    self.hear(notices)
        finally:
            watch.cancel()
            await self.detach()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something beside everything else, outside of any tab's event."""
        context = self._context.copy() if self._context else None
        task = asyncio.create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def until_nobody_waits(self) -> None:
        """Return when every tab that has something to do has had its turn."""
        if self._turns:
            await self._turns.until_nobody_waits()

    # What tabs show ------------------------------------------------------------------------

    def connected(self, workspace_id: UUID | None) -> list[Tab]:
        """Return the tabs connected here, of one workspace or of all, forgetting closed ones."""
        here = self._sockets()
        for tab in list(self.tabs.values()):
            # On another connection the page is loaded anew, and registers with it.
            if here.get(tab.token) != tab.socket_id:
                del self.tabs[tab.token]
        return [
            tab
            for tab in self.tabs.values()
            if workspace_id is None or tab.viewer.actor.workspace_id == workspace_id
        ]

    def _sockets(self) -> dict[str, str]:
        namespace = self._app.event_namespace if self._app else None
        return namespace.token_to_sid if namespace else {}

    def _is_here(self, tab: Tab) -> bool:
        return self.tabs.get(tab.token) is tab and self._sockets().get(tab.token) == tab.socket_id

    def _watch(self, state: rx.State, viewer: Viewer, key: str, shown: object) -> Showing:
        session = state.router.session
        tab = self.tabs.get(session.client_token)
        if tab is None or tab.socket_id != session.session_id:
            tab = Tab(session.client_token, session.session_id, viewer)
            self.tabs[tab.token] = tab
            # Its rights were read before it could hear of a change of them.
            self.doubt([tab])
        elif viewer != tab.viewer:
            tab.trust(viewer, tab.answered)
            self.doubt([tab])
        before = tab.shows.get(key)
        tab.shows[key] = Watch(shown)
        return Showing(viewer, tab, key, before)

    # From notices to tabs ------------------------------------------------------------------

    def hear(self, notices: list[Notice]) -> None:
        """Pass notices on to the pages that follow them."""
        rights = [notice for notice in notices if notice.topic in _RIGHTS]
        if rights:
            self._rights_changed(rights)
        for lane in self.lanes:
            lane.add(notice for notice in notices if notice.topic in lane.topics)

    def rebuild(self) -> None:
        """Have every tab read anew: notices may have been missed, of rights too."""
        forget_all()
        tabs = self.connected(None)
        self.doubt(tabs)
        for tab in tabs:
            self.reload(tab)

    def put(self, tab: Tab, patch: Patch) -> None:
        """Have a patch wait for a tab's lock."""
        tab.put(patch)
        self._serve(tab)

    def reload(self, tab: Tab) -> None:
        """Have a tab load its page's content anew, as the browser does on arriving there.

        The event comes back from the browser with its cookie, so rights are judged afresh.
        """
        tab.wants_reload = True
        self._serve(tab)

    def _serve(self, tab: Tab) -> None:
        is_idle = tab.server is None or tab.server.done()
        if is_idle and not tab.is_doubted and (tab.waiting or tab.wants_reload):
            tab.server = self.start(self._work_off(tab))

    async def _work_off(self, tab: Tab) -> None:
        """Bring a tab what waits for it; of all tabs only this one waits for its lock."""
        while self._is_here(tab) and not tab.is_doubted and self._turns:
            try:
                if tab.waiting:
                    await self._turns.take(self._apply(tab))
                elif tab.wants_reload:
                    tab.wants_reload = tab.is_overrun = False
                    await self._send(tab, OnLoadInternalState.on_load_internal())
                else:
                    return
            except Exception:
                log.exception("relay.tab_failed")
                tab.overrun()
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _apply(self, tab: Tab) -> None:
        """Apply what waits under one lock and send what changed, in one go."""
        if not tab.waiting:
            return
        token = state_token(tab, tab.waiting[0].changes[0].state)
        async with self._app.modify_state(token) as root:
            patches = list(tab.waiting)
            kinds = {change.state for patch in patches for change in patch.changes}
            states = {kind: await root.get_state(kind) for kind in kinds}
            # From here on nothing waits: what holds now holds until it is applied.
            if tab.is_doubted or not self._is_here(tab):
                return
            fitting, again = tab.take(patches)
            for patch in fitting:
                for change in patch.changes:
                    change.apply(states[change.state])
        for patch in again:
            patch.judge_again()

    async def _send(self, tab: Tab, *events: Any) -> None:
        update = StateUpdate(events=Event.from_event_type(list(events)))
        await self._app.event_namespace.emit_update(update, tab.token)

    # Who sits before them ------------------------------------------------------------------

    def _rights_changed(self, notices: list[Notice]) -> None:
        """Let nothing pass to whom a change of rights may concern before they are identified."""
        forget_all()
        tabs = self.connected(None)
        for notice in notices:
            own = [tab for tab in tabs if str(tab.viewer.user_id) == notice.subject_id]
            theirs = [
                tab for tab in tabs if str(tab.viewer.actor.workspace_id) == notice.workspace_id
            ]
            # A role, or handing over, concerns more people than the one who is named; and a
            # person concerns their tabs in whichever workspace.
            self.doubt([*own, *theirs])
            for tab in own if notice.topic is Topic.ACCESS else theirs:
                self.reload(tab)

    @property
    def is_identifying(self) -> bool:
        """Tell whether it is being read who sits at a doubted tab."""
        return self._identifying is not None and not self._identifying.done()

    def doubt(self, tabs: Iterable[Tab]) -> None:
        """Show these tabs nothing more until it is read again who sits there."""
        for tab in tabs:
            tab.doubt()
        if not self.is_identifying:
            self._identifying = self.start(self._identify())

    async def identify_now_and_then(self) -> None:
        """Doubt every tab from time to time, for ever; a task of its own."""
        while True:
            await asyncio.sleep(IDENTIFY_EVERY_SECONDS)
            self.doubt(self.connected(None))

    async def _identify(self) -> None:
        while doubted := [tab for tab in self.connected(None) if tab.is_doubted]:
            asked = [(tab, tab.asked) for tab in doubted]
            try:
                async with unit_of_work() as uow:
                    viewers = await accounts.identify_again(
                        uow, {tab.viewer.session_id for tab in doubted}
                    )
            except Exception:
                # Nobody is shown anything until it is known who they are.
                log.exception("relay.not_identified")
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                continue
            for tab, times in asked:
                # On another connection it is another tab by now.
                if self.tabs.get(tab.token) is tab:
                    self._judge(tab, viewers.get(tab.viewer.session_id), times)

    def _judge(self, tab: Tab, viewer: Viewer | None, asked: int) -> None:
        actor = tab.viewer.actor
        if viewer is None or viewer.actor.workspace_id != actor.workspace_id:
            del self.tabs[tab.token]
            self.start(self.cut(tab, is_signed_in=viewer is not None))
            return
        found = replace(viewer, actor=replace(viewer.actor, address=actor.address))
        if tab.trust(found, asked):
            forget(found.user_id)
            self.reload(tab)
        self._serve(tab)

    async def cut(self, tab: Tab, *, is_signed_in: bool) -> None:
        """Send an honest browser away, and end the connection of one that does not go."""
        namespace = self._app.event_namespace
        if self._sockets().get(tab.token) == tab.socket_id:
            with suppress(Exception):
                await self._send(tab, _load_anew() if is_signed_in else to_sign_in())
            await namespace.disconnect(tab.socket_id)
        owner = f"{tab.viewer.session_id} {tab.viewer.actor.workspace_id}"
        async with self._app.modify_state(state_token(tab, AppState)) as root:
            shared = await root.get_state(AppState)
            # Unless somebody else has come to the tab in the meantime.
            if shared._owner == owner:
                root.reset()


def _load_anew() -> EventSpec:
    return rx.call_script("window.location.reload()")


relay = Relay()


class Showing:
    """What a page shows while it is being read.

    Attributes:
        viewer: Who sits before the tab, as of this reading.
    """

    def __init__(self, viewer: Viewer, tab: Tab, key: str, before: Watch | None) -> None:
        self.viewer = viewer
        self._tab = tab
        self._key = key
        self._before = before

    def narrow(self, shown: object) -> None:
        """Say more exactly what is shown, once it is read; till then everything concerned it."""
        self._tab.shows[self._key] = Watch(shown)

    def restore(self) -> None:
        """Show again what was shown before, as the reading came to nothing.

        As a new watch: what was judged for the old one meanwhile is judged again.
        """
        if self._before is None:
            self._tab.shows.pop(self._key, None)
        else:
            self.narrow(self._before.shown)


@asynccontextmanager
async def showing(state: rx.State, key: str, shown: object) -> AsyncIterator[Showing]:
    """Tell the relay what a page is about to show, then read and show it inside the block.

    The only way to become live: what is committed from here on is not missed, and when the
    reading fails or is overtaken by a newer one, what was shown before stays live. For handlers
    that run under the tab's lock, so never in the background.

    Raises:
        Unauthenticated: Nobody is signed in.
    """
    viewer = await current_viewer(state)
    told = relay._watch(state, viewer, key, shown)
    try:
        yield told
    except BaseException:
        told.restore()
        raise
