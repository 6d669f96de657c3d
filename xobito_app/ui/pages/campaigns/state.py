"""The list of campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns.reading import service
from xobito_app.features.campaigns.reading.schemas import CampaignLine
from xobito_app.ui.blocks import ListState, Page, Viewer
from xobito_app.ui.pages.campaigns.rows import CampaignRow
from xobito_app.ui.security import AppState, permitted

KEY = "campaigns"


@permitted(view=Permission.CAMPAIGNS_VIEW)
class CampaignsState(ListState, AppState):
    """One window of campaigns; it moves while they are sent."""

    live_key: ClassVar = KEY
    filters: ClassVar = ("q", "status")
    rows: rx.Field[list[CampaignRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[CampaignRow]:
        page = await self._call(
            service.list_campaigns,
            search=self.query.get("q", ""),
            status=self.query.get("status", ""),
            cursor=cursor,
        )
        now = clock.now()
        return page.map(lambda view: CampaignRow.of(view, viewer.time_zone, now))

    def _patch(self, views: Mapping[str, CampaignLine], zone: str) -> None:
        """Show what changed of the campaigns on the screen; the order stays."""
        now = clock.now()
        self.rows = [
            CampaignRow.of(views[row.id], zone, now) if row.id in views else replace(row)
            for row in self.rows
        ]
