"""What notices of a campaign mean for the tabs that show its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import NotFound
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Actor, Permission, system_actor
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.reading.schemas import Band
from xobito_app.features.campaigns.schemas import CampaignView, RecipientLine, Report
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.campaign_report.rows import ReportBody, ReportCard
from xobito_app.ui.pages.campaign_report.state import (
    KEY,
    PEOPLE_KEY,
    RecipientsState,
    ReportState,
)
from xobito_app.ui.pages.campaigns.relay import EVERY_SECONDS

_Found = tuple[CampaignView, Report, Band]


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show the report of a campaign that went on."""
    changed = {notice.subject_id for notice in notices}
    looks = [look for look in _allowed(looks) if look.shown in changed]
    found = {
        campaign_id: await _read(workspace_id, campaign_id)
        for campaign_id in {str(look.shown) for look in looks}
    }
    for look in looks:
        if report := found[str(look.shown)]:
            look.change(ReportState, _showing(report, look.viewer.time_zone))


async def hear_people(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show people of a campaign that went on."""
    looks = _allowed(looks)
    shown = {row_id for look in looks for row_id in look.shown or ()}
    lines = await _read_people(workspace_id, shown) if shown else {}
    for look in looks:
        if look.shown is None:
            # It is being read: once it is, this is judged again.
            look.change(RecipientsState, lambda state: None)
        elif not lines.keys().isdisjoint(look.shown):
            look.change(RecipientsState, _patching(lines, look.viewer))


def _allowed(looks: list[Look]) -> list[Look]:
    return [look for look in looks if look.viewer.actor.can(Permission.CAMPAIGNS_VIEW)]


def _system(workspace_id: UUID) -> Actor:
    return system_actor(WorkspaceId(workspace_id))


async def _read(workspace_id: UUID, campaign_id: str) -> _Found | None:
    actor, wanted = _system(workspace_id), UUID(campaign_id)
    try:
        async with unit_of_work(workspace_id) as uow:
            return (
                await service.get_campaign(uow.session, actor, campaign_id=wanted),
                await service.read_report(uow.session, actor, campaign_id=wanted),
                await reading.read_band(uow.session, actor, campaign_id=wanted),
            )
    except NotFound:
        return None


def _showing(found: _Found, zone: str) -> Callable[[ReportState], None]:
    view, report, band = found
    card = ReportCard.of(view, zone, clock.now())
    body = ReportBody.of(report, band, zone)
    return lambda state: state._show(card, body)


async def _read_people(workspace_id: UUID, row_ids: set[str]) -> dict[str, RecipientLine]:
    async with unit_of_work(workspace_id) as uow:
        lines = await reading.read_recipients(
            uow.session, _system(workspace_id), recipient_ids=[UUID(row_id) for row_id in row_ids]
        )
    return {str(line.id): line for line in lines}


def _patching(
    lines: Mapping[str, RecipientLine], viewer: Viewer
) -> Callable[[RecipientsState], None]:
    visibility = ConversationVisibility.of(viewer.actor)
    return lambda state: state._patch(lines, viewer.time_zone, visibility)


def register() -> None:
    """Have reports hear of campaigns that go on."""
    relay.handle((Topic.CAMPAIGN,), KEY, hear, delay=EVERY_SECONDS)
    relay.handle((Topic.CAMPAIGN,), PEOPLE_KEY, hear_people, delay=EVERY_SECONDS)
