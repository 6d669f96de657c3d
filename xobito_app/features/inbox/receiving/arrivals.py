"""Messages and calls on their way into a thread: who they are from, and where they go."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.inbox.job_types import MEDIA_FETCH
from xobito_app.features.inbox.repository import ConversationRepository, MediaRepository
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, ConversationStatus, MediaState
from xobito_app.persistence.unit_of_work import enqueue
from xobito_app.whatsapp.inbound_events import CallEvent
from xobito_app.whatsapp.inbound_model import Message, Origin

Threads = dict[tuple[UUID, UUID], Conversation]


@dataclass(slots=True)
class Arrival:
    """A message on its way into a thread."""

    number_id: UUID
    message: Message
    contact: Contact
    message_id: UUID = field(default_factory=ids.new)
    media_id: UUID | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether it was written just now, rather than before we were connected."""
        return self.message.origin is not Origin.HISTORY

    @property
    def is_from_customer(self) -> bool:
        """Tell which side wrote it."""
        return not self.message.outgoing

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.message.at

    @property
    def group_id(self) -> str | None:
        """Meta's id of the group it was written in, if it was."""
        return self.message.group_id

    @property
    def wamid(self) -> str:
        """Meta's id, or for the rare message without one the fingerprint of its content."""
        if self.message.wamid:
            return self.message.wamid
        return "unnamed:" + hashlib.sha256(self.message.dedup_key.encode()).hexdigest()


class _Comer(Protocol):
    @property
    def number_id(self) -> UUID: ...

    @property
    def contact(self) -> Contact: ...

    @property
    def at(self) -> datetime: ...

    @property
    def group_id(self) -> str | None: ...


def person_of(part: Message | CallEvent) -> Person:
    """Return whose thread it belongs to: the group's for what was written in one."""
    if isinstance(part, CallEvent):
        return Person(part.phone, part.user_id, None, part.profile_name)
    if part.group_id:
        return Person(None, group_id=part.group_id)
    return Person(
        phone=part.phone,
        user_id=part.user_id,
        parent_user_id=part.parent_user_id,
        profile_name=part.profile_name,
        username=part.username,
    )


def is_from_somebody(part: Message | CallEvent) -> bool:
    """Tell whether there is any name to find a thread by."""
    return person_of(part).is_known


async def ensure_threads(
    session: AsyncSession, workspace_id: UUID, comers: Sequence[_Comer]
) -> Threads:
    """Return the threads of all, by number and contact, made when missing and locked."""
    first: dict[tuple[UUID, UUID], _Comer] = {}
    for comer in comers:
        key = (comer.number_id, comer.contact.id)
        if key not in first or comer.at < first[key].at:
            first[key] = comer
    now = clock.now()
    rows = [
        {
            "id": ids.new(),
            "workspace_id": workspace_id,
            "number_id": number_id,
            "contact_id": contact_id,
            "group_id": comer.group_id,
            "status": ConversationStatus.OPEN,
            "assignee_id": None,
            "created_at": now,
            "last_message_at": comer.at,
        }
        for (number_id, contact_id), comer in first.items()
    ]
    return await ConversationRepository(session, workspace_id).ensure(first, rows)


async def await_media(
    session: AsyncSession,
    workspace_id: UUID,
    placed: Sequence[tuple[Arrival, UUID, UUID]],
) -> None:
    """Have files fetched: each arrival with the ids of its entry and of its thread."""
    now = clock.now()
    rows = [
        {
            "id": arrival.media_id,
            "workspace_id": workspace_id,
            "message_id": message_id,
            "conversation_id": conversation_id,
            "number_id": arrival.number_id,
            "meta_media_id": media.media_id,
            "mime": (media.mime_type or "")[:191],
            "filename": (media.filename or "")[:255],
            "sha256": "",
            "size": 0,
            "state": MediaState.PENDING,
            "attempts": 0,
            "next_try_at": now,
            "error": "",
            "created_at": now,
        }
        for arrival, message_id, conversation_id in placed
        if arrival.media_id and (media := arrival.message.media)
    ]
    await MediaRepository(session, workspace_id).insert_all(rows)
    if rows:
        enqueue(session, MEDIA_FETCH, workspace_id)
