"""The list of campaigns, and what is done to them from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.schemas import CampaignLine
from xobito_app.ui import browser
from xobito_app.ui.blocks import ListState, Page, QuestionState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.campaigns.rows import CampaignRow
from xobito_app.ui.security import AppState, guarded, permitted

KEY = "campaigns"


@permitted(
    view=Permission.CAMPAIGNS_VIEW,
    edit=Permission.CAMPAIGNS_LAUNCH,
    delete=Permission.CAMPAIGNS_DELETE,
)
class CampaignsState(ListState, QuestionState, AppState):
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
        now, zone = clock.now(), viewer.time_zone
        return page.map(lambda line: CampaignRow.of(line, zone, now))

    def _patch(self, lines: Mapping[str, CampaignLine], zone: str) -> None:
        """Show what changed of the campaigns on the screen; the order stays."""
        now = clock.now()
        self.rows = [
            CampaignRow.of(line, zone, now) if (line := lines.get(row.id)) else row
            for row in self.rows
        ]

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def pause(self, campaign_id: str):
        """Let nothing more leave until somebody resumes."""
        await self._call(service.pause_campaign, campaign_id=ids.parse(campaign_id))
        return [toast_success("Paused."), CampaignsState.load]

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def resume(self, campaign_id: str):
        """Go on where it was paused."""
        await self._call(service.resume_campaign, campaign_id=ids.parse(campaign_id))
        return [toast_success("Sending goes on."), CampaignsState.load]

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def cancel(self):
        """End the campaign that was asked about; who has it keeps it."""
        await self._call(service.cancel_campaign, campaign_id=self._answered())
        return [toast_success("Cancelled."), CampaignsState.load]

    @rx.event
    @guarded(Permission.CAMPAIGNS_DELETE)
    async def delete(self):
        """Delete the campaign that was asked about."""
        await self._call(service.delete_campaign, campaign_id=self._answered())
        return [toast_success("Deleted."), CampaignsState.load]

    @rx.event
    @guarded(Permission.CAMPAIGNS_CREATE)
    async def duplicate(self, campaign_id: str):
        """Begin a draft with the content of another campaign."""
        async with self._transaction():
            copy_id = await self._copy(ids.parse(campaign_id))
        return browser.go(f"/campaigns/{copy_id}/edit")

    async def _copy(self, campaign_id: UUID) -> UUID:
        found = await self._call(service.get_campaign, campaign_id=campaign_id)
        # Rows of a file belong to the campaign it was uploaded for.
        audience = None if found.audience.file else found.audience
        made = await self._call(
            service.create_campaign,
            draft={
                "name": f"{found.name} (copy)"[:191],
                "number_id": found.number_id,
                "template_id": found.template_id,
                "template_b_id": found.template_b_id,
                "audience": audience,
                "variables": found.variables,
                "header_media_id": found.header_media_id,
                "skip_seconds": found.skip_seconds,
                "canary": found.canary,
                "spend_cap": found.spend_cap,
                "splits_days": found.splits_days,
            },
        )
        return made.id
