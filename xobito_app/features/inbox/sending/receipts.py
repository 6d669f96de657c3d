"""Telling the customer that somebody has read, and that somebody is typing."""

from __future__ import annotations

import logging
from uuid import UUID

from sqlmodel import col

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.features.connection import service as connection_service
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.composing.message_actions import TYPING
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.threads import threads
from xobito_app.models.connection import ConnectionState
from xobito_app.models.inbox import Direction, Message
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


async def send_receipt(workspace_id: UUID, conversation_id: UUID, also: str = "") -> bool:
    """Mark what somebody has seen of a customer's messages read at Meta; tell if it was done.

    A courtesy: what cannot be told now is told with the next message that is read.

    Args:
        also: `TYPING` shows the customer that somebody is typing.
    """
    async with unit_of_work(workspace_id) as uow:
        session = uow.session
        thread = await ConversationRepository(session, workspace_id).find(conversation_id)
        # Meta takes receipts for 30 days; outside the window nobody waits for one.
        if thread is None or not rules.is_within_window(thread.last_msg_time, clock.business_now()):
            return False
        messages = MessageRepository(session, workspace_id)
        newest = await messages.all(
            messages.scoped()
            .where(col(Message.conversation_id) == conversation_id)
            .where(col(Message.direction) == Direction.IN, col(Message.wamid).startswith("wamid."))
            .order_by(col(Message.at).desc(), col(Message.id).desc())
            # What nobody has been shown yet is not read, however new.
            .offset(await threads.count_unseen_by_all(session, thread))
            .limit(1)
        )
        number, connection = await connection_service.line_of(
            session, workspace_id, thread.number_id
        )
    if not newest or connection.state != ConnectionState.CONNECTED:
        return False
    try:
        client = await client_for(connection)
        await client.mark_read(
            credentials_of(connection),
            number.phone_number_id,
            str(newest[0].wamid),
            typing=also == TYPING,
        )
    except AppError as error:
        log.warning("receipt.not_sent", extra={"reason": type(error).__name__})
        return False
    return True
