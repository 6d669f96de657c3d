"""The event journal."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.journal.page import journal
from xobito_app.ui.pages.journal.state import JournalState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.JOURNAL, journal, (JournalState.load,)),)
