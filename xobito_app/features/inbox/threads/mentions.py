"""Colleagues called by name in notes: who was meant, who has looked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, not_, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor
from xobito_app.core.text import shorten
from xobito_app.features.contacts.service import name_of
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import COUNT_CAP
from xobito_app.features.inbox.threads.alerts import alert_of_mention
from xobito_app.features.inbox.threads.threads import visibility_condition
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, Mention, Message
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.unit_of_work import announce

LISTED = 50
MOST_IN_A_NOTE = 20


@dataclass(frozen=True, slots=True)
class MentionView:
    """A note in which somebody was called."""

    message_id: UUID
    conversation_id: UUID
    contact_id: UUID
    contact: str
    author: str
    excerpt: str
    at: datetime
    is_seen: bool


def names_in(body: str, names: Sequence[str]) -> list[str]:
    """Return which of these names a note calls with `@`, each once, in the order they stand.

    Of two names that both fit, the longer is meant: `@Ana Ruiz` is not Ana.
    """
    if not names:
        return []
    known = {name.lower(): name for name in names}
    longest_first = sorted(known, key=len, reverse=True)
    called = re.compile(
        r"(?<!\w)@(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE
    )
    found = (known[match[1].lower()] for match in called.finditer(body))
    return list(dict.fromkeys(found))[:MOST_IN_A_NOTE]


async def called_in(session: AsyncSession, actor: Actor, body: str) -> Mapping[str, UUID]:
    """Return the active colleagues a note calls, by name."""
    if "@" not in body:
        return {}
    members = await workspaces.list_members(session, actor)
    people = {member.name: member.user_id for member in members if member.is_active}
    return {name: people[name] for name in names_in(body, list(people))}


def remember(
    session: AsyncSession, actor: Actor, note: Message, called: Mapping[str, UUID]
) -> None:
    """Put a note on the list of everybody it calls; who calls themselves needs no list."""
    for user_id in called.values():
        if user_id == actor.user_id:
            continue
        session.add(
            Mention(
                workspace_id=note.workspace_id,
                user_id=user_id,
                conversation_id=note.conversation_id,
                message_id=note.id,
                at=note.at,
            )
        )
        announce(session, note.workspace_id, Topic.MENTION, user_id, note.id)
        alert_of_mention(session, note.workspace_id, note.conversation_id, note.id, user_id)


async def list_mentions(
    session: AsyncSession, actor: Actor, *, limit: int = LISTED
) -> list[MentionView]:
    """Return the newest notes that call the actor, of threads in sight."""
    visibility = ConversationVisibility.of(actor)
    if actor.user_id is None or visibility.is_blind:
        return []
    statement = (
        select(Mention, Message, Contact)
        .join(Message, col(Message.id) == col(Mention.message_id))
        .join(Conversation, col(Conversation.id) == col(Mention.conversation_id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(col(Mention.workspace_id) == actor.workspace_id)
        .where(col(Mention.user_id) == actor.user_id)
        .where(visibility_condition(visibility))
        .order_by(col(Mention.at).desc(), col(Mention.id).desc())
        .limit(limit)
    )
    return [
        MentionView(
            message_id=message.id,
            conversation_id=mention.conversation_id,
            contact_id=contact.id,
            contact=name_of(contact),
            author=message.author_name,
            excerpt=shorten(message.body, 120),
            at=mention.at,
            is_seen=mention.seen_at is not None,
        )
        for mention, message, contact in await session.exec(statement)
    ]


async def count_unseen(session: AsyncSession, actor: Actor) -> int:
    """Return how many mentions in threads in sight the actor has not looked at yet."""
    visibility = ConversationVisibility.of(actor)
    if actor.user_id is None or visibility.is_blind:
        return 0
    statement = (
        select(func.count())
        .select_from(Mention)
        .join(Conversation, col(Conversation.id) == col(Mention.conversation_id))
        .where(col(Mention.workspace_id) == actor.workspace_id)
        .where(col(Mention.user_id) == actor.user_id, col(Mention.seen_at).is_(None))
        .where(visibility_condition(visibility))
    )
    return min((await session.exec(statement)).one(), COUNT_CAP)


async def mark_seen(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, shown: Collection[UUID]
) -> bool:
    """Remember that the actor looked at a thread that calls them; tell whether that is news.

    Args:
        shown: The entries before the actor's eyes; a newer note still waits to be seen.
    """
    first = await MessageRepository(session, actor.workspace_id).first_of(shown)
    if first is None:
        return False
    # A mention stands where its note stands.
    is_newer = keyset.after(first, col(Mention.at), col(Mention.message_id))
    changed = await session.exec(
        update(Mention)
        .where(col(Mention.workspace_id) == actor.workspace_id)
        .where(col(Mention.user_id) == actor.user_id)
        .where(col(Mention.conversation_id) == conversation_id)
        .where(col(Mention.seen_at).is_(None))
        .where(or_(not_(is_newer), any_of(col(Mention.message_id), shown)))
        .values(seen_at=clock.now())
        .returning(col(Mention.id))
    )
    if not changed.all():
        return False
    announce(session, actor.workspace_id, Topic.MENTION, actor.user_id or "")
    return True
