"""What may be done with messages afterwards: react, cancel, send again, settle the unknown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.composing.outgoing import (
    Draft,
    Order,
    get_target,
    lock_outgoing,
    queue,
)
from xobito_app.features.inbox.job_types import READ_RECEIPT
from xobito_app.features.inbox.log import record_message
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.repository import (
    MessageRepository,
    ReactionRepository,
)
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.inbox import Message, MessageStatus
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp import payloads
from xobito_app.whatsapp.payloads import Recipient

EMOJI_LIMIT = 32
TYPING = "typing"
"""Second argument of a read receipt that also shows the typing bubble."""


async def react(
    session: AsyncSession,
    actor: Actor,
    *,
    conversation_id: UUID,
    message_id: UUID,
    emoji: str,
    key: str,
) -> None:
    """Put a reaction on an entry, or take it away with an empty `emoji`.

    Raises:
        Forbidden: The actor may not reply here.
        NotFound: The entry or its thread is out of sight.
        Invalid: WhatsApp does not have the entry, or the reply window is closed.
    """
    mark = emoji.strip()
    if len(mark) > EMOJI_LIMIT or any(c.isascii() and c.isalnum() for c in mark):
        raise Invalid.field("emoji", "A reaction is one emoji.")
    messages = MessageRepository(session, actor.workspace_id)

    async def write(to: Recipient) -> Draft:
        thread = await get_visible(session, actor, conversation_id)
        target = await get_target(messages, thread, message_id)
        payload = payloads.reaction(to, str(target.wamid), mark)
        await ReactionRepository(session, actor.workspace_id).put(
            [
                {
                    "id": ids.new(),
                    "workspace_id": actor.workspace_id,
                    "number_id": thread.number_id,
                    "target_wamid": target.wamid,
                    "is_ours": True,
                    "emoji": mark,
                    "at": clock.business_now(),
                }
            ]
        )
        announce(session, actor.workspace_id, Topic.MESSAGE, thread.id, target.id)
        content = {
            "target": target.wamid,
            "emoji": mark,
            stored_payload.SEND: stored_payload.keep(payload),
        }
        return Draft(rules.REACTION, "", content)

    await queue(session, actor, Order(conversation_id, key), write)


async def cancel_scheduled(session: AsyncSession, actor: Actor, *, message_id: UUID) -> None:
    """Take a scheduled message back before its time.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Conflict: It has left already.
    """
    message = await lock_outgoing(session, actor, message_id)
    if message.status != MessageStatus.SCHEDULED:
        raise Conflict("This message is no longer waiting for its time.")
    message.status = MessageStatus.CANCELLED
    await _changed(session, actor, message, "message.cancelled")


async def resend(session: AsyncSession, actor: Actor, *, message_id: UUID) -> EntryView:
    """Send a failed message again, as a new entry.

    A new row, because the old one's id already travels at Meta: a late status of the first try
    must never be taken for the second's. The same message is sent again only once.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Invalid: Sending again cannot help, or the reply window is closed.
    """
    old = await lock_outgoing(session, actor, message_id)
    key = f"again:{old.id}"
    order = Order(old.conversation_id, key, is_template=old.kind == "template")
    is_repeated = await MessageRepository(session, actor.workspace_id).find_by_client_key(key)
    if not is_repeated and not rules.can_resend(old.status, old.error_code, old.content):
        raise Invalid("Sending this again would not help.")

    async def write(_: Recipient) -> Draft:
        copies = await files.copy_all(session, actor, stored_payload.media_ids(old.content))
        content = stored_payload.with_media(old.content, {k: v.id for k, v in copies.items()})
        content.pop("failure", None)
        return Draft(old.kind, old.body, content, tuple(copies.values()), old.reply_to_wamid)

    entry = await queue(session, actor, order, write)
    if not is_repeated:
        old.content = {**old.content, "resent_as": str(entry.id)}
        await _changed(session, actor, old, "message.resent")
    return entry


async def resolve_unresolved(
    session: AsyncSession, actor: Actor, *, message_id: UUID, was_delivered: bool
) -> None:
    """Let a person say what became of a message whose answer was lost.

    Delivered by their word, or failed; then it may be sent again. A status of Meta's that still
    comes knows better than both.

    Raises:
        NotFound: It is missing or out of the actor's sight.
        Conflict: It was settled meanwhile.
    """
    message = await lock_outgoing(session, actor, message_id)
    if message.status != MessageStatus.UNRESOLVED:
        raise Conflict("It is known by now what became of this message.")
    now = clock.now()
    if was_delivered:
        message.status = MessageStatus.DELIVERED
        message.delivered_at, message.error_text = now, ""
    else:
        message.status = MessageStatus.FAILED
        message.failed_at = now
        message.error_code = None
        message.error_text = f"Marked as not delivered by {actor.name}."
    await _changed(session, actor, message, "message.resolved", was_delivered=was_delivered)


async def show_typing(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Let the customer see that somebody is typing, for 25 seconds or until the reply.

    Meta ties the bubble to a read receipt, so the customer's newest message becomes read.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of the actor's sight.
    """
    require(actor, Permission.INBOX_REPLY)
    thread = await get_visible(session, actor, conversation_id)
    if rules.is_within_window(thread.last_msg_time, clock.business_now()):
        enqueue(session, READ_RECEIPT, actor.workspace_id, thread.id, TYPING)


async def _changed(
    session: AsyncSession, actor: Actor, message: Message, action: str, **detail: Any
) -> None:
    session.add(message)
    await message_updates.show(session, actor.workspace_id, [message])
    await record_message(session, actor, action, message, **detail)
