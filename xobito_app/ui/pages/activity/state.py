"""The activity log: one window of entries, narrowed by what the address says."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.features.activity import service as activity
from xobito_app.features.activity.filters import read_filter
from xobito_app.features.workspaces import team
from xobito_app.ui.blocks import ListState, Page, Viewer
from xobito_app.ui.pages.activity.rows import ActivityRow
from xobito_app.ui.security import AppState, permitted


@permitted(view=Permission.ACTIVITY_LOG_VIEW)
class ActivityState(ListState, AppState):
    """The window of the log on the screen."""

    filters: ClassVar = ("person", "area", "since", "until")
    rows: rx.Field[list[ActivityRow]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    export_link: rx.Field[str] = rx.field("")

    async def _prepare(self, viewer: Viewer) -> None:
        members = await self._call(team.list_members)
        self.people = [(str(member.user_id), member.name) for member in members]
        self.export_link = f"/exports/activity.csv?{urlencode(self.query)}"

    async def _page(self, viewer: Viewer, cursor: str) -> Page[ActivityRow]:
        wanted = read_filter(self.query, viewer.time_zone)
        page = await self._call(activity.list_activity, activity_filter=wanted, cursor=cursor)
        return page.map(lambda entry: ActivityRow.of(entry, viewer.time_zone))
