"""Setting up, and the first steps after it."""

from __future__ import annotations

from xobito_app.ui.pages.gate.state import GateState
from xobito_app.ui.pages.setup.page import set_up_page, welcome_page
from xobito_app.ui.pages.setup.state import WelcomeState
from xobito_app.ui.screens import GateScreen

SCREENS = (
    GateScreen("/set-up", "Set up · Xobito", set_up_page, GateState.open_set_up),
    GateScreen("/welcome", "Welcome · Xobito", welcome_page, WelcomeState.open_welcome),
)
