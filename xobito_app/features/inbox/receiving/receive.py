"""Storing what customers wrote: contact, thread, entry, counters; each message once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.events import MessageReceived, Topic, publish
from xobito_app.core.text import shorten
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import remember_names, resolve_people
from xobito_app.features.inbox import message_updates, rules
from xobito_app.features.inbox.receiving import placeholders
from xobito_app.features.inbox.receiving.arrivals import (
    Arrival,
    await_media,
    ensure_threads,
    person_of,
)
from xobito_app.features.inbox.receiving.content import content_of, words_of
from xobito_app.features.inbox.repository import MessageRepository, ReactionRepository
from xobito_app.features.workspaces.service import WorkspaceSettings
from xobito_app.models.contacts import ContactType
from xobito_app.models.inbox import Conversation, ConversationStatus, Direction, MessageStatus
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp.inbound_model import Message, MessageKind, Origin, ReplyKind
from xobito_app.whatsapp.statuses import normalise

NOT_IN_THREAD = {MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE}
_HISTORY_STATUS = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
}


async def receive_messages(
    session: AsyncSession,
    workspace_id: UUID,
    messages: Sequence[tuple[UUID, Message]],
    settings: WorkspaceSettings,
) -> int:
    """Store messages of one workspace, each given with our id of the number it came to.

    Repeats change nothing, and what names nobody it could be from is left out. Works on many at
    once with a fixed number of statements.

    Returns:
        How many were new.
    """
    people = {id(message): person_of(message) for _, message in messages}
    contacts = await resolve_people(
        session,
        workspace_id,
        people.values(),
        as_type=ContactType.LEAD if settings.auto_lead else ContactType.GUEST,
    )
    arrivals = [
        Arrival(number_id, message, contacts[people[id(message)]])
        for number_id, message in messages
        if people[id(message)] in contacts
    ]
    threads = await ensure_threads(session, workspace_id, arrivals)
    entries = [a for a in arrivals if a.message.kind not in NOT_IN_THREAD]
    new = await _store(session, workspace_id, entries, threads)
    await _store_reactions(session, workspace_id, arrivals)
    await message_updates.change_messages(
        session,
        workspace_id,
        [(a.number_id, a.message) for a in arrivals if a.message.kind in NOT_IN_THREAD],
    )
    await _learn_names(session, workspace_id, arrivals)
    _touch_windows(arrivals, threads)
    await _tell(session, workspace_id, arrivals, new, threads)
    return len(new)


async def _store(
    session: AsyncSession,
    workspace_id: UUID,
    entries: Sequence[Arrival],
    threads: dict[tuple[UUID, UUID], Conversation],
) -> list[Arrival]:
    if not entries:
        return []
    messages = MessageRepository(session, workspace_id)
    now = clock.now()
    for entry in entries:
        if entry.message.media and entry.message.media.media_id:
            entry.media_id = ids.new()
    inserted = await messages.insert_new(
        [
            _row(workspace_id, entry, threads[entry.number_id, entry.contact.id].id, now)
            for entry in entries
        ]
    )
    new = [entry for entry in entries if entry.message_id in inserted]
    await messages.index_words(
        [(e.message_id, e.message.at, words) for e in new if (words := words_of(e.message))]
    )
    await await_media(
        session,
        workspace_id,
        [(e, e.message_id, threads[e.number_id, e.contact.id].id) for e in new],
    )
    for entry in sorted(new, key=lambda e: (e.message.at, e.message_id)):
        _advance(threads[entry.number_id, entry.contact.id], entry)
    await session.flush()
    await placeholders.replace(
        session,
        workspace_id,
        {(e.number_id, e.wamid): e for e in entries if e.message_id not in inserted},
    )
    await message_updates.apply_waiting(
        session, workspace_id, [(entry.number_id, entry.wamid) for entry in new]
    )
    return new


def _row(
    workspace_id: UUID, entry: Arrival, conversation_id: UUID, now: datetime
) -> dict[str, Any]:
    message = entry.message
    is_event = message.kind is MessageKind.SYSTEM
    direction = Direction.EVENT if is_event else Direction.OUT if message.outgoing else Direction.IN
    return {
        "id": entry.message_id,
        "workspace_id": workspace_id,
        "conversation_id": conversation_id,
        "number_id": entry.number_id,
        "contact_id": entry.contact.id,
        "direction": direction,
        "kind": message.kind.value,
        "body": words_of(message),
        "content": content_of(message, entry.media_id),
        "status": _status(message),
        "wamid": entry.wamid,
        "reply_to_wamid": message.context.reply_to if message.context else None,
        "author_name": _author(message),
        "origin": "phone" if message.origin is Origin.ECHO else message.origin.value,
        "at": message.at,
        "created_at": now,
        "attempts": 0,
        "error_text": "",
    }


def _author(message: Message) -> str:
    """Return who wrote, where the thread alone does not tell."""
    if message.origin is Origin.ECHO:
        return "WhatsApp app"
    if message.group_id and not message.outgoing:
        named = message.profile_name or message.username or message.phone or message.user_id
        return shorten(named or "Somebody in the group", 191)
    return ""


def _status(message: Message) -> MessageStatus:
    if not message.outgoing:
        return MessageStatus.RECEIVED
    word = normalise(message.history_status or "sent")
    return _HISTORY_STATUS.get(word, MessageStatus.SENT)


def _advance(thread: Conversation, entry: Arrival) -> None:
    """Let a thread show its newest entry; an older one that comes late changes no preview."""
    message = entry.message
    if message.kind is not MessageKind.SYSTEM and message.at >= thread.last_message_at:
        thread.last_message_at = message.at
        thread.last_message_id = entry.message_id
        thread.last_kind = message.kind.value
        thread.last_direction = Direction.OUT if message.outgoing else Direction.IN
        thread.last_status = _status(message)
        media = (
            {"voice": message.media.voice, "filename": message.media.filename}
            if (message.media)
            else {}
        )
        preview = rules.preview_of(message.kind.value, words_of(message), {"media": media})
        author = _author(message) if message.group_id else ""
        thread.last_preview = shorten(
            f"{author}: {preview}" if author else preview, rules.PREVIEW_LENGTH
        )
    if not (entry.is_live and entry.is_from_customer) or message.kind is MessageKind.SYSTEM:
        return
    thread.inbound_count += 1
    if thread.status != ConversationStatus.OPEN:
        thread.status = ConversationStatus.OPEN
        thread.snoozed_until = thread.closed_at = None


async def _learn_names(
    session: AsyncSession, workspace_id: UUID, arrivals: Sequence[Arrival]
) -> None:
    """Let the number or user id somebody changed to lead to the same contact."""
    for arrival in arrivals:
        system = arrival.message.system
        if system and (system.new_phone or system.user_id) and not arrival.message.group_id:
            renamed = Person(system.new_phone, system.user_id, system.parent_user_id)
            await remember_names(session, workspace_id, arrival.contact.id, renamed)


def _touch_windows(
    arrivals: Sequence[Arrival], threads: dict[tuple[UUID, UUID], Conversation]
) -> None:
    """Move the reply window on: any message of the customer opens it, a reaction too."""
    for arrival in arrivals:
        if not arrival.is_from_customer or arrival.message.kind is MessageKind.SYSTEM:
            continue
        at = arrival.message.at
        thread = threads[arrival.number_id, arrival.contact.id]
        if thread.last_msg_time is None or at > thread.last_msg_time:
            thread.last_msg_time = at
        if arrival.contact.last_msg_time is None or at > arrival.contact.last_msg_time:
            arrival.contact.last_msg_time = at


async def _store_reactions(
    session: AsyncSession, workspace_id: UUID, arrivals: Sequence[Arrival]
) -> None:
    latest: dict[tuple[UUID, str, bool], dict[str, Any]] = {}
    for arrival in sorted(arrivals, key=lambda a: a.message.at):
        reaction = arrival.message.reaction
        if arrival.message.kind is MessageKind.REACTION and reaction and reaction.target_wamid:
            key = (arrival.number_id, reaction.target_wamid, arrival.message.outgoing)
            latest[key] = {
                "id": ids.new(),
                "workspace_id": workspace_id,
                "number_id": arrival.number_id,
                "target_wamid": reaction.target_wamid,
                "is_ours": arrival.message.outgoing,
                "emoji": (reaction.emoji or "")[:32],
                "at": arrival.message.at,
            }
    if latest:
        await ReactionRepository(session, workspace_id).put(list(latest.values()))


async def _tell(
    session: AsyncSession,
    workspace_id: UUID,
    arrivals: Sequence[Arrival],
    new: Sequence[Arrival],
    threads: dict[tuple[UUID, UUID], Conversation],
) -> None:
    fresh = {entry.message_id for entry in new}
    changed: dict[UUID, list[UUID]] = defaultdict(list)
    for arrival in arrivals:
        in_thread = arrival.message.kind not in NOT_IN_THREAD
        if in_thread and arrival.message_id not in fresh:
            continue
        thread = threads[arrival.number_id, arrival.contact.id]
        changed[thread.id] += [arrival.message_id] if in_thread else []
    for conversation_id, message_ids in changed.items():
        announce(session, workspace_id, Topic.CONVERSATION, conversation_id)
        if not message_ids:
            announce(session, workspace_id, Topic.MESSAGE, conversation_id)
        for message_id in message_ids:
            announce(session, workspace_id, Topic.MESSAGE, conversation_id, message_id)
    await publish(
        session,
        *(
            _received(workspace_id, entry, threads[entry.number_id, entry.contact.id].id)
            for entry in new
            if entry.is_live
            and entry.is_from_customer
            and entry.message.kind is not MessageKind.SYSTEM
        ),
    )


def _received(workspace_id: UUID, entry: Arrival, conversation_id: UUID) -> MessageReceived:
    message = entry.message
    answered = message.context.reply_to if message.context else None
    pressed = message.reply
    is_tap = pressed is not None and pressed.kind is ReplyKind.TEMPLATE_BUTTON
    return MessageReceived(
        workspace_id,
        conversation_id,
        entry.message_id,
        entry.contact.id,
        message.text or "",
        message.at,
        is_group=message.group_id is not None,
        answers=(entry.number_id, answered) if answered else None,
        tapped=(pressed.title or "") if pressed and is_tap else "",
    )
