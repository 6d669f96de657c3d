"""What features add to the shell: commands of the palette and lines at the top of the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from xobito_app.core import ids
from xobito_app.core.errors import NotFound
from xobito_app.features.accounts.schemas import Viewer


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the command palette.

    Attributes:
        icon: A lucide name out of `palette.ICONS`.
        kind: What it is, in a word: "Page", "Conversation", "Contact", "Recent".
        shortcut: The keys that lead there too, as people read them: "G I".
    """

    title: str
    path: str
    icon: str = "arrow-right"
    kind: str = "Page"
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One thin line at the top of every page, with a link to where it can be mended."""

    words: str
    tone: Literal["info", "warning", "danger"] = "info"
    link: str = ""
    link_words: str = ""


CommandProvider = Callable[[Viewer, str], Awaitable[list[Command]]]
RecallProvider = Callable[[Viewer, list[str]], Awaitable[list[Command]]]
LineProvider = Callable[[Viewer], Awaitable[list[StatusLine]]]

command_providers: list[CommandProvider] = []
"""Asked with what was typed, at least two letters; each answers with at most ten commands."""

recall_providers: list[RecallProvider] = []
"""Asked with addresses a browser kept; each answers with those of its own the person may see."""

line_providers: list[LineProvider] = []
"""Asked whenever a page opens."""


def ids_in(paths: list[str], begin: str) -> list[UUID]:
    """Return the ids of those addresses that are a beginning and an id, and nothing more."""
    found: list[UUID] = []
    for path in paths:
        if path.startswith(begin):
            with suppress(NotFound):
                found.append(ids.parse(path.removeprefix(begin)))
    return found
