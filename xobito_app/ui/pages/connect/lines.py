"""What the thin line at the top says about the link to WhatsApp."""

from __future__ import annotations

from typing import Literal

from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.connection import accounts
from xobito_app.features.doctor.rules import TOKEN_SOON, span
from xobito_app.features.ingest.backlog import read_backlog
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.shell.providers import StatusLine, line_providers

Tone = Literal["info", "warning", "danger"]


async def late_lines(viewer: Viewer) -> list[StatusLine]:
    """Return the line that incoming messages wait, with the way to the doctor for who may look."""
    async with unit_of_work() as uow:
        backlog = await read_backlog(uow.session)
    if not backlog.is_late:
        return []
    may_look = any(
        map(viewer.actor.can, (Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE))
    )
    return [_line(backlog.sentence, "danger", "/doctor", "Doctor", may_look)]


async def _lines(viewer: Viewer) -> list[StatusLine]:
    actor = viewer.actor
    async with unit_of_work(actor.workspace_id) as uow:
        active = await accounts.find_active(uow.session, actor.workspace_id)
    may_mend = actor.can(Permission.CONNECTION_MANAGE)
    if active is None:
        line = "WhatsApp is not connected: nothing comes in and nothing goes out."
        return [_line(line, "warning", "/connect", "Connect", may_mend)]
    if active.is_simulated:
        line = "Simulator: the customers here are played, nothing reaches WhatsApp."
        may_play = actor.can(Permission.SIMULATOR_USE)
        return [_line(line, "info", "/simulator", "Play a customer", may_play)]
    if active.reason:
        return [_line(active.reason, "danger", "/doctor", "Doctor", may_mend)]
    left = active.token_expires_at - clock.now() if active.token_expires_at else None
    if left is not None and left < TOKEN_SOON:
        line = f"The access token expires in {span(left)}."
        return [_line(line, "warning", "/connect", "Connect again", may_mend)]
    return []


def _line(words: str, tone: Tone, link: str, link_words: str, has_link: bool) -> StatusLine:
    return StatusLine(words, tone, link if has_link else "", link_words if has_link else "")


def register() -> None:
    """Have every page show these lines."""
    for provider in (late_lines, _lines):
        if provider not in line_providers:
            line_providers.append(provider)
