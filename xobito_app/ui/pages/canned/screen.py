"""Canned replies and macros."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.canned.macro_state import MacroState
from xobito_app.ui.pages.canned.page import canned_replies
from xobito_app.ui.pages.canned.state import CannedState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.CANNED, canned_replies, (CannedState.load, MacroState.load)),)
