"""The state of the frame around every page: who sits here and what they may open."""

from __future__ import annotations

import json
from dataclasses import dataclass

import reflex as rx

from xobito_app.core.text import initials
from xobito_app.features.accounts import service as accounts
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.inbox.threads import threads
from xobito_app.features.workspaces.pictures import logo_url, photo_url
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.components import tone_of
from xobito_app.ui.formats import badge
from xobito_app.ui.live import showing
from xobito_app.ui.routes import ROUTES, find_route
from xobito_app.ui.security import AppState, find_viewer, guarded, public
from xobito_app.ui.shell.providers import (
    Command,
    StatusLine,
    command_providers,
    line_providers,
    recall_providers,
)

SHELL = "shell"
_MOST_COMMANDS = 30
_MOST_RECENT = 6


@dataclass(frozen=True, slots=True)
class ShellPerson:
    """The person at the foot of the rail."""

    name: str = ""
    email: str = ""
    role: str = ""
    initials: str = ""
    tone: int = 0
    workspace: str = ""
    workspace_mark: str = ""
    photo: str = ""
    logo: str = ""

    @classmethod
    def of(cls, viewer: Viewer) -> ShellPerson:
        """Take from the viewer what the frame shows."""
        return cls(
            name=viewer.name,
            email=viewer.email,
            role=viewer.role,
            initials=initials(viewer.name),
            tone=tone_of(viewer.user_id),
            workspace=viewer.workspace_name,
            workspace_mark=viewer.workspace_name[:1].upper(),
            photo=photo_url(viewer.user_id, viewer.picture),
            logo=logo_url(viewer.workspace_logo),
        )


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace to switch to."""

    id: str
    name: str
    is_current: bool


class ShellState(AppState):
    """Who sits here, which pages are theirs, what the lines at the top say."""

    person: rx.Field[ShellPerson] = rx.field(default_factory=ShellPerson)
    workspaces: rx.Field[list[WorkspaceRow]] = rx.field(default_factory=list)
    may: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    can: rx.Field[dict[str, bool]] = rx.field(default_factory=dict)
    access: rx.Field[str] = rx.field("")
    lines: rx.Field[list[StatusLine]] = rx.field(default_factory=list)
    unread: rx.Field[str] = rx.field("")

    @rx.event
    @guarded()
    async def enter_page(self):
        """Show the frame for the person and tell whether the page is theirs. First on_load."""
        # From here on this tab hears when rights change, whatever page it shows.
        async with showing(self, SHELL, None) as told:
            viewer = told.viewer
            async with unit_of_work() as uow:
                choices = await accounts.list_workspaces(uow.session, viewer.user_id)
            lines = await read_lines(viewer)
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                unread = await threads.count_unread(uow.session, viewer.actor)
            self.workspaces = [
                WorkspaceRow(str(c.id), c.name, c.id == viewer.actor.workspace_id) for c in choices
            ]
            self._show_unread(unread)
            self._show_lines(lines)
            self._show(viewer)

    @rx.event
    @public
    async def enter_anywhere(self):
        """Show the frame for whoever is signed in, and nothing of it for others."""
        return ShellState.enter_page if await find_viewer(self) else None

    def _show(self, viewer: Viewer) -> None:
        """Put the person and their rights on the screen; also called when rights change."""
        route = find_route(self.router.url.path)
        held = viewer.actor.permissions
        self.person = ShellPerson.of(viewer)
        self.may = {r.name: r.is_open_to(held) for r in ROUTES}
        # Buttons look here whether to be drawn; the services decide again.
        self.can = {str(permission): True for permission in held}
        self.access = "granted" if route is None or route.is_open_to(held) else "denied"

    def _show_lines(self, lines: list[StatusLine]) -> None:
        if lines != self.lines:
            self.lines = lines

    def _show_unread(self, count: int) -> None:
        words = badge(count)
        if words != self.unread:
            self.unread = words


async def read_lines(viewer: Viewer) -> list[StatusLine]:
    """Return what the lines at the top say to a person."""
    return [line for provider in line_providers for line in await provider(viewer)]


class PaletteState(AppState):
    """The command palette."""

    is_open: rx.Field[bool] = rx.field(False)
    commands: rx.Field[list[Command]] = rx.field(default_factory=list)
    # The addresses this browser went to by the palette lately, newest first, as JSON.
    recent: str = rx.LocalStorage("", name="xobito_recent")

    @rx.event
    @guarded()
    async def show(self):
        """Open the palette: where the person went lately, then all pages."""
        viewer = await self._viewer()
        pages = await _find_commands(viewer, "")
        lately = await _recall(viewer, read_recent(self.recent))
        gone_to = {command.path for command in lately}
        self.commands = [*lately, *(page for page in pages if page.path not in gone_to)]
        self.is_open = True

    @rx.event
    @guarded()
    async def set_open(self, is_open: bool):
        """Close the palette, or open it."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded()
    async def choose(self, path: str):
        """Close the palette and remember where the person went."""
        self.is_open = False
        if any(command.path == path for command in self.commands):
            kept = [one for one in read_recent(self.recent) if one != path]
            self.recent = json.dumps([path, *kept][:_MOST_RECENT])

    @rx.event(supersedes=True)
    @guarded()
    async def search(self, typed: str):
        """Show what fits the typed words."""
        self.commands = await _find_commands(await self._viewer(), str(typed)[:100].strip())


def read_recent(kept: str) -> list[str]:
    """Return the addresses a browser kept; anything else counts as nothing."""
    try:
        found = json.loads(kept or "[]")
    except ValueError:
        return []
    return [str(path)[:300] for path in found[:_MOST_RECENT]] if isinstance(found, list) else []


async def _recall(viewer: Viewer, paths: list[str]) -> list[Command]:
    """Return where a person went lately, as far as it is still there and still theirs to see.

    The browser keeps addresses alone: whoever sits before it next reads no names in them.
    """
    found = {
        route.path: Command(route.title, route.path, route.icon, "Recent")
        for route in ROUTES
        if route.is_open_to(viewer.actor.permissions)
    }
    for provider in recall_providers:
        found |= {command.path: command for command in await provider(viewer, paths)}
    return [found[path] for path in paths if path in found]


async def _find_commands(viewer: Viewer, typed: str) -> list[Command]:
    words = typed.lower().split()
    pages = [
        Command(
            route.title,
            route.path,
            route.icon,
            shortcut=f"G {route.key.upper()}" if route.key else "",
        )
        for route in ROUTES
        if route.is_open_to(viewer.actor.permissions)
        and all(word in route.title.lower() for word in words)
    ]
    if len(typed) < 2:
        return pages
    found = [await provider(viewer, typed) for provider in command_providers]
    return [*pages, *(command for some in found for command in some)][:_MOST_COMMANDS]
