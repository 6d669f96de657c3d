"""The lines at the top of every page follow the link to WhatsApp."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from xobito_app.core.events import Notice, Topic
from xobito_app.ui.live import Look, relay
from xobito_app.ui.shell.providers import StatusLine
from xobito_app.ui.shell.state import SHELL, ShellState, read_lines

DELAY_SECONDS = 0.2
"""Connecting announces several steps in a row."""


async def carry_lines(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Say anew what is wrong with the link, or that nothing is any more."""
    viewers = {look.viewer.user_id: look.viewer for look in looks}
    lines = {user_id: await read_lines(viewer) for user_id, viewer in viewers.items()}
    for look in looks:
        look.change(ShellState, _showing(lines[look.viewer.user_id]))


def _showing(lines: list[StatusLine]) -> Callable[[ShellState], None]:
    return lambda state: state._show_lines(lines)


def register() -> None:
    """Have every page hear of the connection."""
    relay.handle({Topic.CONNECTION}, SHELL, carry_lines, delay=DELAY_SECONDS)
