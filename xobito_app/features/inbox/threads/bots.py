"""Threads as bots see them: what was just said, and whether people have the chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import PersonTookChat, Topic, publish
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.repository import ConversationRepository, MessageRepository
from xobito_app.features.inbox.rules import BOT
from xobito_app.features.workspaces.service import load_settings
from xobito_app.models.inbox import Conversation, Direction, Message
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.unit_of_work import announce


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a customer as a bot hears it.

    Attributes:
        reply_id: What a pressed button or row brings back.
        media_id: The file that came along, ours.
    """

    message_id: UUID
    at: datetime
    kind: str
    text: str
    reply_id: str = ""
    media_id: str = ""
    latitude: float | None = None
    longitude: float | None = None


async def lock_threads(
    session: AsyncSession, workspace_id: UUID, conversation_ids: Collection[UUID]
) -> dict[UUID, Conversation]:
    """Return threads, locked for change in the order everybody keeps."""
    return await ConversationRepository(session, workspace_id).lock_many(conversation_ids)


async def load_heard(
    session: AsyncSession, workspace_id: UUID, message_ids: Collection[UUID]
) -> dict[UUID, Heard]:
    """Return messages of customers by id."""
    rows = await MessageRepository(session, workspace_id).list_by_ids(list(message_ids))
    return {row.id: _heard(row) for row in rows.values()}


def _heard(row: Message) -> Heard:
    reply = row.content.get("reply") or {}
    place = row.content.get("location") or {}
    return Heard(
        message_id=row.id,
        at=row.at,
        kind=row.kind,
        text=row.body or str(reply.get("title") or ""),
        reply_id=str(reply.get("reply_id") or ""),
        media_id=str((row.content.get("media") or {}).get("id") or ""),
        latitude=place.get("latitude"),
        longitude=place.get("longitude"),
    )


async def is_first_message(session: AsyncSession, workspace_id: UUID, heard: Heard) -> bool:
    """Tell whether a contact never wrote before this message."""
    row = await MessageRepository(session, workspace_id).get(heard.message_id)
    earlier = (
        select(Message.id)
        .where(col(Message.workspace_id) == workspace_id)
        .where(col(Message.contact_id) == row.contact_id)
        .where(col(Message.direction) == Direction.IN)
        .where(col(Message.at) <= row.at, col(Message.id) != row.id)
        .limit(1)
    )
    return (await session.exec(earlier)).first() is None


async def count_answers(
    session: AsyncSession,
    workspace_id: UUID,
    conversation_ids: Collection[UUID],
    *,
    since: datetime,
) -> dict[UUID, int]:
    """Return how many messages bots sent in some threads since a moment."""
    statement = (
        select(Message.conversation_id, func.count())
        .where(col(Message.workspace_id) == workspace_id)
        .where(any_of(col(Message.conversation_id), conversation_ids))
        .where(col(Message.at) >= since, col(Message.origin) == BOT)
        .group_by(col(Message.conversation_id))
    )
    return dict((await session.exec(statement)).all())


async def pause_bots(session: AsyncSession, thread: Conversation) -> None:
    """Leave a thread to people, until they give it back or the workspace's hours have passed."""
    settings = await load_settings(session, thread.workspace_id)
    thread.bots_paused_until = clock.now() + timedelta(hours=settings.bots_resume_after_hours)
    session.add(thread)
    announce(session, thread.workspace_id, Topic.CONVERSATION, thread.id)


async def leave_to_people(session: AsyncSession, actor: Actor, thread: Conversation) -> None:
    """Let bots be silent, because somebody of the team speaks or took the chat."""
    if actor.user_id is not None:
        await pause_bots(session, thread)
        await publish(session, PersonTookChat(thread.workspace_id, thread.id, actor.name))


def are_bots_paused(thread: Conversation) -> bool:
    """Tell whether people have the chat."""
    return thread.bots_paused_until is not None and thread.bots_paused_until > clock.now()
