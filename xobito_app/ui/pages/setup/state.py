"""The choice after set-up: the simulator or a real number."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui.security import AppState, guarded


class WelcomeState(AppState):
    """Which way the owner starts."""

    is_busy: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded()
    async def open_welcome(self):
        """Start the page anew."""
        self.is_busy = False

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def try_simulator(self):
        """Go to the inbox with the simulator connected."""
        return rx.redirect("/inbox")

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_number(self):
        """Go to the form for a real number."""
        return rx.redirect("/inbox")
