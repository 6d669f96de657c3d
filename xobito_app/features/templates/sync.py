"""Taking over templates from Meta, which owns them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import AccountConnected, Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connection_service
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.templates import history
from xobito_app.features.templates.history import News
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.models.connection import Connection
from xobito_app.models.templates import DRAFT, Pause, Submission, Template
from xobito_app.persistence.arrays import CHUNK, chunks
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp import coerce, templates as meta


async def sync_templates(workspace_id: UUID) -> int:
    """Fetch all templates of a workspace's accounts and take them over; return how many.

    Raises:
        GraphError: Meta refuses, with its reason.
        Unavailable: Meta cannot be reached right now.
    """
    async with unit_of_work(workspace_id) as uow:
        connected = await connection_service.list_connected(uow.session, workspace_id)
    count = 0
    for connection in connected:
        asked_at = clock.now()
        client = await client_for(connection)
        listed = await client.list_templates(credentials_of(connection), connection.waba_id)
        async with unit_of_work(workspace_id) as uow:
            # The lock keeps two syncs of one account from inserting the same template.
            current = await connection_service.lock_connected(
                uow.session, workspace_id, connection.id
            )
            if current:
                count += await take_templates(uow.session, current, listed, asked_at=asked_at)
    return count


async def sync_now(actor: Actor) -> int:
    """Sync because a person asked for it; return how many templates there are.

    Raises:
        Forbidden: The actor may not sync templates.
        Invalid: Nothing is connected.
    """
    require(actor, Permission.TEMPLATES_SYNC)
    async with unit_of_work(actor.workspace_id) as uow:
        if not await connection_service.list_connected(uow.session, actor.workspace_id):
            raise Invalid("Connect WhatsApp first: templates come from there.")
    count = await sync_templates(actor.workspace_id)
    async with unit_of_work(actor.workspace_id) as uow:
        activity.record(uow.session, actor, "templates.synced", about="template", count=count)
    return count


async def on_connected(session: AsyncSession, event: AccountConnected) -> None:
    """Take over the templates of an account that was just connected."""
    connection = await connection_service.lock_connected(
        session, event.workspace_id, event.connection_id
    )
    if connection:
        await take_templates(session, connection, event.templates)


async def take_templates(
    session: AsyncSession,
    connection: Connection,
    listed: Sequence[dict[str, Any]],
    *,
    asked_at: datetime | None = None,
) -> int:
    """Write what Meta lists: new ones, changed ones; what is no longer listed is marked gone.

    Args:
        session: Where it is written.
        connection: Whose templates they are.
        listed: All of them: a half list would mark the others gone.
        asked_at: When Meta was asked; what was submitted after that cannot be listed.
    """
    now = clock.now()
    read = _by_key(listed)
    for some in chunks(list(read), CHUNK):
        known = await _known(session, connection, [name for name, _ in some])
        for key in some:
            row = known.get(key) or Template(
                workspace_id=connection.workspace_id,
                connection_id=connection.id,
                name=key[0],
                language=key[1],
            )
            await take_listed(session, row, read[key], now)
        await session.flush()
    await _mark_gone(session, connection, now, asked_at or now)
    connection.templates_synced_at = now
    session.add(connection)
    announce(session, connection.workspace_id, Topic.TEMPLATE, "")
    await session.flush()
    return len(read)


def _by_key(listed: Sequence[dict[str, Any]]) -> dict[tuple[str, str], meta.Template]:
    found: dict[tuple[str, str], meta.Template] = {}
    for raw in listed:
        read = meta.Template.of(raw)
        key = (read.name[:512], read.language[:16])
        if all(key):
            found.setdefault(key, read)
    return found


async def _known(
    session: AsyncSession, connection: Connection, names: list[str]
) -> dict[tuple[str, str], Template]:
    """Return our rows by name and language: the one that is there, else the one gone last."""
    rows = await TemplateRepository(session, connection.workspace_id).known(
        connection.id, set(names)
    )
    rows.sort(key=lambda row: (row.gone_at is None, row.status != DRAFT, row.id))
    return {(row.name, row.language): row for row in rows}


async def take_listed(
    session: AsyncSession, row: Template, read: meta.Template, now: datetime
) -> None:
    """Let a template be what Meta says of it; a draft on its way has arrived."""
    is_new = not row.meta_id
    if row.status == DRAFT:
        row.submission, row.draft, row.submit_error = Submission.NONE, {}, ""
    row.meta_id = (read.template_id or "")[:64]
    row.name, row.language = read.name[:512], read.language[:16]
    row.parameter_format = "NAMED" if read.named else "POSITIONAL"
    components = read.raw.get("components")
    row.components = components if isinstance(components, list) else []
    row.source = read.source[:40]
    reason = read.rejected_reason or ""
    row.rejected_reason = reason if read.status == "REJECTED" and reason != "NONE" else ""
    if read.status != "REJECTED":
        row.rejection_advice = ""
    row.previous_category = (
        coerce.text(read.raw.get("previous_category")) or row.previous_category
    )[:40]
    if read.status != "PAUSED":
        row.pause = Pause.NONE
    elif row.pause == Pause.NONE:
        row.pause = Pause.QUALITY
    row.synced_at = row.updated_at = now
    row.gone_at = row.name_blocked_until = None
    session.add(row)
    news = News(status=read.status[:40], category=read.category[:40], quality=read.quality or "")
    if is_new and row.status in {"", DRAFT}:
        # Its history begins with what it is now; nothing about it changed.
        row.status, row.category = news.status, news.category
        row.quality = news.quality[:32] or "UNKNOWN"
        return
    await history.take_news(session, row, news)


async def _mark_gone(
    session: AsyncSession, connection: Connection, now: datetime, asked_at: datetime
) -> None:
    repository = TemplateRepository(session, connection.workspace_id)
    while rows := await repository.list_not_synced(connection.id, now, CHUNK):
        late = [row for row in rows if row.submitted_at and row.submitted_at >= asked_at]
        for row in rows:
            if row in late:
                row.synced_at = now
                session.add(row)
            else:
                await history.mark_gone(session, row, now)
        await session.flush()
