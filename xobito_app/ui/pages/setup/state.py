"""The choice after set-up: the simulator or a real number."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.connection import connecting, simulated_customer
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

    @rx.event(background=True)
    @guarded(Permission.CONNECTION_MANAGE)
    async def try_simulator(self):
        """Connect the simulator, let its first customer write, and go to the inbox.

        In the background, because it talks to a neighbour and a lock must not be held meanwhile.
        """
        async with self:
            if self.is_busy:
                return None
            self.is_busy, self.problem = True, ""
            actor = await self._actor()
        try:
            await connecting.start_simulator(actor)
            await simulated_customer.greet(actor)
        except AppError as error:
            async with self:
                self.is_busy, self.problem = False, error.message
            return None
        return rx.redirect("/inbox")

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def connect_number(self):
        """Go to the form for a real number."""
        return rx.redirect("/connect")
