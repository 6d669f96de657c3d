"""A whole thread for keeping elsewhere, read in windows from its beginning."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.paging import Page
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.log import record_thread
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import timeline
from xobito_app.features.inbox.threads.threads import get_visible, load_lines
from xobito_app.models.inbox import Message
from xobito_app.persistence import keyset


@dataclass(frozen=True, slots=True)
class ExportHead:
    """Whose thread it is."""

    name: str
    phone: str


async def begin_export(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> ExportHead:
    """Note in the activity log that a thread is taken out, and return whose it is.

    Raises:
        NotFound: It is missing or out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    line = (await load_lines(session, actor.workspace_id, [thread.id]))[thread.id]
    await record_thread(session, actor, "conversation.exported", thread)
    return ExportHead(line.name, line.phone)


async def page_entries(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, cursor: str, limit: int
) -> Page[EntryView]:
    """Return a window of a thread's entries, oldest first.

    Raises:
        NotFound: It is missing or, by now, out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    messages = MessageRepository(session, actor.workspace_id)
    statement = messages.scoped().where(
        col(Message.conversation_id) == thread.id, col(Message.kind) != rules.REACTION
    )
    if cursor:
        position = paging.decode(cursor)
        statement = statement.where(keyset.after(position, col(Message.at), col(Message.id)))
    rows = await messages.all(statement.order_by(col(Message.at), col(Message.id)).limit(limit + 1))
    page = paging.page_of(rows, limit, lambda row: (row.at, row.id))
    found = await timeline.load_entries(session, actor.workspace_id, [row.id for row in page.rows])
    return Page(tuple(found[row.id] for row in page.rows if row.id in found), page.cursor)
