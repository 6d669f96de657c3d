"""What was written with a contact, and how far a message has come, for other systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.errors import NotFound
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.repository import MediaRepository, MessageRepository
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.threads import threads
from xobito_app.models.connection import Number
from xobito_app.models.inbox import Conversation, Direction, Media, Message, MessageStatus
from xobito_app.persistence import keyset

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
    messages = MessageRepository(session, actor.workspace_id)
    wanted = _of_contact(actor, contact_id)
    statement = messages.scoped().where(*wanted).order_by(col(Message.at), col(Message.id))
    if cursor is not None:
        if cursor:
            position = paging.decode(cursor)
            statement = statement.where(keyset.after(position, col(Message.at), col(Message.id)))
        rows = await messages.all(statement.limit(per_page + 1))
        window = paging.page_of(rows, per_page, lambda row: (row.at, row.id))
        return paging.Page(await _dress(session, actor, window.rows), window.cursor)
    counted = select(func.count()).select_from(Message).where(*wanted)
    total = (await session.exec(counted)).one()
    offset = (page - 1) * per_page
    rows = await messages.all(statement.offset(offset).limit(per_page)) if offset < total else []
    return paging.Page(await _dress(session, actor, rows), total=total)


def _of_contact(actor: Actor, contact_id: UUID) -> list[ColumnElement[bool]]:
    # By thread, as the index of messages goes.
    visible = (
        select(Conversation.id)
        .where(col(Conversation.workspace_id) == actor.workspace_id)
        .where(col(Conversation.contact_id) == contact_id)
        .where(threads.visibility_condition(ConversationVisibility.of(actor)))
    )
    return [
        col(Message.workspace_id) == actor.workspace_id,
        col(Message.conversation_id).in_(visible),
        col(Message.direction).in_(_SHOWN),
        col(Message.kind) != rules.REACTION,
    ]


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
    if not rows:
        raise NotFound(messages.missing)
    await threads.get_visible(session, actor, rows[0].conversation_id)
    return (await _dress(session, actor, rows))[0]


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
