"""Connecting WhatsApp, and what every page says about the connection."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.connect import lines
from xobito_app.ui.pages.connect.page import connect
from xobito_app.ui.pages.connect.state import ConnectState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.CONNECT, connect, (ConnectState.load,), starts=(lines.register,)),)
