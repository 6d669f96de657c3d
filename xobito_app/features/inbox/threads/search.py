"""Finding messages and contacts among millions, within the actor's sight."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor
from xobito_app.core.text import one_line, shorten
from xobito_app.features.contacts.service import name_of, phone_of
from xobito_app.features.inbox.repository import workspace_word
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import ContactHit, Hit, SearchResult
from xobito_app.features.inbox.threads.threads import visibility_condition
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, Message
from xobito_app.persistence.arrays import any_of

HITS = 30
CANDIDATES = 300
"""Newest matching messages looked at; sight is applied to these."""
NEWEST = 10_000
"""Messages searched one by one before the inverted index is asked."""
_WORD = re.compile(r"\w+", re.UNICODE)


def query_of(typed: str, workspace_id: UUID) -> str:
    """Turn what a person typed into a text query: all words, the last one as a beginning."""
    words = [word.lower() for word in _WORD.findall(typed)][:12]
    if not words:
        return ""
    return " & ".join([workspace_word(workspace_id), *words[:-1], f"{words[-1]}:*"])


async def search(session: AsyncSession, actor: Actor, *, typed: str) -> SearchResult:
    """Return the newest messages and the contacts that fit; two letters at least."""
    visibility = ConversationVisibility.of(actor)
    line = one_line(typed)[:200]
    if visibility.is_blind or len(line) < 2:
        return SearchResult()
    return SearchResult(
        contacts=await _contacts(session, actor, visibility, line),
        messages=await _messages(session, actor, visibility, line),
    )


async def _messages(
    session: AsyncSession, actor: Actor, visibility: ConversationVisibility, line: str
) -> tuple[Hit, ...]:
    """Return the newest messages with these words that the actor sees, newest first.

    Common words are found among the newest messages; only words that are rare there go to the
    inverted index, so that neither kind has to read a large part of the table. Left to itself
    PostgreSQL guesses wrongly for words it has no statistics of.
    """
    query = query_of(line, actor.workspace_id)
    if not query:
        return ()
    hits: tuple[Hit, ...] = ()
    for statement in (_AMONG_NEWEST, _BY_WORD):
        ids = await _matching(session, actor.workspace_id, statement, query)
        hits = await _read(session, actor.workspace_id, visibility, line, ids) if ids else ()
        if len(hits) >= HITS:
            break
    return hits


async def _matching(
    session: AsyncSession, workspace_id: UUID, statement: str, query: str
) -> list[UUID]:
    values = {
        "workspace": workspace_id,
        "query": query,
        "limit": CANDIDATES,
        "newest": NEWEST,
    }
    connection = await session.connection()
    return [row[0] for row in await connection.execute(text(statement), values)]


async def _read(
    session: AsyncSession,
    workspace_id: UUID,
    visibility: ConversationVisibility,
    line: str,
    ids: list[UUID],
) -> tuple[Hit, ...]:
    statement = (
        select(Message, Contact)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Contact, col(Contact.id) == col(Message.contact_id))
        .where(col(Message.workspace_id) == workspace_id)
        .where(any_of(col(Message.id), ids), col(Message.revoked_at).is_(None))
        .where(visibility_condition(visibility))
        .order_by(col(Message.at).desc(), col(Message.id).desc())
        .limit(HITS)
    )
    return tuple(
        Hit(
            conversation_id=message.conversation_id,
            message_id=message.id,
            name=name_of(contact),
            excerpt=excerpt(message.body, line),
            at=message.at,
        )
        for message, contact in await session.exec(statement)
    )


_AMONG_NEWEST = """
    SELECT message_id FROM (
        SELECT message_id, at, words FROM message_search WHERE workspace_id = :workspace
        ORDER BY at DESC, message_id DESC LIMIT :newest
    ) newest
    WHERE words @@ to_tsquery('simple', :query)
    ORDER BY at DESC, message_id DESC LIMIT :limit
"""
_BY_WORD = """
    WITH hits AS MATERIALIZED (
        SELECT message_id, at FROM message_search
        WHERE workspace_id = :workspace AND words @@ to_tsquery('simple', :query)
    )
    SELECT message_id FROM hits ORDER BY at DESC, message_id DESC LIMIT :limit
"""


def excerpt(body: str, typed: str, around: int = 60) -> str:
    """Return the part of a message where the searched word stands."""
    line = one_line(body)
    words = _WORD.findall(typed)
    start = line.lower().find(words[-1].lower()) if words else 0
    begin = max(0, start - around)
    return ("…" if begin else "") + shorten(line[begin:], 2 * around)


async def _contacts(
    session: AsyncSession, actor: Actor, visibility: ConversationVisibility, line: str
) -> tuple[ContactHit, ...]:
    digits = "".join(c for c in line if c.isdigit())
    name = func.lower(col(Contact.first_name) + " " + col(Contact.last_name))
    fits = [name.contains(line.lower(), autoescape=True)]
    if len(digits) >= 3:
        fits.append(col(Contact.phone).contains(digits))
    statement = (
        select(Conversation.id, Contact)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(col(Conversation.workspace_id) == actor.workspace_id)
        .where(or_(*fits), visibility_condition(visibility))
        .order_by(col(Conversation.last_message_at).desc())
        .limit(8)
    )
    return tuple(
        ContactHit(
            contact_id=contact.id,
            conversation_id=conversation_id,
            name=name_of(contact),
            phone=phone_of(contact),
        )
        for conversation_id, contact in await session.exec(statement)
    )
