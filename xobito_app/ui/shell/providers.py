"""What features add to the shell: commands of the palette and lines at the top of the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

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
LineProvider = Callable[[Viewer], Awaitable[list[StatusLine]]]

command_providers: list[CommandProvider] = []
"""Asked with what was typed, at least two letters; each answers with at most ten commands."""

line_providers: list[LineProvider] = []
"""Asked whenever a page opens."""
