"""The activity log: one window of entries, narrowed by what the address says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.activity import service as activity
from xobito_app.features.activity.filters import read_filter
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser, forms
from xobito_app.ui.pages.activity.rows import ActivityRow
from xobito_app.ui.security import AppState, guarded

_FILTERS = ("person", "area", "since", "until")


class ActivityState(AppState):
    """The window of the log on the screen."""

    rows: rx.Field[list[ActivityRow]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    chosen: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    export_link: rx.Field[str] = rx.field("")
    is_narrowed: rx.Field[bool] = rx.field(False)
    has_newer: rx.Field[bool] = rx.field(False)
    has_older: rx.Field[bool] = rx.field(False)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")
    # Where the windows up to the one on screen begin; never empty, also before the first load.
    _cursors: list[str] = [""]
    _next: str = ""

    @rx.event
    @guarded(Permission.ACTIVITY_LOG_VIEW)
    async def load(self):
        """Read the newest entries that fit the address."""
        viewer = await self._viewer()
        query = self.router.url.query_parameters
        self.chosen = {name: str(query.get(name, ""))[:64] for name in _FILTERS}
        narrowing = {name: value for name, value in self.chosen.items() if value}
        self.is_narrowed = bool(narrowing)
        self.export_link = f"/exports/activity.csv?{urlencode(narrowing)}"
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            members = await team.list_members(uow.session, viewer.actor)
        self.people = [(str(member.user_id), member.name) for member in members]
        self._cursors = [""]
        await self._show(viewer)

    async def _show(self, viewer: Viewer) -> None:
        try:
            activity_filter = read_filter(self.chosen, viewer.time_zone)
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await activity.list_activity(
                    uow.session,
                    viewer.actor,
                    activity_filter=activity_filter,
                    cursor=self._cursors[-1],
                )
        except AppError as error:
            self.stage, self.problem, self.rows = "failed", error.message, []
            return
        self.rows = [ActivityRow.of(entry, viewer.time_zone) for entry in page.rows]
        self._next = page.cursor
        self.has_older, self.has_newer = bool(page.cursor), len(self._cursors) > 1
        self.stage = "ready"

    @rx.event
    @guarded(Permission.ACTIVITY_LOG_VIEW)
    async def narrow(self, form: dict[str, Any]):
        """Put the chosen filters into the address, which loads what fits."""
        chosen = {name: forms.text(form, name, 64) for name in _FILTERS}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return browser.go(f"/activity?{query}" if query else "/activity")

    @rx.event
    @guarded(Permission.ACTIVITY_LOG_VIEW)
    async def older(self):
        """Show the window that follows."""
        if self._next:
            self._cursors = [*self._cursors, self._next]
            await self._show(await self._viewer())

    @rx.event
    @guarded(Permission.ACTIVITY_LOG_VIEW)
    async def newer(self):
        """Show the window before."""
        if len(self._cursors) > 1:
            self._cursors = self._cursors[:-1]
            await self._show(await self._viewer())
