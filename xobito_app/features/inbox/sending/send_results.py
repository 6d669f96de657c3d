"""What became of a message that was on its way, each written in a short transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import opt_out, remember_names
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.threads.thread_actions import add_event
from xobito_app.models.inbox import Message, MessageStatus, Reaction
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp.client import SendReceipt
from xobito_app.whatsapp.errors import GraphError

UNKNOWN = (
    "WhatsApp did not answer, so it is not known whether this was sent. "
    "It is not sent again by itself."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that one worker has taken in hand; `at` tells it from every other taking."""

    workspace_id: UUID
    message_id: UUID
    at: datetime

    def fits(self, message: Message) -> bool:
        """Tell whether the message is still in this hand."""
        return message.status == MessageStatus.SENDING and message.claimed_at == self.at


async def renew(claim: Claim, at: datetime) -> Claim | None:
    """Hold on to a message for longer; None when it was given up for lost meanwhile."""
    async with unit_of_work(claim.workspace_id) as uow:
        changed = await uow.session.exec(
            _held(claim).values(claimed_at=at).returning(col(Message.id))
        )
        return Claim(claim.workspace_id, claim.message_id, at) if changed.first() else None


async def wait(claim: Claim, seconds: float, *, sentence: str = "", is_try: bool = True) -> None:
    """Put a message back into the queue, due after a pause.

    Args:
        claim: The message in hand; one no longer in hand is left alone.
        seconds: The pause.
        sentence: Why, for whoever looks at it meanwhile.
        is_try: Whether Meta was asked; only tries are counted.
    """
    async with unit_of_work(claim.workspace_id) as uow:
        changes: dict[str, Any] = {
            "status": MessageStatus.QUEUED,
            "due_at": clock.now() + timedelta(seconds=seconds),
            "claimed_at": None,
            "error_text": sentence,
        }
        if not is_try:
            changes["attempts"] = col(Message.attempts) - 1
        # One row by its key and no thread: no lock order to keep.
        await uow.session.exec(_held(claim).values(**changes))


def _held(claim: Claim) -> Any:
    return (
        update(Message)
        .where(col(Message.workspace_id) == claim.workspace_id)
        .where(col(Message.id) == claim.message_id)
        .where(col(Message.status) == MessageStatus.SENDING)
        .where(col(Message.claimed_at) == claim.at)
    )


async def accept(claim: Claim, receipt: SendReceipt) -> None:
    """Note that Meta took a message, and apply what its webhooks said of it before."""
    async with unit_of_work(claim.workspace_id) as uow:
        session, workspace_id = uow.session, claim.workspace_id
        messages = MessageRepository(session, workspace_id)
        message = (await messages.lock_many([claim.message_id])).get(claim.message_id)
        if message is None or message.wamid not in (None, receipt.wamid):
            return
        message.wamid = receipt.wamid
        word = receipt.message_status or "accepted"
        message_updates.advance(message, word=word, at=clock.now(), errors=[])
        message.due_at = None
        message.error_text = "" if message.status != MessageStatus.FAILED else message.error_text
        session.add(message)
        await message_updates.show(session, workspace_id, [message])
        await message_updates.apply_waiting(
            session, workspace_id, [(message.number_id, receipt.wamid)]
        )
        person = Person(receipt.phone, receipt.user_id)
        await remember_names(session, workspace_id, message.contact_id, person)


async def fail(
    claim: Claim,
    sentence: str,
    *,
    error: GraphError | None = None,
    status: MessageStatus = MessageStatus.FAILED,
) -> None:
    """End a message that surely did not go out, with the reason in plain words."""
    async with unit_of_work(claim.workspace_id) as uow:
        session, workspace_id = uow.session, claim.workspace_id
        messages = MessageRepository(session, workspace_id)
        message = (await messages.lock_many([claim.message_id])).get(claim.message_id)
        if message is None or not claim.fits(message):
            return
        _end(message, sentence, error=error, status=status)
        session.add(message)
        if error is not None and error.advice.opts_out:
            await opt_out(
                session,
                workspace_id,
                {message.contact_id: clock.now()},
                reason="Stopped marketing in WhatsApp",
            )
        if message.kind == rules.REACTION:
            await _take_back_reaction(session, message, sentence)
        await message_updates.show(session, workspace_id, [message])


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


async def lose(workspace_id: UUID, message_ids: list[UUID], before: datetime | None = None) -> int:
    """Mark messages whose outcome nobody knows; they are never sent again by themselves.

    Args:
        workspace_id: Whose they are.
        message_ids: Those in question; one that was settled meanwhile is left alone.
        before: Only those taken in hand before this moment.
    """
    async with unit_of_work(workspace_id) as uow:
        messages = MessageRepository(uow.session, workspace_id)
        lost = [
            message
            for message in (await messages.lock_many(message_ids)).values()
            if message.status == MessageStatus.SENDING
            and (before is None or (message.claimed_at or before) <= before)
        ]
        for message in lost:
            message.status = MessageStatus.UNRESOLVED
            message.error_text = UNKNOWN
            message.due_at = None
            uow.session.add(message)
        await message_updates.show(uow.session, workspace_id, lost)
        return len(lost)


async def stop_account(
    claim: Claim, error: GraphError, *, connection_id: UUID, number_id: UUID
) -> None:
    """End a message and all that wait behind it: nothing goes out until a person has acted.

    The connection carries the reason, and each message may be sent again by hand.
    """
    await fail(claim, error.message, error=error)
    async with unit_of_work(claim.workspace_id) as uow:
        session, workspace_id = uow.session, claim.workspace_id
        messages = MessageRepository(session, workspace_id)
        waiting = await messages.all(
            messages.scoped()
            .where(col(Message.number_id) == number_id)
            .where(col(Message.status) == MessageStatus.QUEUED)
            .limit(1000)
        )
        locked = await messages.lock_many([message.id for message in waiting])
        ended = [m for m in locked.values() if m.status == MessageStatus.QUEUED]
        for message in ended:
            _end(message, error.message, error=error, status=MessageStatus.FAILED)
            session.add(message)
        await message_updates.show(session, workspace_id, ended)
        await connection.note_trouble(session, workspace_id, connection_id, error.message)
