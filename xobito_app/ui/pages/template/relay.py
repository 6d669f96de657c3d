"""What notices of templates mean for the tabs that show one of them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from xobito_app.core.errors import NotFound
from xobito_app.core.events import Notice, Topic
from xobito_app.core.permissions import Actor, Permission
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.template.found import Found, read_found
from xobito_app.ui.pages.template.state import KEY, TemplateState
from xobito_app.ui.pages.templates.relay import EVERY_SECONDS


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Show a template anew that changed; a sync may have changed any.

    It is read for each person: who may not see campaigns is not told which ones send it.
    """
    changed = {notice.subject_id for notice in notices}
    looks = [look for look in looks if look.viewer.actor.can(Permission.TEMPLATES_VIEW)]
    for look in looks:
        if "" in changed or look.shown in changed:
            found = await _read(workspace_id, look.viewer.actor, look.shown)
            if found:
                look.change(TemplateState, _showing(found, look.viewer.time_zone))


async def _read(workspace_id: UUID, actor: Actor, template_id: str) -> Found | None:
    try:
        async with unit_of_work(workspace_id) as uow:
            return await read_found(uow.session, actor, UUID(template_id))
    except NotFound:
        return None


def _showing(found: Found, zone: str) -> Callable[[TemplateState], None]:
    return lambda state: state._show(found, zone)


def register() -> None:
    """Have the page hear of the template it shows."""
    relay.handle((Topic.TEMPLATE,), KEY, hear, delay=EVERY_SECONDS)
