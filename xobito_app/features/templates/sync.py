"""Taking over templates from Meta, which owns them."""

from __future__ import annotations

from collections.abc import Sequence
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
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.models.connection import Connection, Template
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp import templates as meta


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
        client = await client_for(connection)
        credentials = credentials_of(connection)
        listed = [t async for t in client.list_templates(credentials, connection.waba_id)]
        async with unit_of_work(workspace_id) as uow:
            # The lock keeps two syncs of one account from inserting the same template.
            current = await connection_service.lock_connected(
                uow.session, workspace_id, connection.id
            )
            if current:
                count += await take_templates(uow.session, current, listed)
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
    session: AsyncSession, connection: Connection, listed: Sequence[dict[str, Any]]
) -> int:
    """Write what Meta lists: new ones, changed ones; what is no longer listed is marked gone."""
    repository = TemplateRepository(session, connection.workspace_id)
    known = {(t.name, t.language): t for t in await repository.list_of_connection(connection.id)}
    now = clock.now()
    seen: set[tuple[str, str]] = set()
    for raw in listed:
        read = meta.Template.of(raw)
        key = (read.name[:512], read.language[:16])
        if not all(key) or key in seen:
            continue
        seen.add(key)
        template = known.get(key) or Template(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            name=key[0],
            language=key[1],
        )
        template.meta_id = (read.template_id or "")[:64]
        template.category = read.category[:40]
        template.status = read.status[:40]
        template.quality = (read.quality or "UNKNOWN")[:32]
        template.parameter_format = "NAMED" if read.named else "POSITIONAL"
        components = read.raw.get("components")
        template.components = components if isinstance(components, list) else []
        reason = read.rejected_reason or ""
        template.rejected_reason = "" if reason == "NONE" else reason
        template.synced_at = template.updated_at = now
        template.gone_at = None
        session.add(template)
    for key, template in known.items():
        if key not in seen and template.gone_at is None:
            template.gone_at = now
            session.add(template)
    connection.templates_synced_at = now
    session.add(connection)
    announce(session, connection.workspace_id, Topic.TEMPLATE, "")
    await session.flush()
    return len(seen)
