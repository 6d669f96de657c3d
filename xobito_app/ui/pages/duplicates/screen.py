"""Contacts that may be the same person."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.duplicates.page import duplicate_contacts
from xobito_app.ui.pages.duplicates.state import DuplicatesState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.DUPLICATES, duplicate_contacts, (DuplicatesState.load,)),)
