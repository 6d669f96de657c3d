"""The Numbers page: accounts, numbers, tier; sync, primary number, disconnecting."""

from __future__ import annotations

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.connection import service
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.components import toast_error, toast_success
from xobito_app.ui.pages.numbers.rows import AccountRow, NumberRow, TierView
from xobito_app.ui.security import AppState, guarded


class NumbersState(AppState):
    """What the page shows."""

    numbers: rx.Field[list[NumberRow]] = rx.field(default_factory=list)
    accounts: rx.Field[list[AccountRow]] = rx.field(default_factory=list)
    tier: rx.Field[TierView] = rx.field(default_factory=TierView)
    is_loaded: rx.Field[bool] = rx.field(False)
    failure: rx.Field[str] = rx.field("")
    is_syncing: rx.Field[bool] = rx.field(False)
    leaving_id: rx.Field[str] = rx.field("")
    leaving_name: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def load(self):
        """Show the numbers, as the page opens or something changed."""
        try:
            await self._show()
        except AppError as error:
            self.failure = error.message

    async def _show(self) -> None:
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            overview = await service.read_overview(uow.session, viewer.actor)
        self.numbers = [NumberRow.of(number) for number in overview.numbers]
        self.accounts = [AccountRow.of(c, viewer.time_zone) for c in overview.connections]
        self.tier = TierView.of(overview.tier)
        self.is_loaded, self.failure = True, ""

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def sync(self):
        """Ask Meta anew."""
        self.is_syncing = True
        yield
        try:
            await service.sync_now(await self._actor())
            await self._show()
            yield toast_success("Numbers are up to date.")
        except AppError as error:
            yield toast_error(error.message)
        finally:
            self.is_syncing = False

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def make_primary(self, number_id: str):
        """Let new conversations start from this number."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await service.set_primary_number(uow.session, actor, number_id=ids.parse(number_id))
        await self._show()

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def ask_to_leave(self, connection_id: str):
        """Ask before an account is disconnected."""
        row = next((r for r in self.accounts if r.id == str(connection_id)), None)
        if row:
            self.leaving_id, self.leaving_name = row.id, row.name

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def set_leaving(self, is_open: bool):
        """Close the question."""
        if not is_open:
            self.leaving_id = ""

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def leave(self):
        """Disconnect the account the question is about."""
        connection_id, self.leaving_id = self.leaving_id, ""
        yield
        try:
            actor = await self._actor()
            await service.disconnect(actor, connection_id=ids.parse(connection_id))
            await self._show()
            yield toast_success("Disconnected. Nothing of your data was deleted.")
        except AppError as error:
            yield toast_error(error.message)
