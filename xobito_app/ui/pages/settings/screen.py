"""The settings of the workspace."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.settings.page import settings_page
from xobito_app.ui.pages.settings.state import SettingsState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.SETTINGS, settings_page, (SettingsState.load,)),)
