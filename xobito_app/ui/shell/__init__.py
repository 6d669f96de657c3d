"""The frame around every page."""

from xobito_app.ui.shell.frame import no_permission, not_found_page, page, status_lines
from xobito_app.ui.shell.state import SHELL, PaletteState, ShellState

__all__ = [
    "SHELL",
    "PaletteState",
    "ShellState",
    "no_permission",
    "not_found_page",
    "page",
    "status_lines",
]
