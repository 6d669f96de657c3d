"""Sending later: when that is in the workspace's time zone, and whether WhatsApp will take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict
from xobito_app.core.permissions import Actor
from xobito_app.core.text import clean
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.composing.outgoing import check_due, check_window, lock_outgoing
from xobito_app.features.inbox.log import record_message
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import timeline
from xobito_app.features.inbox.threads.local_times import read_local, time_zone_of
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.whatsapp import limits, payloads

MOST_SCHEDULED = 50


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a moment means for a thread.

    Attributes:
        closes_at: When free replies end, by the clock of this machine; None when they have.
        is_open_then: Whether a free reply may still be sent at that moment.
    """

    due_at: datetime
    time_zone: str
    closes_at: datetime | None
    is_open_then: bool


async def look_ahead(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, local: str
) -> Outlook:
    """Tell what sending at a wall-clock time of the workspace would mean.

    Raises:
        NotFound: The thread is out of the actor's sight.
        Invalid: It is no time, past, or more than 90 days away.
    """
    thread = await get_visible(session, actor, conversation_id)
    zone = await time_zone_of(session, actor)
    due_at = read_local(local, zone)
    check_due(due_at)
    closes_at = rules.window_closes_at(thread.last_msg_time)
    is_closed = not rules.is_within_window(thread.last_msg_time, clock.business_now())
    return Outlook(
        due_at=due_at,
        time_zone=zone,
        closes_at=None if closes_at is None or is_closed else closes_at - clock.simulated_offset(),
        is_open_then=rules.is_within_window(
            thread.last_msg_time, due_at + clock.simulated_offset()
        ),
    )


async def list_scheduled(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID
) -> Sequence[EntryView]:
    """Return the messages of a thread that wait for their time, the next one first.

    Raises:
        NotFound: The thread is out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    messages = MessageRepository(session, actor.workspace_id)
    rows = await messages.all(
        messages.scoped()
        .where(col(Message.conversation_id) == thread.id)
        .where(col(Message.status) == MessageStatus.SCHEDULED)
        .order_by(col(Message.due_at), col(Message.id))
        .limit(MOST_SCHEDULED)
    )
    entries = await timeline.load_entries(session, actor.workspace_id, [row.id for row in rows])
    return [entries[row.id] for row in rows]


async def change_scheduled(
    session: AsyncSession, actor: Actor, *, message_id: UUID, local: str, body: str = ""
) -> None:
    """Give a scheduled message another time and, when it is a plain text, other words.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Conflict: It has left already.
        Invalid: The time is impossible, the window will be closed then, or the text is empty
            or too long.
    """
    message = await lock_outgoing(session, actor, message_id)
    if message.status != MessageStatus.SCHEDULED:
        raise Conflict("This message is no longer waiting for its time.")
    due_at = read_local(local, await time_zone_of(session, actor))
    check_due(due_at)
    threads = ConversationRepository(session, actor.workspace_id)
    thread = await threads.get(message.conversation_id)
    check_window(thread, due_at, is_template=message.kind == "template")
    message.due_at = due_at
    messages = MessageRepository(session, actor.workspace_id)
    if message.kind == "text":
        words = clean(body)
        payloads.required("body", words, limits.TEXT_BODY, "The message", "text.body")
        message.body = words
        await messages.index_words([(message.id, message.at, words)])
    session.add(message)
    await message_updates.show(session, actor.workspace_id, [message])
    await record_message(session, actor, "message.rescheduled", message)
