"""The list of contacts."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.contacts import commands, relay
from xobito_app.ui.pages.contacts.page import contacts
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.CONTACTS,
        contacts,
        (ContactsState.load,),
        starts=(relay.register, commands.register),
    ),
)
