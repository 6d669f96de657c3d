"""Statements on threads and their entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from xobito_app.models.inbox import (
    Conversation,
    Direction,
    Media,
    Message,
    PendingEffect,
    Reaction,
)
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of, any_pair, chunks, none_of
from xobito_app.persistence.repository import Repository

WORDS_LIMIT = 20_000
"""Characters of a message that search knows."""


def workspace_word(workspace_id: UUID) -> str:
    """Return the word that stands for a workspace in every search vector of its messages."""
    return f"w{workspace_id.hex}"


class ConversationRepository(Repository[Conversation]):
    """Threads of one workspace."""

    missing = "This conversation does not exist or is not yours to see."

    async def ensure(
        self, pairs: Collection[tuple[UUID, UUID]], rows: Sequence[dict[str, Any]]
    ) -> dict[tuple[UUID, UUID], Conversation]:
        """Return the thread of each (number, contact), made when missing, locked for change."""
        if rows:
            await self.session.exec(
                insert(Conversation).on_conflict_do_nothing(
                    index_elements=["workspace_id", "number_id", "contact_id"]
                ),
                params=rows,
            )
        found = await self.all(
            self.scoped()
            .where(any_pair(col(Conversation.number_id), col(Conversation.contact_id), pairs))
            # Always in one order, so that two writers cannot wait for each other in a circle.
            .order_by(col(Conversation.id))
            .with_for_update()
        )
        return {(row.number_id, row.contact_id): row for row in found}

    async def lock_many(self, conversation_ids: Collection[UUID]) -> dict[UUID, Conversation]:
        """Return threads locked for change."""
        found: dict[UUID, Conversation] = {}
        # Sorted, so that the order holds from one chunk to the next.
        for some in chunks(sorted(set(conversation_ids))):
            rows = await self.all(
                self.scoped()
                .where(any_of(col(Conversation.id), some))
                .order_by(col(Conversation.id))
                .with_for_update()
            )
            found |= {row.id: row for row in rows}
        return found


class MessageRepository(Repository[Message]):
    """Entries of the threads of one workspace."""

    missing = "This message does not exist or is not yours to see."

    async def insert_new(self, rows: Sequence[dict[str, Any]]) -> set[UUID]:
        """Insert entries and return the ids of those whose `wamid` was not here yet."""
        statement = (
            insert(Message)
            .on_conflict_do_nothing(
                index_elements=["number_id", "wamid"], index_where=text("wamid IS NOT NULL")
            )
            .returning(col(Message.id))
        )
        return set((await self.session.exec(statement, params=rows)).scalars())

    async def index_words(self, rows: Sequence[tuple[UUID, Any, str]]) -> None:
        """Make entries findable: (message id, time, text) each."""
        if not rows:
            return
        mark = workspace_word(self.workspace_id)
        statement = text(
            "INSERT INTO message_search (message_id, workspace_id, at, words) "
            "VALUES (:id, :workspace, :at, to_tsvector('simple', :words)) "
            "ON CONFLICT (message_id) DO UPDATE SET words = excluded.words"
        )
        await (await self.session.connection()).execute(
            statement,
            [
                {
                    "id": message_id,
                    "workspace": self.workspace_id,
                    "at": at,
                    "words": f"{mark} {words[:WORDS_LIMIT]}",
                }
                for message_id, at, words in rows
            ],
        )

    async def first_of(self, message_ids: Collection[UUID]) -> keyset.Position | None:
        """Return where the oldest of these entries stands."""
        found = await self.all(
            self.scoped()
            .where(any_of(col(Message.id), message_ids))
            .order_by(col(Message.at), col(Message.id))
            .limit(1)
        )
        return (found[0].at, found[0].id) if found else None

    async def count_seen(self, conversation_id: UUID, shown: Collection[UUID]) -> int | None:
        """Return how many of the customer's messages somebody has seen who was shown these entries.

        Those before the oldest of them count as seen. None when the entries are not here. One
        statement, so that a message and the thread's count of it are seen together or not at all.
        """
        first = await self.first_of(shown)
        if first is None:
            return None
        later = (
            select(func.count())
            .select_from(Message)
            .where(col(Message.workspace_id) == self.workspace_id)
            .where(col(Message.conversation_id) == conversation_id)
            .where(keyset.after(first, col(Message.at), col(Message.id)))
            .where(none_of(col(Message.id), shown))
            # What a thread counts: live messages of the customer.
            .where(col(Message.direction) == Direction.IN, col(Message.origin) != "history")
        )
        seen = col(Conversation.inbound_count) - later.scalar_subquery()
        statement = select(func.greatest(seen, 0)).where(
            col(Conversation.workspace_id) == self.workspace_id,
            col(Conversation.id) == conversation_id,
        )
        return (await self.session.exec(statement)).one_or_none()

    async def lock_by_wamid(
        self, keys: Collection[tuple[UUID, str]]
    ) -> dict[tuple[UUID, str], Message]:
        """Return entries by (number, `wamid`), locked for change."""
        found: dict[tuple[UUID, str], Message] = {}
        for some in chunks(keys):
            named = any_pair(col(Message.number_id), col(Message.wamid), some)
            # Said once more, for the index to be known to hold them all.
            rows = await self._lock(and_(named, col(Message.wamid).is_not(None)))
            found |= {(row.number_id, row.wamid): row for row in rows if row.wamid}
        return found

    async def lock_many(self, message_ids: Collection[UUID]) -> dict[UUID, Message]:
        """Return entries by id, locked for change."""
        found: dict[UUID, Message] = {}
        for some in chunks(sorted(set(message_ids))):
            rows = await self._lock(any_of(col(Message.id), some))
            found |= {row.id: row for row in rows}
        return found

    async def _lock(self, which: ColumnElement[bool]) -> Sequence[Message]:
        """Lock entries, their threads first: everybody keeps this order, so nobody waits in a ring.

        Already loaded rows are read anew, as they may have changed while the lock was waited for.
        """
        threads = (
            select(Message.conversation_id)
            .where(col(Message.workspace_id) == self.workspace_id)
            .where(which)
        )
        await ConversationRepository(self.session, self.workspace_id).all(
            select(Conversation)
            .where(col(Conversation.workspace_id) == self.workspace_id)
            .where(col(Conversation.id).in_(threads))
            .order_by(col(Conversation.id))
            .with_for_update()
        )
        return await self.all(
            self.scoped()
            .where(which)
            .order_by(col(Message.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    async def find_by_client_key(self, key: str) -> Message | None:
        """Return the message a browser already asked for under this key."""
        return await self.one_or_none(self.scoped().where(col(Message.client_key) == key))


class EffectRepository(Repository[PendingEffect]):
    """What was said about messages that are not here yet."""

    async def take(self, keys: Collection[tuple[UUID, str]]) -> Sequence[PendingEffect]:
        """Return and delete what waits for these messages, oldest first."""
        found: list[PendingEffect] = []
        for some in chunks(keys):
            named = any_pair(col(PendingEffect.number_id), col(PendingEffect.wamid), some)
            found += await self.all(self.scoped().where(named).with_for_update())
        for some in chunks([row.id for row in found]):
            await self.session.exec(
                delete(PendingEffect)
                .where(col(PendingEffect.workspace_id) == self.workspace_id)
                .where(any_of(col(PendingEffect.id), some))
                .execution_options(synchronize_session=False)
            )
        for row in found:
            self.session.expunge(row)
        return sorted(found, key=lambda row: (row.at, row.id))


class ReactionRepository(Repository[Reaction]):
    """Reactions in the threads of one workspace."""

    async def put(self, rows: Sequence[dict[str, Any]]) -> None:
        """Set the reaction of a side to a message, unless a newer one is known."""
        statement = insert(Reaction)
        await self.session.exec(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "number_id", "target_wamid", "is_ours"],
                set_={"emoji": statement.excluded.emoji, "at": statement.excluded.at},
                where=col(Reaction.at) <= statement.excluded.at,
            ),
            params=rows,
        )

    async def list_for(self, number_id: UUID, wamids: Collection[str]) -> Sequence[Reaction]:
        """Return the standing reactions to some messages of a number."""
        return await self.all(
            self.scoped()
            .where(col(Reaction.number_id) == number_id)
            .where(any_of(col(Reaction.target_wamid), wamids), col(Reaction.emoji) != "")
        )


class MediaRepository(Repository[Media]):
    """Files of one workspace."""

    missing = "This file does not exist or is not yours to see."

    async def insert_all(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert files that are still to be fetched."""
        if rows:
            await self.session.exec(insert(Media), params=rows)
