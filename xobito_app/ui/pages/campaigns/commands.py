"""What campaigns add to the command palette: campaigns by name."""

from __future__ import annotations

from collections.abc import Iterable

from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.campaigns import service
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.schemas import CampaignLine
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.campaigns.words import UNNAMED
from xobito_app.ui.shell.providers import Command, command_providers, ids_in, recall_providers

MOST = 5


async def find_campaigns(viewer: Viewer, typed: str) -> list[Command]:
    """Return the campaigns whose name or template fits."""
    if not viewer.actor.can(Permission.CAMPAIGNS_VIEW):
        return []
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        found = await service.list_campaigns(
            uow.session, viewer.actor, search=typed[:100], limit=MOST
        )
    return _commands(found.rows, "Campaign")


async def recall_campaigns(viewer: Viewer, paths: list[str]) -> list[Command]:
    """Return the campaigns whose reports are among the addresses."""
    wanted = ids_in(paths, "/campaigns/")
    if not wanted or not viewer.actor.can(Permission.CAMPAIGNS_VIEW):
        return []
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        found = await reading.read_lines(uow.session, viewer.actor, campaign_ids=wanted)
    return _commands(found, "Recent")


def _commands(found: Iterable[CampaignLine], kind: str) -> list[Command]:
    return [
        Command(view.name or UNNAMED, f"/campaigns/{view.id}", "megaphone", kind) for view in found
    ]


def register() -> None:
    """Have the palette ask for campaigns too."""
    if find_campaigns not in command_providers:
        command_providers.append(find_campaigns)
        recall_providers.append(recall_campaigns)
