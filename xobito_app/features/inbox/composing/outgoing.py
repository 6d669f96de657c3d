"""Putting a message into the queue: who may write, whether it may be written now, and only once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.connection import service as connection_service
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.job_types import OUTBOUND_SEND
from xobito_app.features.inbox.log import record_message
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.features.inbox.threads import timeline
from xobito_app.features.inbox.threads.bots import leave_to_people
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.connection import ConnectionState
from xobito_app.models.inbox import Conversation, Direction, Media, Message, MessageStatus
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp.payloads import Recipient

WINDOW_CLOSED = (
    "The 24-hour window is closed: WhatsApp only takes an approved template now. "
    "Send a template instead."
)
WINDOW_CLOSED_THEN = (
    "The 24-hour window will be closed by then. Choose an earlier time, or schedule a template."
)
LONGEST_SCHEDULE = timedelta(days=90)
KEY_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Order:
    """What every kind of message has in common.

    Attributes:
        key: Made by the browser or caller; the same key never makes a second message.
        reply_to_id: The entry it answers.
        due_at: When it is to go out; now when None.
        is_template: Whether it may go out with the reply window closed.
        origin: Where it was written: `inbox` or `api`.
    """

    conversation_id: UUID
    key: str
    reply_to_id: UUID | None = None
    due_at: datetime | None = None
    is_template: bool = False
    origin: str = "inbox"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message's inside: its words, what its bubble shows, the files it carries.

    Attributes:
        reply_to: `wamid` it answers, when that is known already.
        template_id: The template it is made of.
    """

    kind: str
    body: str
    content: dict[str, Any] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    reply_to: str | None = None
    template_id: UUID | None = None


Writer = Callable[[Recipient], Awaitable[Draft]]


async def queue(session: AsyncSession, actor: Actor, order: Order, write: Writer) -> EntryView:
    """Queue a message for sending, or note it for later, and return its entry.

    Repeating a call with the same key returns the first message, so a double click sends once.

    Raises:
        Forbidden: The actor may not reply here.
        NotFound: The thread is out of the actor's sight.
        Invalid: A rule of Meta's or of the workspace is broken; the sentence says which.
    """
    thread = await open_thread(session, actor, order.conversation_id)
    messages = MessageRepository(session, actor.workspace_id)
    key = _read_key(order.key)
    # The thread is locked: whoever clicked first has committed or not begun.
    if earlier := await messages.find_by_client_key(key):
        return await _same(session, actor, thread, earlier)
    if order.due_at is not None:
        check_due(order.due_at)
    check_window(thread, order.due_at, is_template=order.is_template)
    recipient = await recipient_of(session, thread)
    reply_to = await _quoted(messages, thread, order.reply_to_id)
    draft = await write(recipient)
    reply_to = draft.reply_to or reply_to
    message = new_message(actor, thread, draft, key=key, reply_to=reply_to, due_at=order.due_at)
    message.origin = order.origin
    inserted = await session.exec(
        insert(Message)
        .values(message.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Message.id))
    )
    if inserted.first() is None:
        # The key was used in another thread in this very moment.
        earlier = await messages.find_by_client_key(key)
        return await _same(session, actor, thread, earlier)
    for file in draft.media:
        file.message_id, file.conversation_id = message.id, thread.id
        session.add(file)
    if draft.body:
        await messages.index_words([(message.id, message.at, draft.body)])
    if message.status == MessageStatus.QUEUED:
        enqueue(session, OUTBOUND_SEND, thread.workspace_id)
    if message.status == MessageStatus.QUEUED and draft.kind != rules.REACTION:
        lead(thread, message)
        session.add(thread)
        announce(session, thread.workspace_id, Topic.CONVERSATION, thread.id)
    announce(session, thread.workspace_id, Topic.MESSAGE, thread.id, message.id)
    await leave_to_people(session, actor, thread)
    action = "message.scheduled" if order.due_at else "message.sent"
    await record_message(session, actor, action, message, kind=draft.kind)
    await session.flush()
    return await timeline.read_entry(session, message)


async def open_thread(session: AsyncSession, actor: Actor, conversation_id: UUID) -> Conversation:
    """Return a thread the actor may write in, locked for change.

    Raises:
        Forbidden: The actor may not reply, or only the assigned person may.
        NotFound: It is out of the actor's sight.
    """
    require(actor, Permission.INBOX_REPLY)
    thread = await get_visible(session, actor, conversation_id, lock=True)
    # The rule is about people; what the house sends by itself is judged where it is decided.
    if actor.user_id is None:
        return thread
    if why_not := await timeline.why_not_reply(session, actor, thread):
        raise Forbidden(why_not)
    return thread


async def recipient_of(session: AsyncSession, thread: Conversation) -> Recipient:
    """Return how Meta reaches the contact of a thread.

    Raises:
        Invalid: The number is disconnected, or the contact has no address at Meta.
    """
    workspace_id = thread.workspace_id
    _, connection = await connection_service.line_of(session, workspace_id, thread.number_id)
    if connection.state != ConnectionState.CONNECTED:
        reason = f" {connection.reason}" if connection.reason else ""
        raise Invalid(f"This WhatsApp number is disconnected, so the inbox is read-only.{reason}")
    contact = await contacts.get_contact(session, workspace_id, thread.contact_id)
    user_ids = (
        {} if contact.phone else await contacts.user_ids_of(session, workspace_id, [contact.id])
    )
    return Recipient(phone=contact.phone, user_id=user_ids.get(contact.id))


def check_window(thread: Conversation, due_at: datetime | None, *, is_template: bool) -> None:
    """Let a message pass that WhatsApp will take at its time.

    Raises:
        Invalid: The reply window is or will be closed, and it is no template.
    """
    if is_template:
        return
    if not rules.is_within_window(thread.last_msg_time, clock.business_now()):
        raise Invalid(WINDOW_CLOSED)
    then = due_at + clock.simulated_offset() if due_at else None
    if then is not None and not rules.is_within_window(thread.last_msg_time, then):
        raise Invalid.field("due_at", WINDOW_CLOSED_THEN)


def lead(thread: Conversation, message: Message) -> None:
    """Let a thread show an outgoing message as its newest entry."""
    thread.last_message_at = message.at
    thread.last_message_id = message.id
    thread.last_kind = message.kind
    thread.last_direction = Direction.OUT
    thread.last_status = message.status
    thread.last_preview = rules.preview_of(message.kind, message.body, message.content)


def new_message(
    actor: Actor,
    thread: Conversation,
    draft: Draft,
    *,
    key: str | None,
    reply_to: str | None = None,
    due_at: datetime | None = None,
) -> Message:
    """Return a message of a thread, queued or waiting for its time; not yet stored."""
    return Message(
        id=ids.new(),
        workspace_id=thread.workspace_id,
        conversation_id=thread.id,
        number_id=thread.number_id,
        contact_id=thread.contact_id,
        direction=Direction.OUT,
        kind=draft.kind,
        body=draft.body,
        content=draft.content,
        status=MessageStatus.SCHEDULED if due_at else MessageStatus.QUEUED,
        client_key=key,
        reply_to_wamid=reply_to,
        template_id=draft.template_id,
        author_id=actor.user_id,
        author_name=actor.name,
        at=clock.business_now(),
        due_at=due_at,
    )


def _read_key(key: str) -> str:
    if not key or len(key) > KEY_LIMIT:
        raise Invalid(f"A message needs a key of 1 to {KEY_LIMIT} characters.")
    return key


def check_due(due_at: datetime) -> None:
    """Let a moment pass for which a message may be scheduled.

    Raises:
        Invalid: It is past, or too far away.
    """
    now = clock.now()
    if not now < due_at <= now + LONGEST_SCHEDULE:
        raise Invalid.field(
            "due_at", f"Choose a time between now and {LONGEST_SCHEDULE.days} days from now."
        )


async def _same(
    session: AsyncSession, actor: Actor, thread: Conversation, earlier: Message | None
) -> EntryView:
    if earlier is None or earlier.conversation_id != thread.id:
        raise Conflict("This was already sent in another chat. Reload the page.")
    return await timeline.read_entry(session, earlier)


async def lock_outgoing(session: AsyncSession, actor: Actor, message_id: UUID) -> Message:
    """Return an outgoing message for change; its thread is locked first, as everywhere.

    Raises:
        Forbidden: The actor may not reply here.
        NotFound: It is missing or out of the actor's sight.
        Invalid: It never went to the customer.
    """
    messages = MessageRepository(session, actor.workspace_id)
    found = await messages.get(message_id)
    await open_thread(session, actor, found.conversation_id)
    message = (await messages.lock_many([message_id]))[message_id]
    if message.direction != Direction.OUT:
        raise Invalid("Only messages to the customer can be changed.")
    return message


async def _quoted(
    messages: MessageRepository, thread: Conversation, message_id: UUID | None
) -> str | None:
    if message_id is None:
        return None
    return (await get_target(messages, thread, message_id)).wamid


async def get_target(
    messages: MessageRepository, thread: Conversation, message_id: UUID
) -> Message:
    """Return an entry of a thread that WhatsApp knows, to answer or react to.

    Raises:
        NotFound: It does not stand in this thread.
        Invalid: WhatsApp does not have it.
    """
    target = await messages.find(message_id)
    if target is None or target.conversation_id != thread.id:
        raise NotFound(messages.missing)
    if not target.wamid or target.wamid.startswith("unnamed:"):
        raise Invalid("WhatsApp does not have this message, so it cannot be answered.")
    return target
