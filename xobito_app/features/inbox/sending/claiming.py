"""Taking queued messages in hand: the oldest of each thread, everything needed to send it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.features.connection import service as connection_service
from xobito_app.features.contacts import service as people
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.repository import (
    ConversationRepository,
    MediaRepository,
    MessageRepository,
)
from xobito_app.features.inbox.sending import limiter
from xobito_app.features.inbox.sending.send_results import Claim
from xobito_app.models.connection import Connection, ConnectionState, Number
from xobito_app.models.inbox import Media, Message, MessageStatus
from xobito_app.persistence.arrays import none_of
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.payloads import Recipient


@dataclass(slots=True)
class ClaimedMessage:
    """A message in hand with all it takes to send it.

    Attributes:
        claim: Changes when it is held for longer.
        recipient: None when it must not be sent after all.
        refusal: Why it must not; empty when it may.
        is_cancelled: The refusal is no failure: the account was disconnected meanwhile.
    """

    claim: Claim
    message: Message
    number: Number
    connection: Connection
    recipient: Recipient | None
    files: tuple[Media, ...]
    refusal: str
    is_cancelled: bool

    @property
    def rate(self) -> float:
        """Messages a second the number may send."""
        return limiter.rate_of(
            self.number.throughput_level, is_on_biz_app=self.number.is_on_biz_app
        )


async def claim(
    workspace_id: UUID, limit: int, *, paused: Collection[UUID] = ()
) -> list[ClaimedMessage]:
    """Take up to `limit` due messages in hand, at most one of each thread.

    A thread whose message is on its way is passed over, so that messages leave in order.

    Args:
        workspace_id: Whose messages.
        limit: How many.
        resting: Numbers that must not send right now.
    """
    async with unit_of_work(workspace_id) as uow:
        now = clock.now()
        messages = MessageRepository(uow.session, workspace_id)
        other = aliased(Message)
        ahead = (
            select(other.id)
            .where(col(other.workspace_id) == workspace_id)
            .where(col(other.conversation_id) == col(Message.conversation_id))
            .where(
                or_(
                    col(other.status) == MessageStatus.SENDING,
                    (col(other.status) == MessageStatus.QUEUED)
                    & (
                        tuple_(col(other.at), col(other.id))
                        < tuple_(col(Message.at), col(Message.id))
                    ),
                )
            )
        )
        statement = (
            messages.scoped()
            .where(col(Message.status) == MessageStatus.QUEUED)
            .where(or_(col(Message.due_at).is_(None), col(Message.due_at) <= now))
            .where(~ahead.exists())
        )
        if paused:
            statement = statement.where(none_of(col(Message.number_id), paused))
        rows = await messages.all(
            statement.order_by(col(Message.at), col(Message.id))
            .limit(limit)
            # No lock on the thread is taken while these are held, and none is waited for.
            .with_for_update(skip_locked=True)
        )
        for message in rows:
            message.status = MessageStatus.SENDING
            message.claimed_at = now
            message.attempts += 1
            uow.session.add(message)
        return await _pack(uow.session, workspace_id, rows, now) if rows else []


async def _pack(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Message], now: datetime
) -> list[ClaimedMessage]:
    lines = await connection_service.lines_of(
        session, workspace_id, [row.number_id for row in rows]
    )
    threads = await ConversationRepository(session, workspace_id).list_by_ids(
        [row.conversation_id for row in rows]
    )
    contacts = await people.list_by_ids(session, workspace_id, [row.contact_id for row in rows])
    nameless = [contact.id for contact in contacts.values() if not contact.phone]
    user_ids = await people.user_ids_of(session, workspace_id, nameless)
    wanted = {media_id for row in rows for media_id in stored_payload.media_ids(row.content)}
    files = await MediaRepository(session, workspace_id).list_by_ids(list(wanted))
    claimed_rows = []
    for row in rows:
        number, connection = lines[row.number_id]
        contact = contacts.get(row.contact_id)
        recipient, refusal = None, ""
        is_connected = connection.state == ConnectionState.CONNECTED
        if not is_connected:
            refusal = "The WhatsApp number was disconnected before this was sent."
        elif row.kind != "template" and not rules.is_within_window(
            threads[row.conversation_id].last_msg_time, clock.business_now()
        ):
            refusal = "The 24-hour window closed before this was sent. Send a template instead."
        else:
            try:
                recipient = Recipient(
                    phone=contact.phone if contact else None,
                    user_id=user_ids.get(row.contact_id),
                )
            except AppError as error:
                refusal = error.message
        claimed_rows.append(
            ClaimedMessage(
                claim=Claim(workspace_id, row.id, now),
                message=row,
                number=number,
                connection=connection,
                recipient=recipient,
                files=tuple(
                    f for i in stored_payload.media_ids(row.content) if (f := files.get(i))
                ),
                refusal=refusal,
                is_cancelled=not is_connected,
            )
        )
    return claimed_rows


async def oldest_queued(session: AsyncSession, workspace_id: UUID) -> datetime | None:
    """Return when the oldest message that waits to be sent was written."""
    statement = (
        select(func.min(Message.created_at))
        .where(col(Message.workspace_id) == workspace_id)
        .where(col(Message.status) == MessageStatus.QUEUED)
    )
    return (await session.exec(statement)).one()
