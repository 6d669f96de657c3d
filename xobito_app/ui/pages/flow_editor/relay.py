"""What notices of a flow mean for the tabs that have it on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from xobito_app.core.errors import NotFound
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.flows import service as flows
from xobito_app.features.flows.schemas import FlowView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.flow_editor.state import KEY, FlowEditorState


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Bring changes of a draft to the tabs that show it."""
    changed = {notice.subject_id for notice in notices}
    looks = [
        look
        for look in looks
        if look.shown in changed and look.viewer.actor.can(Permission.FLOWS_VIEW)
    ]
    for flow_id in {str(look.shown) for look in looks}:
        flow = await _read(workspace_id, flow_id)
        for look in looks if flow else ():
            if look.shown == flow_id and flow:
                look.change(FlowEditorState, _showing(flow))


async def _read(workspace_id: UUID, flow_id: str) -> FlowView | None:
    actor = system_actor(WorkspaceId(workspace_id))
    try:
        async with unit_of_work(workspace_id) as uow:
            return await flows.get_flow(uow.session, actor, flow_id=UUID(flow_id))
    except NotFound:
        return None


def _showing(flow: FlowView) -> Callable[[FlowEditorState], None]:
    return lambda state: state._show(flow)


def register() -> None:
    """Have the builder hear of changes."""
    relay.handle((Topic.FLOW,), KEY, hear)
