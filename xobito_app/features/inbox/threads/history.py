"""What was written with a contact, and how far a message has come, for other systems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.errors import NotFound
from xobito_app.core.permissions import Actor
from xobito_app.core.views import taken_from
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox.repository import MediaRepository, MessageRepository
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import SentEntry
from xobito_app.features.inbox.threads import positions, sent_entries, threads
from xobito_app.models.connection import Number
from xobito_app.models.inbox import Conversation, Direction, Media, Message, MessageStatus

_SHOWN = (Direction.IN, Direction.OUT)
_DELIVERY = {
    MessageStatus.SENT: "sent",
    MessageStatus.DELIVERED: "delivered",
    MessageStatus.READ: "read",
    MessageStatus.FAILED: "failed",
    MessageStatus.CANCELLED: "failed",
    MessageStatus.UNRESOLVED: "unresolved",
}
CANCELLED = "It was cancelled before it was sent."


@dataclass(frozen=True, slots=True)
class Written:
    """One message of either side.

    Attributes:
        delivery_status: pending, sent, delivered, read, failed or unresolved; empty for
            incoming ones.
        changed_at: When its status was last heard of.
    """

    id: UUID
    wamid: str
    conversation_id: UUID
    contact_id: UUID
    is_incoming: bool
    kind: str
    text: str
    mime: str
    filename: str
    delivery_status: str
    error: str
    source: str
    author: str
    at: datetime
    changed_at: datetime


async def list_written(
    session: AsyncSession,
    actor: Actor,
    *,
    contact_id: UUID,
    page: int = 1,
    per_page: int = 15,
    cursor: str | None = None,
) -> paging.Page[Written]:
    """Return messages with a contact, oldest first: a numbered page, or a window of a walk.

    Raises:
        NotFound: The workspace has no such contact.
        Invalid: The cursor is damaged.
    """
    await contacts.get_contact(session, actor.workspace_id, contact_id)
    branches = _of_contact(actor, contact_id)
    if cursor is None:
        found = await positions.numbered(session, branches, page, per_page)
    else:
        found = await positions.oldest(session, branches, cursor, per_page)
    wanted = [row_id for _, row_id in found.rows]
    rows = await MessageRepository(session, actor.workspace_id).list_by_ids(wanted)
    written = {one.id: one for one in await _dress(session, actor, list(rows.values()))}
    elsewhere = set(wanted) - rows.keys()
    written |= {one.id: one for one in await _dress_sent(session, actor, elsewhere)}
    shown = tuple(written[row_id] for row_id in wanted if row_id in written)
    return paging.Page(shown, found.cursor, found.total)


def _of_contact(actor: Actor, contact_id: UUID) -> list[positions.Branch]:
    threads_of_it = and_(
        col(Conversation.workspace_id) == actor.workspace_id,
        col(Conversation.contact_id) == contact_id,
        threads.visibility_condition(ConversationVisibility.of(actor)),
    )
    # By thread, as the index of messages goes.
    visible = select(Conversation.id).where(threads_of_it)
    own = [col(Message.conversation_id).in_(visible), col(Message.direction).in_(_SHOWN)]
    return positions.of_threads(actor.workspace_id, own, threads_of_it)


async def read_written(session: AsyncSession, actor: Actor, reference: str) -> Written:
    """Return an outgoing message by our id or by `wamid`.

    Raises:
        NotFound: There is none, or its thread is out of sight.
    """
    messages = MessageRepository(session, actor.workspace_id)
    wanted = messages.scoped().where(col(Message.direction) == Direction.OUT)
    try:
        named = col(Message.id) == UUID(reference)
    except ValueError:
        # PostgreSQL's text has no NUL.
        named = and_(
            col(Message.wamid) == reference.replace("\0", ""),
            col(Message.number_id).in_(
                select(Number.id).where(col(Number.workspace_id) == actor.workspace_id)
            ),
        )
    rows = await messages.all(wanted.where(named).limit(1))
    written = await (
        _dress(session, actor, rows) if rows else _find_sent(session, actor, reference)
    )
    if not written:
        raise NotFound(messages.missing)
    await threads.get_visible(session, actor, written[0].conversation_id)
    return written[0]


async def _find_sent(session: AsyncSession, actor: Actor, reference: str) -> tuple[Written, ...]:
    """Return what another feature sent, by its id or by the `wamid` it went out under."""
    try:
        entry_ids = {UUID(reference)}
    except ValueError:
        numbers = await session.exec(
            select(Number.id).where(col(Number.workspace_id) == actor.workspace_id)
        )
        wamid = reference.replace("\0", "")
        pairs = {(number_id, wamid) for number_id in numbers}
        found = await sent_entries.find_sent(session, actor.workspace_id, pairs)
        entry_ids = set(found.values())
    return await _dress_sent(session, actor, entry_ids)


async def _dress(
    session: AsyncSession, actor: Actor, rows: Sequence[Message]
) -> tuple[Written, ...]:
    if not rows:
        return ()
    files = MediaRepository(session, actor.workspace_id)
    found = await files.all_any(col(Media.message_id), [row.id for row in rows])
    by_message = {file.message_id: file for file in found}
    return tuple(_written(row, by_message.get(row.id)) for row in rows)


def _written(row: Message, file: Media | None) -> Written:
    is_incoming = row.direction == Direction.IN
    moments = (row.accepted_at, row.sent_at, row.delivered_at, row.read_at, row.failed_at)
    error = row.error_text or (CANCELLED if row.status == MessageStatus.CANCELLED else "")
    return Written(
        id=row.id,
        wamid=row.wamid or "",
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        is_incoming=is_incoming,
        kind=row.kind,
        text="" if row.revoked_at else row.body,
        mime=file.mime if file else "",
        filename=file.filename if file else "",
        delivery_status="" if is_incoming else _DELIVERY.get(MessageStatus(row.status), "pending"),
        error="" if is_incoming else error,
        source=row.origin,
        author=row.author_name,
        at=row.at,
        changed_at=max([row.created_at, *(at for at in moments if at)]),
    )


async def _dress_sent(
    session: AsyncSession, actor: Actor, entry_ids: Collection[UUID]
) -> tuple[Written, ...]:
    sent = await sent_entries.load_sent(session, actor.workspace_id, entry_ids)
    files = await sent_entries.files_of(session, actor.workspace_id, sent)
    return tuple(
        _written_elsewhere(entry, files.get(entry.media_id) if entry.media_id else None)
        for entry in sent
    )


def _written_elsewhere(entry: SentEntry, file: Media | None) -> Written:
    return taken_from(
        entry,
        Written,
        is_incoming=False,
        kind=sent_entries.TEMPLATE,
        text=entry.body,
        mime=file.mime if file else "",
        filename=file.filename if file else "",
        delivery_status=_DELIVERY.get(MessageStatus(entry.status), "pending"),
        error=entry.error_text,
        source=entry.origin,
        author=entry.sender_name,
    )
