"""The Numbers page: accounts, numbers, tier; sync, primary number, disconnecting."""

from __future__ import annotations

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.connection import service
from xobito_app.ui.blocks import PageState, QuestionState, Viewer
from xobito_app.ui.pages.numbers.rows import AccountRow, NumberRow, TierView
from xobito_app.ui.security import AppState, guarded_by, permitted


@permitted(
    view=(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE),
    edit=Permission.CONNECTION_MANAGE,
)
class NumbersState(PageState, QuestionState, AppState):
    """What the page shows."""

    numbers: rx.Field[list[NumberRow]] = rx.field(default_factory=list)
    accounts: rx.Field[list[AccountRow]] = rx.field(default_factory=list)
    tier: rx.Field[TierView] = rx.field(default_factory=TierView)

    async def _read(self, viewer: Viewer) -> None:
        overview = await self._call(service.read_overview)
        self.numbers = [NumberRow.of(number) for number in overview.numbers]
        self.accounts = [AccountRow.of(c, viewer.time_zone) for c in overview.connections]
        self.tier = TierView.of(overview.tier)

    @rx.event
    @guarded_by("edit")
    async def sync(self):
        """Ask Meta anew."""
        async for event in self._busily(self._sync):
            yield event

    async def _sync(self) -> str:
        await service.sync_now(await self._actor())
        await self._reading(self._read)
        return "Numbers are up to date."

    @rx.event
    @guarded_by("edit")
    async def make_primary(self, number_id: str):
        """Let new conversations start from this number."""
        await self._call(service.set_primary_number, number_id=ids.parse(number_id))
        await self._reading(self._read)

    @rx.event
    @guarded_by("edit")
    async def disconnect(self):
        """Disconnect the account that was asked about."""
        async for event in self._busily(self._disconnect):
            yield event

    async def _disconnect(self) -> str:
        await service.disconnect(await self._actor(), connection_id=self._answered())
        await self._reading(self._read)
        return "Disconnected. None of your data was deleted."
