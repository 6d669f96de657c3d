"""One way to load a page, to say that it failed, and to be live."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Forbidden, Unauthenticated
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import BROKEN, tell_failure
from xobito_app.ui.live import showing
from xobito_app.ui.security import AppState, guarded_by

log = logging.getLogger(__name__)

Reading = Callable[[Viewer], Awaitable[None]]


class StagedState(AppState, mixin=True):
    """Something that is read and shown: a page, a pane, a box that opens; and how far it is."""

    # "loading", "ready", "failed" or "forbidden"; lists and some pages have more.
    stage: rx.Field[str] = rx.field("loading")
    problem: rx.Field[str] = rx.field("")

    async def _staged(self, reading: Awaitable[None]) -> None:
        """Read and show something, or in its place why that is not possible."""
        self.stage, self.problem = "ready", ""
        try:
            await reading
        except Unauthenticated:
            raise
        except Forbidden as error:
            self.stage, self.problem = "forbidden", error.message
        except AppError as error:
            self.stage, self.problem = "failed", error.message
        except Exception:
            log.exception("page.failed", extra={"page": type(self).__name__})
            self.stage, self.problem = "failed", BROKEN


class PageState(StagedState, mixin=True):
    """What a page shows, and how far it is.

    A state built on it is declared as `class XState(PageState, AppState)` under `@permitted`.

    Attributes:
        live_key: The key under which the page hears of changes; empty when it does not.
    """

    live_key: ClassVar[str] = ""

    is_busy: rx.Field[bool] = rx.field(False)

    async def _read(self, viewer: Viewer) -> None:
        """Read and show the page's content. Given by the page."""
        raise NotImplementedError

    def _wanted(self) -> object:
        """Tell what is about to be read, for the page's part of the relay; None is anything."""
        return None

    def _shown(self) -> object:
        """Tell what is on the screen once it is read."""
        return self._wanted()

    @rx.event(supersedes=True)
    @guarded_by("view")
    async def load(self):
        """Show the page, or in its place why that is not possible."""
        await self._staged(self._reading(self._read))

    async def _reading(self, read: Reading) -> None:
        """Read and show something in one transaction; a live page hears of changes first."""
        if self.live_key:
            await self._read_live(read)
        else:
            await self._in_transaction(read, await self._viewer())

    async def _read_live(self, read: Reading) -> None:
        async with showing(self, self.live_key, self._wanted()) as told:
            await self._in_transaction(read, told.viewer)
            told.narrow(self._shown())

    async def _in_transaction(self, read: Reading, viewer: Viewer) -> None:
        async with self._transaction():
            await read(viewer)

    async def _busily(self, work: Callable[[], Awaitable[str]]) -> AsyncIterator[Any]:
        """Show that something takes a while, and say how it ended: what `work` returns.

        For handlers: `async for event in self._busily(self._sync): yield event`.
        """
        self.is_busy = True
        yield
        try:
            yield toast_success(await work())
        except AppError as error:
            yield tell_failure(error)
        finally:
            self.is_busy = False


class DetailState(AppState, mixin=True):
    """One row of a list, opened in a dialog."""

    is_open: rx.Field[bool] = rx.field(False)

    async def _detail(self, viewer: Viewer, row_id: UUID) -> None:
        """Read and show one row whole. Given by the page."""
        raise NotImplementedError

    async def _open(self, row_id: str) -> None:
        async with self._transaction():
            await self._detail(await self._viewer(), ids.parse(row_id))

    @rx.event(supersedes=True)
    @guarded_by("view")
    async def open_row(self, row_id: str):
        """Show one row whole."""
        await self._open(row_id)
        self.is_open = True

    @rx.event
    @guarded_by("view")
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        self.is_open = is_open
