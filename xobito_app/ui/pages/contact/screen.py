"""One contact."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.contact.page import contact
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.CONTACTS, contact, (ContactState.load,), extra_path="/[contact]"),)
