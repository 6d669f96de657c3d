"""Tabs of this process: what each shows, and the changes that wait for its lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import reflex as rx

from xobito_app.features.accounts.schemas import Viewer

AT_ONCE = 3
"""Tabs patched at the same time: the work is this process's own, so all at once is all late."""
TURN_SECONDS = 0.1
"""How long a tab keeps its turn; one whose lock is held goes on waiting beside the others."""
MOST_WAITING = 100
"""Patches that wait for one tab; one that falls behind further loads its page anew instead."""

S = TypeVar("S", bound=rx.State)


@dataclass(slots=True, eq=False)
class Watch:
    """What one page of a tab shows from now on; every reading of the page makes a new one.

    Watches are told apart by identity: a change that was judged for an earlier reading, or for
    earlier rights, is judged again and never shown.

    Attributes:
        told: What the page was told last, so that it is not told again.
    """

    shown: Any
    told: Any = None


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """What to do with one state of a tab."""

    state: type[S]
    apply: Callable[[S], None]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Changes of a tab, and what they were judged for.

    Attributes:
        judge_again: Has the page look once more, when the tab meanwhile shows something else.
    """

    key: str
    watch: Watch
    changes: tuple[Change[Any], ...]
    judge_again: Callable[[], None]


@dataclass(slots=True, eq=False)
class Tab:
    """A browser tab connected to this process, and what it shows of what changes by itself.

    Attributes:
        socket_id: The connection it was last heard through; on another one it registers anew.
        shows: One watch per page, by the page's own key.
        waiting: Patches in the order in which their matter was read.
        asked: How often its person was to be identified anew; nothing is shown till `answered`
            has caught up.
        is_overrun: It fell behind: what waits is dropped, and its page loads anew.
    """

    token: str
    socket_id: str
    viewer: Viewer
    shows: dict[str, Watch] = field(default_factory=dict)
    waiting: list[Patch] = field(default_factory=list)
    asked: int = 0
    answered: int = 0
    wants_reload: bool = False
    is_overrun: bool = False
    server: asyncio.Task[None] | None = None

    @property
    def is_doubted(self) -> bool:
        """Tell whether its person is being identified anew."""
        return self.asked != self.answered

    def doubt(self) -> None:
        """Let nothing reach it until its person has been identified anew."""
        self.asked += 1

    def trust(self, viewer: Viewer, asked: int) -> bool:
        """Take over who its person is now; tell whether something about them changed."""
        self.answered = max(self.answered, asked)
        if viewer == self.viewer:
            return False
        self.viewer = viewer
        # What was judged for the old rights is judged again.
        self.shows = {key: Watch(watch.shown) for key, watch in self.shows.items()}
        return True

    def put(self, patch: Patch) -> None:
        """Have a patch wait for the lock; too many are dropped for loading the page anew."""
        if self.is_overrun:
            return
        self.waiting.append(patch)
        if len(self.waiting) > MOST_WAITING:
            self.overrun()

    def overrun(self) -> None:
        """Give up what waits: the page is to be read anew."""
        self.waiting.clear()
        self.is_overrun = self.wants_reload = True

    def take(self, patches: list[Patch]) -> tuple[list[Patch], list[Patch]]:
        """Take patches out of those that wait; return those to apply and those to judge again."""
        gone = set(patches)
        self.waiting = [patch for patch in self.waiting if patch not in gone]
        fitting = [p for p in patches if self.shows.get(p.key) is p.watch]
        return fitting, [p for p in patches if self.shows.get(p.key) is not p.watch]


class Turns:
    """A few at a time, in the order they came; who is not done in time goes on beside the rest."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._in_line = 0
        self._nobody_in_line = asyncio.Event()
        self._nobody_in_line.set()

    async def take(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something when it is its turn."""
        self._in_line += 1
        self._nobody_in_line.clear()
        try:
            await self._free.acquire()
        except BaseException:
            work.close()
            raise
        finally:
            self._in_line -= 1
            if not self._in_line:
                self._nobody_in_line.set()
        task = asyncio.create_task(work)
        try:
            try:
                await asyncio.wait({task}, timeout=TURN_SECONDS)
            finally:
                self._free.release()
            await task
        finally:
            task.cancel()

    async def until_nobody_waits(self) -> None:
        """Return when everybody has had a turn: what is read later goes to all at once."""
        await self._nobody_in_line.wait()
