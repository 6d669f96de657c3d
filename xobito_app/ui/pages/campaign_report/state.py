"""The report of one campaign, and the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import clock, ids
from xobito_app.core.errors import NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.schemas import CampaignView, RecipientLine
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.ui import browser
from xobito_app.ui.blocks import ListState, Page, PageState, QuestionState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.campaign_report.rows import RecipientRow, ReportBody, ReportCard
from xobito_app.ui.security import AppState, guarded, permitted

KEY = "campaign report"
PEOPLE_KEY = "campaign recipients"


def campaign_here(state: AppState) -> UUID:
    """Return which campaign the address is about: the part after `/campaigns/`.

    Raises:
        NotFound: It is no id.
    """
    parts = state.router.url.path.strip("/").split("/")
    return ids.parse(parts[1] if len(parts) > 1 else "")


@permitted(view=Permission.CAMPAIGNS_VIEW, edit=Permission.CAMPAIGNS_LAUNCH)
class ReportState(PageState, QuestionState, AppState):
    """How a campaign stands and what came of it; it moves while it is sent."""

    live_key: ClassVar = KEY
    card: rx.Field[ReportCard] = rx.field(default_factory=ReportCard)
    split_line: rx.Field[str] = rx.field("")
    body: rx.Field[ReportBody] = rx.field(default_factory=ReportBody)

    def _wanted(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    async def _read(self, viewer: Viewer) -> None:
        self.question = ""
        try:
            await self._read_campaign(viewer)
        except NotFound:
            self.stage = "missing"

    async def _read_campaign(self, viewer: Viewer) -> None:
        campaign_id = campaign_here(self)
        view = await self._call(service.get_campaign, campaign_id=campaign_id)
        report = await self._call(service.read_report, campaign_id=campaign_id)
        await self._call(service.ask_for_clicks, campaign_id=campaign_id)
        band = await self._call(reading.read_band, campaign_id=campaign_id)
        zone = viewer.time_zone
        self._show(ReportCard.of(view, zone, clock.now()), ReportBody.of(report, band, zone))

    def _show(self, card: ReportCard, body: ReportBody) -> None:
        self.card, self.body = card, body

    async def _show_campaign(self, _view: CampaignView) -> None:
        """Show the campaign as it stands after something was done to it."""
        await self._reading(self._read_campaign)

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def undo(self):
        """Take the launch back while nothing has left."""
        await self._call(service.undo_launch, campaign_id=campaign_here(self))
        return [toast_success("Nothing was sent."), browser.go(self.card.edit_link)]

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def pause(self):
        """Let nothing more leave until somebody resumes."""
        found = await self._call(service.pause_campaign, campaign_id=campaign_here(self))
        await self._show_campaign(found)

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def resume(self):
        """Go on where it was paused."""
        found = await self._call(service.resume_campaign, campaign_id=campaign_here(self))
        await self._show_campaign(found)

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def cancel(self):
        """End the campaign; who has the message keeps it."""
        found = await self._call(service.cancel_campaign, campaign_id=self._answered())
        await self._show_campaign(found)
        return toast_success("Cancelled.")

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def retry(self):
        """Try again whom it did not reach, where that cannot send anything twice.

        Those over Meta's limit of a day are offered the days to come.
        """
        campaign_id = campaign_here(self)
        plan = await self._call(service.plan_retry, campaign_id=campaign_id)
        if plan.over:
            self.split_line = service.over_limit(plan)
            self.question, self.asked_id = "split", str(campaign_id)
            return None
        return await self._retry(campaign_id)

    @rx.event
    @guarded(Permission.CAMPAIGNS_LAUNCH)
    async def retry_split(self):
        """Try them again, each day as many as Meta lets through."""
        return await self._retry(self._answered(), splits_days=True)

    async def _retry(self, campaign_id: UUID, *, splits_days: bool = False) -> Event:
        found = await self._call(
            service.retry_campaign, campaign_id=campaign_id, splits_days=splits_days
        )
        await self._show_campaign(found)
        return toast_success("They are tried again.")


@permitted(view=Permission.CAMPAIGNS_VIEW)
class RecipientsState(ListState, AppState):
    """The people of the campaign, narrowed by state and words."""

    live_key: ClassVar = PEOPLE_KEY
    filters: ClassVar = ("q", "state")
    rows: rx.Field[list[RecipientRow]] = rx.field(default_factory=list)

    def _wanted(self) -> object:
        return None

    async def _page(self, viewer: Viewer, cursor: str) -> Page[RecipientRow]:
        found = await self._call(
            service.list_recipients,
            campaign_id=campaign_here(self),
            state=self.query.get("state", ""),
            search=self.query.get("q", ""),
            cursor=cursor,
        )
        now, visibility = clock.now(), ConversationVisibility.of(viewer.actor)
        return found.map(lambda line: RecipientRow.of(line, viewer.time_zone, now, visibility))

    def _patch(
        self, lines: Mapping[str, RecipientLine], zone: str, visibility: ConversationVisibility
    ) -> None:
        """Show how far the people on the screen are by now; nobody moves out of the window."""
        now = clock.now()
        self.rows = [
            RecipientRow.of(line, zone, now, visibility) if (line := lines.get(row.id)) else row
            for row in self.rows
        ]
