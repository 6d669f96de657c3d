"""What a contact has in the inbox, for the contact's own page: within the reader's sight."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import shorten
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import TimelineEntry
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import ThreadLine
from xobito_app.features.inbox.threads.threads import load_lines, visibility_condition
from xobito_app.models.inbox import Conversation, Direction, Message

MOST_THREADS = 50


async def list_threads_of(
    session: AsyncSession, actor: Actor, *, contact_id: UUID
) -> list[ThreadLine]:
    """Return the threads with a contact the actor may see, newest activity first.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    await contacts.get_contact(session, actor.workspace_id, contact_id)
    visibility = ConversationVisibility.of(actor)
    if visibility.is_blind:
        return []
    statement = (
        select(Conversation.id)
        .where(col(Conversation.workspace_id) == actor.workspace_id)
        .where(col(Conversation.contact_id) == contact_id)
        .where(visibility_condition(visibility))
        .order_by(col(Conversation.last_message_at).desc(), col(Conversation.id).desc())
        .limit(MOST_THREADS)
    )
    found = list(await session.exec(statement))
    lines = await load_lines(session, actor.workspace_id, found)
    return [lines[row_id] for row_id in found if row_id in lines]


async def first_and_last(
    session: AsyncSession, actor: Actor, contact_id: UUID
) -> list[TimelineEntry]:
    """Return the first and the last message with a contact among those the actor may see."""
    visibility = ConversationVisibility.of(actor)
    if visibility.is_blind:
        return []
    seen = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(col(Message.workspace_id) == actor.workspace_id)
        .where(col(Message.contact_id) == contact_id)
        .where(col(Message.direction).in_([Direction.IN, Direction.OUT]))
        .where(visibility_condition(visibility))
        .limit(1)
    )
    ends: dict[UUID, Message] = {}
    for order in (
        (col(Message.at), col(Message.id)),
        (col(Message.at).desc(), col(Message.id).desc()),
    ):
        for row in await session.exec(seen.order_by(*order)):
            ends[row.id] = row
    return [
        TimelineEntry(
            "message_in" if row.direction == Direction.IN else "message_out",
            row.at,
            text=shorten(row.body, 160) if row.revoked_at is None else "",
            conversation_id=row.conversation_id,
            id=row.id,
        )
        for row in ends.values()
    ]
