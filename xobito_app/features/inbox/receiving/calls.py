"""Calls as entries of the timeline: one entry each, completed by what Meta tells of it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.contacts.service import resolve_people
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.receiving.arrivals import Threads, ensure_threads, person_of
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.workspaces.service import WorkspaceSettings
from xobito_app.models.contacts import Contact, ContactType
from xobito_app.models.inbox import (
    Conversation,
    ConversationStatus,
    Direction,
    Message,
    MessageStatus,
)
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_events import CallEvent
from xobito_app.whatsapp.inbound_keys import digest

KIND = "call"


@dataclass(frozen=True, slots=True)
class _Ring:
    """One piece of news about a call, and whose it is."""

    number_id: UUID
    event: CallEvent
    contact: Contact
    group_id: None = None

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def key(self) -> tuple[UUID, str]:
        """Return what stands for the call beside the ids of messages."""
        name = f"{KIND}:{self.event.call_id or digest(self.event.raw)}"
        return self.number_id, coerce.identifier(name) or name


async def receive_calls(
    session: AsyncSession,
    workspace_id: UUID,
    news: Sequence[tuple[UUID, CallEvent]],
    settings: WorkspaceSettings,
) -> None:
    """Store what happened to calls, each given with our id of the number. Repeats change nothing.

    A customer's call opens the reply window as a message does.
    """
    people = {id(event): person_of(event) for _, event in news}
    as_type = ContactType.LEAD if settings.auto_lead else ContactType.GUEST
    contacts = await resolve_people(session, workspace_id, people.values(), as_type=as_type)
    rings = [
        _Ring(number_id, event, contacts[people[id(event)]])
        for number_id, event in news
        if people[id(event)] in contacts
    ]
    threads = await ensure_threads(session, workspace_id, rings)
    known = await MessageRepository(session, workspace_id).lock_by_wamid({r.key for r in rings})
    for ring in sorted(rings, key=lambda ring: ring.at):
        thread = threads[ring.number_id, ring.contact.id]
        entry = known.get(ring.key)
        if entry is None:
            entry = known[ring.key] = _entry(workspace_id, ring, thread)
            _reopen(ring, thread)
        _add(entry, ring.event)
        session.add(entry)
        _advance(entry, ring, threads)
        announce(session, workspace_id, Topic.CONVERSATION, thread.id)
        announce(session, workspace_id, Topic.MESSAGE, thread.id, entry.id)
    await session.flush()


def _entry(workspace_id: UUID, ring: _Ring, thread: Conversation) -> Message:
    return Message(
        workspace_id=workspace_id,
        conversation_id=thread.id,
        number_id=ring.number_id,
        contact_id=thread.contact_id,
        direction=Direction.EVENT,
        kind=KIND,
        content={KIND: {"is_ours": _is_ours(ring.event), "happened": []}},
        status=MessageStatus.RECEIVED,
        wamid=ring.key[1],
        origin="inbound",
        at=ring.at,
        created_at=clock.now(),
    )


def _is_ours(event: CallEvent) -> bool:
    return (event.direction or "").upper() == "BUSINESS_INITIATED"


def _add(entry: Message, event: CallEvent) -> None:
    """Complete a call's entry by one piece of news, whatever came before it."""
    call: dict[str, Any] = dict(entry.content.get(KIND) or {})
    words = [event.event, str(event.raw.get("status") or "").lower()]
    happened = [*call.get("happened", []), *(word for word in words if word)]
    call["happened"] = list(dict.fromkeys(happened))[:10]
    call["duration"] = event.duration or call.get("duration") or 0
    # Not every piece of news says who called.
    call["is_ours"] = call.get("is_ours") or _is_ours(event)
    if event.errors:
        call["error"] = event.errors[0].title or ""
    entry.content = {**entry.content, KIND: call}
    entry.body = rules.call_words(call)
    entry.at = min(entry.at, event.at)


def _reopen(ring: _Ring, thread: Conversation) -> None:
    """Let a customer's call be noticed as a message would be."""
    if _is_ours(ring.event):
        return
    thread.inbound_count += 1
    if thread.status != ConversationStatus.OPEN:
        thread.status = ConversationStatus.OPEN
        thread.snoozed_until = thread.closed_at = None


def _advance(entry: Message, ring: _Ring, threads: Threads) -> None:
    thread = threads[ring.number_id, ring.contact.id]
    is_theirs = not entry.content[KIND]["is_ours"]
    if thread.last_message_id == entry.id or entry.at >= thread.last_message_at:
        thread.last_message_at = max(thread.last_message_at, entry.at)
        thread.last_message_id = entry.id
        thread.last_kind = KIND
        thread.last_direction = Direction.IN if is_theirs else Direction.OUT
        thread.last_status = MessageStatus.RECEIVED
        thread.last_preview = rules.preview_of(KIND, entry.body, {})
    if is_theirs and ring.event.event != "terminate":
        for holder in (thread, ring.contact):
            if holder.last_msg_time is None or ring.at > holder.last_msg_time:
                holder.last_msg_time = ring.at
