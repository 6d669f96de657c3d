"""What was forgotten: messages in a dead worker's hand, due ones nobody was told of."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.composing.outgoing import lead
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.sending.dispatch import Dispatcher
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.persistence.unit_of_work import announce, unit_of_work

BATCH = 500
CLOSED_MEANWHILE = "The 24-hour window had closed when this was due. Send a template instead."


async def sweep(workspace_id: UUID) -> None:
    """Settle lost messages, queue those whose time has come, and wake workers for what waits."""
    async with unit_of_work(workspace_id) as uow:
        messages = MessageRepository(uow.session, workspace_id)
        due = await messages.all(
            messages.scoped()
            .where(col(Message.status) == MessageStatus.SCHEDULED)
            .where(col(Message.due_at) <= clock.now())
            .order_by(col(Message.due_at))
            .limit(BATCH)
        )
    if due:
        await _queue_due(workspace_id, [message.id for message in due])
    await Dispatcher(workspace_id).sweep()


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
