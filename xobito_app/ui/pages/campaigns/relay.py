"""What notices of campaigns mean for the tabs that show the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.schemas import CampaignLine
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.campaigns.state import KEY, CampaignsState

EVERY_SECONDS = 1.0
"""How long notices are gathered: a campaign at full speed makes many in a second."""


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show a campaign that went on."""
    looks = [look for look in looks if look.viewer.actor.can(Permission.CAMPAIGNS_VIEW)]
    changed = {notice.subject_id for notice in notices}
    shown = {row_id for look in looks for row_id in look.shown or ()}
    touched = changed & shown
    lines = await _read(workspace_id, touched) if touched else {}
    for look in looks:
        if look.shown is None:
            # It is being read: once it is, this is judged again.
            look.change(CampaignsState, lambda state: None)
        elif not touched.isdisjoint(look.shown):
            look.change(CampaignsState, _patching(lines, look.viewer.time_zone))


async def _read(workspace_id: UUID, campaign_ids: set[str]) -> dict[str, CampaignLine]:
    actor = system_actor(WorkspaceId(workspace_id))
    wanted = [UUID(campaign_id) for campaign_id in campaign_ids]
    async with unit_of_work(workspace_id) as uow:
        lines = await reading.read_lines(uow.session, actor, campaign_ids=wanted)
    return {str(line.id): line for line in lines}


def _patching(lines: Mapping[str, CampaignLine], zone: str) -> Callable[[CampaignsState], None]:
    return lambda state: state._patch(lines, zone)


def register() -> None:
    """Have the list hear of campaigns that go on."""
    relay.handle((Topic.CAMPAIGN,), KEY, hear, delay=EVERY_SECONDS)
