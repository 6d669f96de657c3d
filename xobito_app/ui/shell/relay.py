"""Changed rights count at once: remembered people are forgotten and open pages load anew."""

from __future__ import annotations

from uuid import UUID

from xobito_app.core.events import Notice, Topic
from xobito_app.ui.live import Tab, relay
from xobito_app.ui.security import forget_all


async def _rights_changed(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    forget_all()
    changed = {notice.about for notice in notices}
    people = {str(tab.viewer.user_id) for tab in tabs}
    # A role or the workspace itself concerns everybody; a person concerns only their own tabs.
    concerns_all = not changed <= people
    for tab in tabs:
        if concerns_all or str(tab.viewer.user_id) in changed:
            await relay.reload(tab)


def register() -> None:
    """Have the relay of this process act on changed rights and settings."""
    relay.handle({Topic.ACCESS, Topic.SETTINGS}, _rights_changed)
