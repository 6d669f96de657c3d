"""What notices of templates mean for the tabs that show the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.templates import service
from xobito_app.features.templates.schemas import SyncStamp, TemplateLine
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.templates.state import KEY, TemplatesState

EVERY_SECONDS = 0.5
"""How long notices are gathered: a sync changes many at once."""


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show a template which changed; a sync may have changed any."""
    looks = [look for look in looks if look.viewer.actor.can(Permission.TEMPLATES_VIEW)]
    if not looks:
        return
    shown = {str(row_id) for look in looks for row_id in look.shown or ()}
    changed = {notice.subject_id for notice in notices}
    lines, stamp = await _read(workspace_id, shown if "" in changed else shown & changed)
    for look in looks:
        look.change(TemplatesState, _patching(lines, stamp, look.viewer.time_zone))


async def _read(
    workspace_id: UUID, template_ids: set[str]
) -> tuple[dict[str, TemplateLine], SyncStamp]:
    actor = system_actor(WorkspaceId(workspace_id))
    wanted = [UUID(template_id) for template_id in template_ids]
    async with unit_of_work(workspace_id) as uow:
        lines = await service.read_lines(uow.session, actor, template_ids=wanted)
        stamp = await service.read_stamp(uow.session, actor)
    return {str(line.id): line for line in lines}, stamp


def _patching(
    lines: Mapping[str, TemplateLine], stamp: SyncStamp, zone: str
) -> Callable[[TemplatesState], None]:
    return lambda state: state._patch(lines, stamp, zone)


def register() -> None:
    """Have the list hear of templates that changed."""
    relay.handle((Topic.TEMPLATE,), KEY, hear, delay=EVERY_SECONDS)
