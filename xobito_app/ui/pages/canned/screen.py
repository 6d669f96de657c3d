"""Canned replies and macros."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.canned.macros import MacrosState
from xobito_app.ui.pages.canned.page import canned_replies
from xobito_app.ui.pages.canned.replies import RepliesState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.CANNED, canned_replies, (RepliesState.load, MacrosState.load)),)
