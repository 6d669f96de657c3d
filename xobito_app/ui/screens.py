"""Every page of the application: each declares itself in the `screen.py` of its folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import reflex as rx

from xobito_app.ui import pages
from xobito_app.ui.routes import PageRoute
from xobito_app.ui.shell import ShellState, not_found_page, page


@dataclass(frozen=True, slots=True)
class Screen:
    """A page behind the sign-in: its place in the table of routes, its content, its loads.

    Attributes:
        extra_path: More of the address than the route's path, such as `/[contact_id]`.
        starts: Called once in each web process: what the page hears of, live.
        follows: Coroutine functions that run as long as the process does.
    """

    route: PageRoute
    content: Callable[[], rx.Component]
    loads: Sequence[Any] = ()
    extra_path: str = ""
    starts: Sequence[Callable[[], None]] = ()
    follows: Sequence[Callable[[], Any]] = ()

    @property
    def path(self) -> str:
        """The address, as Reflex writes those that vary."""
        return self.route.path + self.extra_path


@dataclass(frozen=True, slots=True)
class GateScreen:
    """A page without the frame, for people who are not signed in or only just."""

    path: str
    title: str
    content: Callable[[], rx.Component]
    load: Any


@cache
def all_screens() -> tuple[Screen | GateScreen, ...]:
    """Return every page, in the order of the folders' names."""
    return tuple(screen for name in _folders() for screen in _read(name))


def _folders() -> Iterator[str]:
    return (found.name for found in pkgutil.iter_modules(pages.__path__) if found.ispkg)


def _read(name: str) -> tuple[Screen | GateScreen, ...]:
    return importlib.import_module(f"{pages.__name__}.{name}.screen").SCREENS


def framed_screens() -> list[Screen]:
    """Return the pages behind the sign-in."""
    return [screen for screen in all_screens() if isinstance(screen, Screen)]


def add_pages(app: rx.App) -> None:
    """Add every page; those behind the sign-in enter through the frame."""
    for screen in all_screens():
        if isinstance(screen, GateScreen):
            app.add_page(screen.content, route=screen.path, title=screen.title, on_load=screen.load)
            continue
        app.add_page(
            _framed(screen),
            route=screen.path,
            title=f"{screen.route.title} · Xobito",
            on_load=[ShellState.enter_page, *screen.loads],
        )
        for start in screen.starts:
            start()
        for follow in screen.follows:
            app.register_lifespan_task(follow)
    app.add_page(
        not_found_page,
        route="404",
        title="Nothing here · Xobito",
        on_load=ShellState.enter_anywhere,
    )


def _framed(screen: Screen) -> Callable[[], rx.Component]:
    def framed() -> rx.Component:
        return page(screen.content(), route=screen.route)

    framed.__name__ = f"{screen.route.name}_page"
    return framed
