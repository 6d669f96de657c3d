"""What people do with threads beside writing to customers: assign, close, snooze, note, read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.events import ConversationAssigned, Topic, publish
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean
from xobito_app.features.inbox.job_types import READ_RECEIPT
from xobito_app.features.inbox.log import record_thread
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.inbox.threads import mentions
from xobito_app.features.inbox.threads.alerts import alert_of_assignment
from xobito_app.features.inbox.threads.bots import leave_to_people
from xobito_app.features.inbox.threads.local_times import time_zone_of
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.inbox import (
    Conversation,
    ConversationRead,
    ConversationStatus,
    Direction,
    Message,
    MessageStatus,
)
from xobito_app.persistence.unit_of_work import announce, enqueue

NOTE_LIMIT = 4096
LONGEST_SNOOZE = timedelta(days=90)


def add_event(session: AsyncSession, actor: Actor, thread: Conversation, sentence: str) -> None:
    """Leave a line in the thread about what happened to it."""
    entry = _entry(actor, thread, Direction.EVENT, "event", sentence)
    session.add(entry)
    announce(session, actor.workspace_id, Topic.MESSAGE, thread.id, entry.id)
    announce(session, actor.workspace_id, Topic.CONVERSATION, thread.id)


def _entry(
    actor: Actor, thread: Conversation, direction: Direction, kind: str, body: str
) -> Message:
    return Message(
        id=ids.new(),
        workspace_id=thread.workspace_id,
        conversation_id=thread.id,
        number_id=thread.number_id,
        contact_id=thread.contact_id,
        direction=direction,
        kind=kind,
        body=body,
        status=MessageStatus.RECEIVED,
        author_id=actor.user_id,
        author_name=actor.name,
        at=clock.business_now(),
    )


async def assign(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, assignee_id: UUID | None
) -> None:
    """Give a thread to a person, or to nobody.

    Raises:
        Forbidden: The actor may not assign.
        NotFound: The thread is out of sight, or the person is not an active member.
    """
    require(actor, Permission.INBOX_ASSIGN)
    thread = await get_visible(session, actor, conversation_id, lock=True)
    if thread.assignee_id == assignee_id:
        return
    name = (
        await workspaces.member_name(session, actor.workspace_id, assignee_id)
        if assignee_id
        else ""
    )
    thread.assignee_id = assignee_id
    session.add(thread)
    if assignee_id is None:
        sentence = f"{actor.name} unassigned this chat"
    elif assignee_id == actor.user_id:
        sentence = f"{actor.name} took this chat"
    else:
        sentence = f"{actor.name} assigned this chat to {name}"
    add_event(session, actor, thread, sentence)
    if assignee_id is not None:
        await leave_to_people(session, actor, thread)
    await record_thread(session, actor, "conversation.assigned", thread, to=name)
    if assignee_id is not None and assignee_id != actor.user_id:
        alert_of_assignment(session, thread.workspace_id, thread.id, assignee_id)
    await publish(session, ConversationAssigned(thread.workspace_id, thread.id, assignee_id))


async def close(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Close a thread; the customer's next message opens it again.

    Raises:
        Forbidden: The actor may not reply, which closing is part of.
        NotFound: The thread is out of sight.
    """
    require(actor, Permission.INBOX_REPLY)
    thread = await get_visible(session, actor, conversation_id, lock=True)
    if thread.status == ConversationStatus.CLOSED:
        return
    _move(thread, ConversationStatus.CLOSED)
    thread.closed_at = clock.now()
    session.add(thread)
    add_event(session, actor, thread, f"{actor.name} closed this chat")
    await record_thread(session, actor, "conversation.closed", thread)


async def reopen(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Open a closed or snoozed thread.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of sight.
    """
    require(actor, Permission.INBOX_REPLY)
    thread = await get_visible(session, actor, conversation_id, lock=True)
    if thread.status == ConversationStatus.OPEN:
        return
    _move(thread, ConversationStatus.OPEN)
    session.add(thread)
    add_event(session, actor, thread, f"{actor.name} reopened this chat")
    await record_thread(session, actor, "conversation.reopened", thread)


async def snooze(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, until: datetime
) -> None:
    """Put a thread aside until a moment, or until the customer writes.

    Raises:
        Invalid: The moment is past, or more than 90 days away.
        NotFound: The thread is out of sight.
    """
    require(actor, Permission.INBOX_REPLY)
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid("Choose a time between now and 90 days from now.")
    thread = await get_visible(session, actor, conversation_id, lock=True)
    _move(thread, ConversationStatus.SNOOZED)
    thread.snoozed_until = until
    session.add(thread)
    local = until.astimezone(ZoneInfo(await time_zone_of(session, actor)))
    add_event(
        session, actor, thread, f"{actor.name} snoozed this chat until {local:%a %-d %b, %H:%M}"
    )
    await record_thread(session, actor, "conversation.snoozed", thread, until=until.isoformat())


def _move(thread: Conversation, status: ConversationStatus) -> None:
    thread.status = status
    thread.snoozed_until = thread.closed_at = None


async def add_note(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, body: str, key: str
) -> UUID:
    """Leave a private note in a thread; a repeated call with the same key adds nothing.

    Colleagues called by name, like `@Ana Ruiz`, find it on their list of mentions.

    Raises:
        Invalid: It is empty or longer than 4096 characters.
        NotFound: The thread is out of sight.
    """
    require(actor, Permission.INBOX_NOTE)
    text = clean(body)
    if not text:
        raise Invalid("Write the note first.")
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"A note holds at most {NOTE_LIMIT} characters.")
    thread = await get_visible(session, actor, conversation_id)
    note = _entry(actor, thread, Direction.NOTE, "note", text)
    called = await mentions.called_in(session, actor, text)
    if called:
        note.content = {"mentions": list(called)}
    inserted = await session.exec(
        insert(Message)
        .values({**note.model_dump(), "client_key": key[:64] or None})
        .on_conflict_do_nothing()
        .returning(col(Message.id))
    )
    if inserted.first():
        mentions.remember(session, actor, note, called)
        announce(session, actor.workspace_id, Topic.MESSAGE, thread.id, note.id)
        await record_thread(session, actor, "conversation.noted", thread)
    return note.id


async def mark_read(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, shown: Collection[UUID] | None
) -> bool:
    """Remember that the actor has seen a thread; tell whether that is news.

    The customer's ticks turn blue with the first person who reads.

    Args:
        shown: The entries before the actor's eyes. What is newer and not among them stays unread:
            it came after the screen was read. None means everything there is.

    Raises:
        NotFound: The thread is out of sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    count: int | None = thread.inbound_count
    if shown is not None:
        count = await MessageRepository(session, actor.workspace_id).count_seen(thread.id, shown)
    if count is None or not await _see(session, actor, thread, count, only_more=True):
        return False
    announce(session, actor.workspace_id, Topic.CONVERSATION, thread.id)
    if actor.can(Permission.INBOX_REPLY):
        enqueue(session, READ_RECEIPT, actor.workspace_id, thread.id)
    return True


async def mark_unread(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Let the newest message of the customer count as unread again for the actor.

    Raises:
        NotFound: The thread is out of sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    await _see(session, actor, thread, max(0, thread.inbound_count - 1), only_more=False)
    announce(session, actor.workspace_id, Topic.CONVERSATION, thread.id)


async def _see(
    session: AsyncSession, actor: Actor, thread: Conversation, count: int, *, only_more: bool
) -> bool:
    if actor.user_id is None:
        return False
    statement = insert(ConversationRead).values(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        conversation_id=thread.id,
        seen_count=count,
        read_at=clock.now(),
    )
    known = col(ConversationRead.seen_count)
    changed = await session.exec(
        statement.on_conflict_do_update(
            index_elements=["user_id", "conversation_id"],
            set_={"seen_count": count, "read_at": clock.now()},
            # Another tab of the same person may have shown more already.
            where=known < count if only_more else known != count,
        ).returning(known)
    )
    return changed.first() is not None
