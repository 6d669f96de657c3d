"""What became of a message that was on its way, and what else changes with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.connection import service as connection_service
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import opt_out, remember_names
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.threads.thread_actions import add_event
from xobito_app.models.inbox import Message, MessageStatus, Reaction
from xobito_app.persistence.leased_work import Failed, Outcome
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp.client import SendReceipt
from xobito_app.whatsapp.errors import GraphError

log = logging.getLogger(__name__)

UNKNOWN = (
    "WhatsApp did not answer, so it is not known whether this was sent. "
    "It is not sent again by itself."
)


@dataclass(frozen=True, slots=True)
class Accepted(Outcome):
    """Meta took the message: so it is, whoever has it in hand by now."""

    is_fact = True

    receipt: SendReceipt


@dataclass(frozen=True, slots=True)
class Refused(Failed):
    """The message surely did not go out.

    Attributes:
        error: What Meta said, when it was Meta.
        is_cancelled: It was not even tried, and that is no failure.
        stops_account: Nothing of the account goes out until a person has acted.
    """

    error: GraphError | None = None
    is_cancelled: bool = False
    stops_account: bool = False


async def accept(session: AsyncSession, message: Message, receipt: SendReceipt) -> None:
    """Note that Meta took a message, and apply what its webhooks said of it before."""
    workspace_id = message.workspace_id
    if message.wamid not in (None, receipt.wamid):
        return
    message.wamid = receipt.wamid
    word = receipt.message_status or "accepted"
    message_updates.advance(message, word=word, at=clock.now(), errors=[])
    message.due_at = None
    message.error_text = "" if message.status != MessageStatus.FAILED else message.error_text
    await message_updates.show(session, workspace_id, [message])
    await message_updates.apply_waiting(session, workspace_id, [(message.number_id, receipt.wamid)])
    person = Person(receipt.phone, receipt.user_id)
    await remember_names(session, workspace_id, message.contact_id, person)
    log.info("message.accepted", extra={"message_id": str(message.id)})


async def fail(session: AsyncSession, message: Message, refused: Refused) -> None:
    """End a message that surely did not go out, with the reason in plain words."""
    status = MessageStatus.CANCELLED if refused.is_cancelled else MessageStatus.FAILED
    _end(message, refused.reason, error=refused.error, status=status)
    if refused.error is not None and refused.error.advice.opts_out:
        await opt_out(
            session,
            message.workspace_id,
            {message.contact_id: clock.now()},
            reason="Stopped marketing in WhatsApp",
        )
    if message.kind == rules.REACTION:
        await _take_back_reaction(session, message, refused.reason)
    await message_updates.show(session, message.workspace_id, [message])


def _end(
    message: Message, sentence: str, *, error: GraphError | None, status: MessageStatus
) -> None:
    message.status = status
    message.failed_at = clock.now()
    message.error_text = sentence
    message.error_code = error.code if error else None
    message.due_at = message.claimed_at = None
    if error is not None:
        # Meta's own words beside ours, for whoever has to argue with Meta's support.
        failure = {
            "code": error.code,
            "title": error.meta_message or "",
            "details": error.details or "",
            "trace": error.fbtrace_id or "",
        }
        message.content = {**message.content, "failure": failure}


async def _take_back_reaction(session: AsyncSession, message: Message, sentence: str) -> None:
    await session.exec(
        delete(Reaction)
        .where(col(Reaction.workspace_id) == message.workspace_id)
        .where(col(Reaction.number_id) == message.number_id, col(Reaction.is_ours))
        .where(col(Reaction.target_wamid) == message.content.get("target"))
        .where(col(Reaction.emoji) == message.content.get("emoji"))
    )
    threads = ConversationRepository(session, message.workspace_id)
    thread = await threads.get(message.conversation_id)
    actor = system_actor(WorkspaceId(message.workspace_id))
    add_event(session, actor, thread, f"The reaction was not sent. {sentence}")
    announce(session, message.workspace_id, Topic.MESSAGE, thread.id)


async def lose(session: AsyncSession, message: Message) -> None:
    """Say of a message that nobody knows its outcome; it is never sent again by itself."""
    message.error_text = UNKNOWN
    message.due_at = None
    await message_updates.show(session, message.workspace_id, [message])


async def stop_account(
    workspace_id: UUID, refused: Refused, *, connection_id: UUID, number_id: UUID
) -> None:
    """End all that waits behind a refused message: nothing goes out until a person has acted.

    The connection carries the reason, and each message may be sent again by hand.
    """
    async with unit_of_work(workspace_id) as uow:
        messages = MessageRepository(uow.session, workspace_id)
        waiting = await messages.all(
            messages.scoped()
            .where(col(Message.number_id) == number_id)
            .where(col(Message.status) == MessageStatus.QUEUED)
            .limit(1000)
        )
        locked = await messages.lock_many([message.id for message in waiting])
        ended = [m for m in locked.values() if m.status == MessageStatus.QUEUED]
        for message in ended:
            _end(message, refused.reason, error=refused.error, status=MessageStatus.FAILED)
            uow.session.add(message)
        await message_updates.show(uow.session, workspace_id, ended)
        await connection_service.note_trouble(
            uow.session, workspace_id, connection_id, refused.reason
        )
