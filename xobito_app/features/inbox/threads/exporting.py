"""A whole thread for keeping elsewhere, read in windows from its beginning."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.paging import Page
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.log import record_thread
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import positions, timeline
from xobito_app.features.inbox.threads.threads import get_visible, load_lines


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
    branches = positions.of_thread(actor.workspace_id, thread.id)
    page = await positions.oldest(session, branches, cursor, limit)
    wanted = [row_id for _, row_id in page.rows]
    found = await timeline.load_entries(session, actor.workspace_id, wanted)
    return Page(tuple(found[row_id] for row_id in wanted if row_id in found), page.cursor)
