"""What was forgotten: messages in a dead worker's hand, due ones nobody was told of."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, or_

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.composing.outgoing import lead
from xobito_app.features.inbox.job_types import OUTBOUND_SEND
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.sending import send_results
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work

LOST_AFTER = timedelta(seconds=90)
"""Longer than any exchange with Meta lasts: whoever had the message in hand is gone."""
BATCH = 500
CLOSED_MEANWHILE = "The 24-hour window had closed when this was due. Send a template instead."


async def sweep(workspace_id: UUID) -> None:
    """Settle lost messages, queue those whose time has come, and wake workers for what waits."""
    before = clock.now() - LOST_AFTER
    async with unit_of_work(workspace_id) as uow:
        messages = MessageRepository(uow.session, workspace_id)
        lost = await messages.all(
            messages.scoped()
            .where(col(Message.status) == MessageStatus.SENDING)
            .where(col(Message.claimed_at) <= before)
            .limit(BATCH)
        )
        due = await messages.all(
            messages.scoped()
            .where(col(Message.status) == MessageStatus.SCHEDULED)
            .where(col(Message.due_at) <= clock.now())
            .order_by(col(Message.due_at))
            .limit(BATCH)
        )
        waiting = await messages.all(
            messages.scoped()
            .where(col(Message.status) == MessageStatus.QUEUED)
            .where(or_(col(Message.due_at).is_(None), col(Message.due_at) <= clock.now()))
            .limit(1)
        )
        if waiting:
            enqueue(uow.session, OUTBOUND_SEND, workspace_id)
    if lost:
        await send_results.lose(workspace_id, [message.id for message in lost], before)
    if due:
        await _queue_due(workspace_id, [message.id for message in due])


async def _queue_due(workspace_id: UUID, message_ids: list[UUID]) -> None:
    """Queue scheduled messages now; one whose reply window has closed fails instead."""
    async with unit_of_work(workspace_id) as uow:
        messages = MessageRepository(uow.session, workspace_id)
        locked = await messages.lock_many(message_ids)
        threads = await ConversationRepository(uow.session, workspace_id).list_by_ids(
            list({message.conversation_id for message in locked.values()})
        )
        now = clock.now()
        changed = []
        for message in sorted(locked.values(), key=lambda m: (m.due_at or now, m.id)):
            if message.status != MessageStatus.SCHEDULED:
                continue
            thread = threads[message.conversation_id]
            message.at = clock.business_now()
            message.due_at = None
            if message.kind == "template" or rules.is_within_window(
                thread.last_msg_time, message.at
            ):
                message.status = MessageStatus.QUEUED
                lead(thread, message)
                uow.session.add(thread)
            else:
                message.status = MessageStatus.FAILED
                message.failed_at = now
                message.error_text = CLOSED_MEANWHILE
            announce(uow.session, workspace_id, Topic.CONVERSATION, thread.id)
            uow.session.add(message)
            changed.append(message)
        await message_updates.show(uow.session, workspace_id, changed)
        enqueue(uow.session, OUTBOUND_SEND, workspace_id)
