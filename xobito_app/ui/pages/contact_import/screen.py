"""The import of contacts."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.contact_import import relay
from xobito_app.ui.pages.contact_import.page import import_contacts
from xobito_app.ui.pages.contact_import.state import ImportState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(routes.CONTACT_IMPORT, import_contacts, (ImportState.load,), starts=(relay.register,)),
)
