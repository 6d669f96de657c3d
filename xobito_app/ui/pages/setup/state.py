"""The choice after set-up: the simulator or a real number."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.connection import connecting, phone
from xobito_app.ui.security import AppState, guarded


class WelcomeState(AppState):
    """Which way the owner starts."""

    is_busy: rx.Field[bool] = rx.field(False)
    problem: rx.Field[str] = rx.field("")

    @rx.event
    @guarded()
    async def open_welcome(self):
        """Start the page anew."""
        self.is_busy = False

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def try_simulator(self):
        """Connect the simulator, let its first customer write, and go to the inbox."""
        self.is_busy, self.problem = True, ""
        yield
        try:
            actor = await self._actor()
            await connecting.start_simulator(actor)
            await phone.greet(actor)
        except AppError as error:
            self.is_busy, self.problem = False, error.message
            return
        yield rx.redirect("/inbox")

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_number(self):
        """Go to the form for a real number."""
        return rx.redirect("/connect")
