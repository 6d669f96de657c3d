"""A list: windows of rows, filters that live in the address, and what is selected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlencode

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.paging import WINDOW, Page
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.ui import browser
from xobito_app.ui.blocks.page_state import PageState
from xobito_app.ui.security import guarded_by

MOST_SELECTED = 1000
_LONGEST_FILTER = 200
_UNKNOWN = -1

Row = TypeVar("Row")


class ListState(PageState, mixin=True):
    """One window of a list.

    A list declares `rows`, with the type of its rows, and gives `_page`. Its stage is also "empty"
    or "filtered_empty", when nothing is there or nothing fits the filters.

    Attributes:
        filters: The parameters of the address that narrow this list; `q` is what is searched.
    """

    filters: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        rows: Any
    query: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    # Changes when the search field must show something else than what was typed into it.
    search_key: rx.Field[int] = rx.field(0)
    range_words: rx.Field[str] = rx.field("")
    # How many rows fit the filters, or -1 where that is not counted.
    total: rx.Field[int] = rx.field(_UNKNOWN)
    has_newer: rx.Field[bool] = rx.field(False)
    has_older: rx.Field[bool] = rx.field(False)
    # Where the windows up to the one on screen begin; never empty, also before the first load.
    _cursors: list[str] = [""]
    _next: str = ""
    _typed: str = ""

    async def _page(self, viewer: Viewer, cursor: str) -> Page[Any]:
        """Return the rows of the window that begins at a cursor. Given by the list."""
        raise NotImplementedError

    async def _prepare(self, viewer: Viewer) -> None:
        """Read what stands around the rows, such as the choices of the filters."""

    async def _count(self, viewer: Viewer) -> int:
        """Return how many rows fit the filters, for lists that say so."""
        return _UNKNOWN

    def _shown(self) -> object:
        return [row.id for row in self.rows]

    # Windows -----------------------------------------------------------------------------

    async def _read(self, viewer: Viewer) -> None:
        await self._take_address(viewer)
        await self._prepare(viewer)
        await self._show_window(viewer, cursors=[""])

    async def _show_window(self, viewer: Viewer, *, cursors: list[str]) -> None:
        page = await self._page(viewer, cursors[-1])
        # Counting is dear, and turning over changes nothing of it.
        if len(cursors) == 1:
            self.total = await self._count(viewer)
        self._cursors, self._next = cursors, page.cursor
        self._show(page)

    def _show(self, page: Page[Any]) -> None:
        self.rows = list(page.rows)
        self.has_older, self.has_newer = bool(page.cursor), len(self._cursors) > 1
        first = (len(self._cursors) - 1) * WINDOW
        self.range_words = range_words(first, len(page.rows), self.total, is_last=not page.cursor)
        nothing = "filtered_empty" if self.query else "empty"
        self.stage = "ready" if page.rows or self.has_newer else nothing

    async def _turn(self, cursors: list[str]) -> None:
        await self._reading(partial(self._show_window, cursors=cursors))

    @rx.event
    @guarded_by("view")
    async def older(self):
        """Show the window that follows."""
        if self._next:
            await self._turn([*self._cursors, self._next])

    @rx.event
    @guarded_by("view")
    async def newer(self):
        """Show the window before."""
        if len(self._cursors) > 1:
            await self._turn(self._cursors[:-1])

    # Filters -----------------------------------------------------------------------------

    async def _take_address(self, viewer: Viewer) -> None:
        """Take the filters out of the address, cut to size."""
        given = self.router.url.query_parameters
        query = {name: str(given.get(name) or "")[:_LONGEST_FILTER] for name in self.filters}
        self._show_query({name: value for name, value in query.items() if value})

    def _is_filter(self, name: str) -> bool:
        return name in self.filters

    def _show_query(self, query: dict[str, str]) -> None:
        self.query = query
        if query.get("q", "") != self._typed:
            self._typed = query.get("q", "")
            self.search_key += 1

    def _go(self, query: Mapping[str, str]) -> Event:
        """Put filters into the address, which loads what fits; other lists there keep theirs."""
        url = self.router.url
        others = {n: v for n, v in url.query_parameters.items() if n not in self.filters}
        said = urlencode({n: v for n, v in {**others, **query}.items() if v})
        return browser.go(f"{url.path}?{said}" if said else url.path)

    @rx.event
    @guarded_by("view")
    async def search(self, typed: str):
        """Narrow by what is typed."""
        self._typed = typed[:_LONGEST_FILTER]
        return self._go({**self.query, "q": self._typed})

    @rx.event
    @guarded_by("view")
    async def narrow(self, name: str, value: str):
        """Set one filter; an empty value takes it away."""
        return self._go({**self.query, name: value}) if self._is_filter(name) else None

    @rx.event
    @guarded_by("view")
    async def clear_filters(self):
        """Show everything again."""
        return self._go({})


def whole(rows: Iterable[Row]) -> Page[Row]:
    """Return the only window of a list that is shown at once."""
    return Page(tuple(rows))


def range_words(first: int, count: int, total: int, *, is_last: bool) -> str:
    """Say which rows are on the screen: `1–50 of 1,204`, or without the end while it is unknown.

    Args:
        first: How many rows come before them.
        count: How many are on the screen.
        total: How many there are, or -1.
        is_last: No row follows.
    """
    if not count:
        return ""
    if total == _UNKNOWN and is_last:
        total = first + count
    words = f"{first + 1:,}–{first + count:,}"
    return words if total == _UNKNOWN else f"{words} of {total:,}"


class SelectionState(ListState, mixin=True):
    """A list whose rows can be selected; they have `is_selected`.

    Attributes:
        things: What a row is called, as one and as several.
    """

    things: ClassVar[tuple[str, str]] = ("row", "rows")

    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    is_all_selected: rx.Field[bool] = rx.field(False)
    is_page_selected: rx.Field[bool] = rx.field(False)
    selected_count: rx.Field[int] = rx.field(0)
    # "12 selected", and for buttons "12 contacts".
    selection_words: rx.Field[str] = rx.field("")
    selected_things: rx.Field[str] = rx.field("")

    def _show(self, page: Page[Any]) -> None:
        super()._show(page)
        self._select(self.selected, everything=self.is_all_selected)

    def _select(self, chosen: list[str], *, everything: bool) -> None:
        self.selected = [] if everything else chosen[:MOST_SELECTED]
        self.is_all_selected = everything
        marked = frozenset(self.selected)
        self.rows = [replace(row, is_selected=everything or row.id in marked) for row in self.rows]
        self.is_page_selected = bool(self.rows) and all(row.is_selected for row in self.rows)
        self.selected_count = self.total if everything else len(self.selected)
        count = self.selected_count
        self.selection_words = f"{count:,} selected" if count else ""
        self.selected_things = f"{count:,} {self.things[count != 1]}"

    @rx.event
    @guarded_by("view")
    async def toggle(self, row_id: str):
        """Select a row, or no longer."""
        wanted = str(ids.parse(row_id))
        chosen = [row.id for row in self.rows] if self.is_all_selected else list(self.selected)
        chosen = [i for i in chosen if i != wanted] if wanted in chosen else [*chosen, wanted]
        self._select(chosen, everything=False)

    @rx.event
    @guarded_by("view")
    async def toggle_page(self):
        """Select all rows of this window, or none of them."""
        here = [row.id for row in self.rows]
        kept = [] if self.is_all_selected else [i for i in self.selected if i not in here]
        self._select(kept if self.is_page_selected else [*kept, *here], everything=False)

    @rx.event
    @guarded_by("view")
    async def select_all(self):
        """Select everything the filters mean, also beyond this window."""
        self._select([], everything=True)

    @rx.event
    @guarded_by("view")
    async def select_none(self):
        """Select nothing."""
        self._select([], everything=False)
