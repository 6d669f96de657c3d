"""Giving one contact's threads to another, and giving them back exactly as they were."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.features.inbox.repository import ConversationRepository
from xobito_app.models.inbox import (
    Conversation,
    ConversationRead,
    ConversationStatus,
    Media,
    Mention,
    Message,
)
from xobito_app.persistence.arrays import any_of, chunks
from xobito_app.persistence.snapshots import Document, fields_of, restore, row_of, values_of
from xobito_app.persistence.unit_of_work import announce

_LAST = (
    "last_message_at",
    "last_preview",
    "last_kind",
    "last_direction",
    "last_status",
    "last_message_id",
)
"""What a thread knows of its newest entry; it changes hands as one."""
_JOINED = ("status", "assignee_id", "snoozed_until", "closed_at", "last_msg_time", *_LAST)


async def count_of(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID
) -> Mapping[str, int]:
    """Return how many threads and entries there are with a contact."""
    threads = await _threads_of(session, workspace_id, contact_id)
    entries = await session.exec(
        select(Message.id)
        .where(col(Message.workspace_id) == workspace_id)
        .where(col(Message.contact_id) == contact_id)
    )
    return {"threads": len(threads), "messages": len(entries.all())}


async def move_threads(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID
) -> Document:
    """Give all threads of one contact to another.

    On a number where both have one, the entries go into the kept contact's and the other thread
    ends: there is one thread for a number and a contact.

    Returns:
        What `give_back` needs, as JSON.
    """
    # Contacts first lock their threads in one order: no two merges wait for each other.
    kept = {row.number_id: row for row in await _threads_of(session, workspace_id, keep_id)}
    moved: list[Document] = []
    for thread in await _threads_of(session, workspace_id, drop_id):
        into = kept.get(thread.number_id)
        if into is None:
            moved.append({"thread_id": str(thread.id)})
            thread.contact_id = keep_id
            session.add(thread)
            await _set_contact(session, thread, keep_id)
        else:
            moved.append(await _join(session, thread, into))
        for changed in (thread, into):
            if changed is not None:
                announce(session, workspace_id, Topic.CONVERSATION, changed.id)
                announce(session, workspace_id, Topic.MESSAGE, changed.id)
    return {"threads": moved}


async def give_back(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID, moved: Document
) -> None:
    """Undo `move_threads`; what happened to the kept threads since stays with them."""
    conversations = ConversationRepository(session, workspace_id)
    wanted = [UUID(record["thread_id"]) for record in moved["threads"] if "into" not in record]
    whole = await conversations.lock_many(wanted)
    for thread in whole.values():
        thread.contact_id = drop_id
        session.add(thread)
        await _set_contact(session, thread, drop_id)
        announce(session, workspace_id, Topic.CONVERSATION, thread.id)
    for record in moved["threads"]:
        if "into" in record:
            await _part(session, workspace_id, keep_id, drop_id, record)


async def _threads_of(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID
) -> Sequence[Conversation]:
    conversations = ConversationRepository(session, workspace_id)
    return await conversations.all(
        conversations.scoped()
        .where(col(Conversation.contact_id) == contact_id)
        .order_by(col(Conversation.id))
        .with_for_update()
    )


async def _set_contact(session: AsyncSession, thread: Conversation, contact_id: UUID) -> None:
    await session.exec(
        update(Message)
        .where(col(Message.workspace_id) == thread.workspace_id)
        .where(col(Message.conversation_id) == thread.id)
        .values(contact_id=contact_id)
        .execution_options(synchronize_session=False)
    )


async def _join(session: AsyncSession, thread: Conversation, into: Conversation) -> Document:
    """Pour a thread into another and note everything that changed."""
    workspace_id = thread.workspace_id
    message_ids = await _ids(session, Message, workspace_id, thread.id)
    media_ids = await _ids(session, Media, workspace_id, thread.id)
    reads = await _reads(session, workspace_id, [thread.id, into.id])
    before = fields_of(into, _JOINED)
    record: Document = {
        "thread_id": str(thread.id),
        "into": str(into.id),
        "thread": row_of(thread),
        "messages": [str(row_id) for row_id in message_ids],
        "media": [str(row_id) for row_id in media_ids],
        "reads": [
            {
                "user_id": str(user_id),
                "seen": read.seen_count,
                "read_at": read.read_at.isoformat(),
                "was_new": (user_id, into.id) not in reads,
            }
            for (user_id, conversation_id), read in reads.items()
            if conversation_id == thread.id
        ],
        "before": before,
    }
    await _rehome(session, workspace_id, message_ids, media_ids, into.id, into.contact_id)
    _take_over(into, thread)
    for (user_id, conversation_id), read in reads.items():
        if conversation_id != thread.id:
            continue
        known = reads.get((user_id, into.id))
        if known is None:
            session.add(
                ConversationRead(
                    workspace_id=workspace_id,
                    user_id=user_id,
                    conversation_id=into.id,
                    seen_count=read.seen_count,
                    read_at=read.read_at,
                )
            )
        else:
            known.seen_count += read.seen_count
            session.add(known)
    record["after"] = fields_of(into, _JOINED)
    session.add(into)
    await session.flush()
    await session.delete(thread)
    await session.flush()
    return record


def _take_over(into: Conversation, thread: Conversation) -> None:
    """Let the joined thread stand where the livelier of the two stood."""
    into.inbound_count += thread.inbound_count
    if thread.last_message_at > into.last_message_at:
        for name in _LAST:
            setattr(into, name, getattr(thread, name))
    if thread.last_msg_time and (
        into.last_msg_time is None or thread.last_msg_time > into.last_msg_time
    ):
        into.last_msg_time = thread.last_msg_time
    into.assignee_id = into.assignee_id or thread.assignee_id
    if ConversationStatus.OPEN in (into.status, thread.status):
        into.status, into.closed_at, into.snoozed_until = ConversationStatus.OPEN, None, None


async def _part(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID, record: Document
) -> None:
    """Take a poured thread out again."""
    thread = Conversation(**values_of(Conversation, record["thread"]))
    thread.contact_id = drop_id
    session.add(thread)
    await session.flush()
    message_ids = [UUID(row_id) for row_id in record["messages"]]
    media_ids = [UUID(row_id) for row_id in record["media"]]
    await _rehome(session, workspace_id, message_ids, media_ids, thread.id, drop_id)
    into_id = UUID(record["into"])
    into = (await ConversationRepository(session, workspace_id).lock_many([into_id])).get(into_id)
    if into is not None and into.contact_id == keep_id:
        into.inbound_count = max(0, into.inbound_count - thread.inbound_count)
        restore(into, record["before"], record["after"])
        session.add(into)
    reads = await _reads(session, workspace_id, [into_id])
    for read in record["reads"]:
        user_id = UUID(read["user_id"])
        session.add(
            ConversationRead(
                workspace_id=workspace_id,
                user_id=user_id,
                conversation_id=thread.id,
                seen_count=read["seen"],
                read_at=datetime.fromisoformat(read["read_at"]),
            )
        )
        known = reads.get((user_id, into_id))
        if known is None:
            continue
        known.seen_count = max(0, known.seen_count - read["seen"])
        if read["was_new"] and not known.seen_count:
            await session.delete(known)
        else:
            session.add(known)
    await session.flush()
    for changed in (thread.id, into_id):
        announce(session, workspace_id, Topic.CONVERSATION, changed)
        announce(session, workspace_id, Topic.MESSAGE, changed)


async def _ids(
    session: AsyncSession, table: type[Message] | type[Media], workspace_id: UUID, thread_id: UUID
) -> list[UUID]:
    statement = (
        select(table.id)
        .where(col(table.workspace_id) == workspace_id)
        .where(col(table.conversation_id) == thread_id)
        .order_by(col(table.id))
    )
    return list(await session.exec(statement))


async def _rehome(
    session: AsyncSession,
    workspace_id: UUID,
    message_ids: Collection[UUID],
    media_ids: Collection[UUID],
    thread_id: UUID,
    contact_id: UUID,
) -> None:
    for table, row_ids, values in (
        (Message, message_ids, {"conversation_id": thread_id, "contact_id": contact_id}),
        (Media, media_ids, {"conversation_id": thread_id}),
    ):
        for some in chunks(row_ids):
            await session.exec(
                update(table)
                .where(col(table.workspace_id) == workspace_id, any_of(col(table.id), some))
                .values(**values)
                .execution_options(synchronize_session=False)
            )
    for some in chunks(message_ids):
        await session.exec(
            update(Mention)
            .where(col(Mention.workspace_id) == workspace_id)
            .where(any_of(col(Mention.message_id), some))
            .values(conversation_id=thread_id)
            .execution_options(synchronize_session=False)
        )


async def _reads(
    session: AsyncSession, workspace_id: UUID, thread_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], ConversationRead]:
    rows = await session.exec(
        select(ConversationRead)
        .where(col(ConversationRead.workspace_id) == workspace_id)
        .where(any_of(col(ConversationRead.conversation_id), thread_ids))
    )
    return {(row.user_id, row.conversation_id): row for row in rows}
