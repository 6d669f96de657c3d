"""The relay of a test's server: notices come by themselves, and readings can be held open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from tests import deliveries
from tests.ui.tabs import Server, Tab, handler_name
from xobito_app.core.events import PostCommit
from xobito_app.features.inbox.schemas import ListView, ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.ingest.drain import drain
from xobito_app.persistence import unit_of_work as uow_module
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import relay


class Live:
    """What happens in the web process beside the events of its tabs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_deaf = False

    async def hear(self, post_commit: PostCommit) -> None:
        """Stand in for Redis."""
        if post_commit.notices and not self.is_deaf:
            relay.hear(list(post_commit.notices))

    async def settle(self) -> None:
        """Wait until all is carried that no lock holds back."""
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0.01)
            carrying = [lane for lane in relay.lanes if lane.is_busy]
            serving = [tab for tab in relay.tabs.values() if _runs(tab.server)]
            held = [tab for tab in serving if self.is_locked(tab.token)]
            judging = relay.is_identifying
            quiet = quiet + 1 if not carrying and serving == held and not judging else 0

    def is_locked(self, token: str) -> bool:
        """Tell whether somebody holds the lock of a tab."""
        context = self.server.processor._root_context
        assert context
        lock = context.state_manager._states_locks.get(token)
        return lock is not None and lock.locked()


def _runs(task: asyncio.Task[None] | None) -> bool:
    return task is not None and not task.done()


@asynccontextmanager
async def running_relay(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Live]:
    """Attach the relay to a server for the length of a test."""
    live = Live(server)
    monkeypatch.setattr(uow_module, "sinks", [*uow_module.sinks, live.hear])
    for lane in relay.lanes:
        monkeypatch.setattr(lane, "delay", 0)
    relay.attach(server)
    yield live
    await relay.detach()


class Held:
    """A reading that waits after it has read: what is committed now is not in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self._real = getattr(module, name)
        self.reached, self.free = asyncio.Event(), asyncio.Event()
        self.is_over = False
        monkeypatch.setattr(module, name, self._read)

    async def _read(self, *args: Any, **given: Any) -> Any:
        found = await self._real(*args, **given)
        if not self.is_over:
            self.is_over = True
            self.reached.set()
            await self.free.wait()
        return found


@asynccontextmanager
async def held_open(
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    reading: str,
    tab: Tab,
    handler: Any,
    /,
    **given: Any,
) -> AsyncIterator[None]:
    """Send an event and run the block while the event's reading is held."""
    held = Held(monkeypatch, module, reading)
    event = asyncio.create_task(tab.send(handler_name(handler), **given))
    await asyncio.wait_for(held.reached.wait(), 5)
    try:
        yield
    finally:
        held.free.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(event, 5)


async def write(world: Any, text: str, sender: str = "16505551200", **extra: Any) -> None:
    """Let a customer write."""
    await deliveries.store(deliveries.incoming(world, sender, text, **extra))
    await drain()


async def thread_id_of(world: Any, text: str) -> Any:
    """Return the thread whose newest entry says this."""
    async with unit_of_work(world.workspace_id) as uow:
        wanted = ThreadFilter(ListView.ALL)
        page = await threads.list_threads(uow.session, world.owner, wanted)
    return next(row.id for row in page.rows if row.preview == text)


def previews(tab: Tab) -> list[str]:
    """Return what the lines of a tab's list say."""
    return [row.preview for row in tab.value("inbox_list_state", "rows")]


def texts(tab: Tab) -> list[str]:
    """Return what the bubbles of a tab's thread say."""
    return [row.text for row in tab.value("thread_state", "entries")]
