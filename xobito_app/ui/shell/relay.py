"""Changed rights count at once: remembered people are forgotten and open pages load anew."""

from __future__ import annotations

from uuid import UUID

from xobito_app.core.events import Notice, Topic
from xobito_app.ui.live import Tab, relay
from xobito_app.ui.security import forget_all


async def _rights_changed(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    forget_all()
    for tab in tabs:
        await relay.reload(tab)


def register() -> None:
    """Have the relay of this process act on changed rights and settings."""
    relay.handle({Topic.ACCESS, Topic.SETTINGS}, _rights_changed)
