"""The open thread: windows of its entries with files, quotes and reactions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import paging
from xobito_app.core.errors import NotFound
from xobito_app.core.paging import WINDOW
from xobito_app.core.permissions import Actor, Permission
from xobito_app.core.views import taken_from
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import ContactFacts
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.repository import (
    MediaRepository,
    MessageRepository,
    ReactionRepository,
)
from xobito_app.features.inbox.schemas import (
    EntryView,
    MediaView,
    QuoteView,
    SentEntry,
    ThreadView,
)
from xobito_app.features.inbox.threads import positions, sent_entries
from xobito_app.features.inbox.threads.threads import (
    for_person,
    get_visible,
    load_lines,
    seen_counts,
)
from xobito_app.features.workspaces.service import load_settings
from xobito_app.models.inbox import Conversation, Direction, Media, Message, Reaction
from xobito_app.persistence.arrays import any_of, any_pair


async def read_thread(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, limit: int = WINDOW
) -> ThreadView:
    """Return a thread with its newest entries, oldest first.

    Raises:
        NotFound: It is missing or out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    lines = await load_lines(session, actor.workspace_id, [thread.id])
    seen = await seen_counts(session, actor.workspace_id, [thread.id], [actor.user_id])
    entries, older = await _window(session, actor, thread, "", limit)
    why_not = await why_not_reply(session, actor, thread)
    return ThreadView(
        line=for_person(lines[thread.id], seen, actor.user_id),
        entries=entries,
        older=older,
        can_reply=not why_not,
        why_not=why_not,
    )


async def why_not_reply(session: AsyncSession, actor: Actor, thread: Conversation) -> str:
    """Return why an actor may not answer in a thread it sees; empty when it may."""
    if not actor.can(Permission.INBOX_REPLY):
        return "Your role does not allow replying."
    if thread.group_id:
        return "This is a WhatsApp group: it is shown here, and answered in WhatsApp."
    settings = await load_settings(session, actor.workspace_id)
    if settings.reply_only_assigned and thread.assignee_id != actor.user_id:
        return "Only the person this chat is assigned to may reply. Assign it to yourself first."
    return ""


async def read_older(
    session: AsyncSession,
    actor: Actor,
    *,
    conversation_id: UUID,
    cursor: str,
    limit: int = WINDOW,
) -> tuple[tuple[EntryView, ...], str]:
    """Return the window of entries before a cursor, oldest first, and the next cursor."""
    thread = await get_visible(session, actor, conversation_id)
    return await _window(session, actor, thread, cursor, limit)


async def read_around(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, message_id: UUID
) -> tuple[tuple[EntryView, ...], str]:
    """Return a window that ends a little after one entry, for opening a search result."""
    thread = await get_visible(session, actor, conversation_id)
    branches = positions.of_thread(actor.workspace_id, thread.id)
    wanted = await positions.find(session, branches, message_id)
    if wanted is None:
        raise NotFound(MessageRepository.missing)
    later = await positions.oldest(session, branches, paging.encode(*wanted), WINDOW // 3)
    cursor = paging.encode(*later.rows[-1]) if later.rows else ""
    return await _window(session, actor, thread, cursor, WINDOW)


async def _window(
    session: AsyncSession, actor: Actor, thread: Conversation, cursor: str, limit: int
) -> tuple[tuple[EntryView, ...], str]:
    branches = positions.of_thread(actor.workspace_id, thread.id)
    page = await positions.newest(session, branches, cursor, limit)
    found = await load_entries(session, actor.workspace_id, [row_id for _, row_id in page.rows])
    shown = (found.get(row_id) for _, row_id in reversed(page.rows))
    return tuple(entry for entry in shown if entry), page.cursor


async def load_entries(
    session: AsyncSession, workspace_id: UUID, message_ids: Collection[UUID]
) -> dict[UUID, EntryView]:
    """Return entries by id, in a fixed number of queries. The caller judges who may see them."""
    rows = await MessageRepository(session, workspace_id).list_by_ids(list(message_ids))
    shown = [row for row in rows.values() if row.kind != rules.REACTION]
    found = {e.id: e for e in await _dress(session, workspace_id, shown)}
    elsewhere = set(message_ids) - rows.keys()
    return found | await _load_sent(session, workspace_id, elsewhere)


async def _load_sent(
    session: AsyncSession, workspace_id: UUID, entry_ids: Collection[UUID]
) -> dict[UUID, EntryView]:
    """Return what other features sent of these, with files and reactions."""
    sent = await sent_entries.load_sent(session, workspace_id, entry_ids)
    files = await sent_entries.files_of(session, workspace_id, sent)
    reactions = await _reactions_of(session, workspace_id, sent)
    return {
        entry.id: sent_entries.entry_of(
            entry,
            files.get(entry.media_id) if entry.media_id else None,
            reactions.get((entry.number_id, entry.wamid), {}),
        )
        for entry in sent
    }


async def read_entry(session: AsyncSession, message: Message) -> EntryView:
    """Return one entry that the caller has at hand."""
    return (await _dress(session, message.workspace_id, [message]))[0]


async def entries_with_reactions(
    session: AsyncSession, workspace_id: UUID, conversation_id: UUID, limit: int = WINDOW
) -> dict[UUID, EntryView]:
    """Return the newest entries of a thread anew, when something about one of them changed."""
    branches = positions.of_thread(workspace_id, conversation_id)
    page = await positions.newest(session, branches, "", limit)
    return await load_entries(session, workspace_id, [row_id for _, row_id in page.rows])


async def load_sent_of(
    session: AsyncSession,
    workspace_id: UUID,
    conversation_ids: Collection[UUID],
    sender_ids: Collection[UUID],
    limit: int = 10 * WINDOW,
) -> dict[UUID, EntryView]:
    """Return what some senders sent into some threads. The caller judges who may see them."""
    threads = any_of(col(Conversation.id), conversation_ids)
    found: set[UUID] = set()
    for source in registry.thread_sources():
        statement = source.positions(workspace_id, threads, sender_ids).limit(limit)
        rows: Any = await (await session.connection()).execute(statement)
        found |= {entry_id for _, entry_id in rows}
    return await _load_sent(session, workspace_id, found)


async def _dress(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Message]
) -> list[EntryView]:
    """Add files, quotes and reactions to entries, each kind in one query."""
    if not rows:
        return []
    media = await _media_of(session, workspace_id, [row.id for row in rows])
    quotes = await _quotes_of(session, workspace_id, rows)
    reactions = await _reactions_of(session, workspace_id, rows)
    return [
        _entry(
            row,
            media.get(row.id),
            quotes.get((row.number_id, row.reply_to_wamid or "")),
            reactions.get((row.number_id, row.wamid or ""), {}),
        )
        for row in rows
    ]


async def _media_of(
    session: AsyncSession, workspace_id: UUID, message_ids: Sequence[UUID]
) -> dict[UUID, Media]:
    files = MediaRepository(session, workspace_id)
    rows = await files.all_any(col(Media.message_id), message_ids)
    return {row.message_id: row for row in rows if row.message_id}


async def _quotes_of(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Message]
) -> dict[tuple[UUID, str], QuoteView]:
    wanted = {(row.number_id, row.reply_to_wamid) for row in rows if row.reply_to_wamid}
    if not wanted:
        return {}
    messages = MessageRepository(session, workspace_id)
    found = await messages.all(
        messages.scoped().where(
            any_pair(col(Message.number_id), col(Message.wamid), wanted),
            col(Message.wamid).is_not(None),
        )
    )
    known = {
        (row.number_id, str(row.wamid)): _quote(
            row.id, row.kind, row.body, row.content, is_ours=row.direction == Direction.OUT
        )
        for row in found
    }
    known |= await _quotes_of_sent(session, workspace_id, wanted - known.keys())
    # An answer to something older than this installation still shows that it is an answer.
    absent = QuoteView(message_id=None, author="", preview="An earlier message", kind="text")
    return {(n, str(w)): known.get((n, str(w)), absent) for n, w in wanted}


async def _quotes_of_sent(
    session: AsyncSession, workspace_id: UUID, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], QuoteView]:
    found = await sent_entries.find_sent(session, workspace_id, wanted)
    sent = await sent_entries.load_sent(session, workspace_id, set(found.values()))
    quotes = {
        entry.id: _quote(entry.id, sent_entries.TEMPLATE, entry.body, entry.content, is_ours=True)
        for entry in sent
    }
    return {key: quotes[entry_id] for key, entry_id in found.items() if entry_id in quotes}


def _quote(
    message_id: UUID, kind: str, body: str, content: dict[str, Any], *, is_ours: bool
) -> QuoteView:
    return QuoteView(
        message_id=message_id,
        author="You" if is_ours else "",
        preview=rules.preview_of(kind, body, content),
        kind=kind,
    )


async def _reactions_of(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Message | SentEntry]
) -> dict[tuple[UUID, str], dict[bool, str]]:
    found: dict[tuple[UUID, str], dict[bool, str]] = {}
    reactions = ReactionRepository(session, workspace_id)
    for number_id in {row.number_id for row in rows}:
        wamids = [row.wamid for row in rows if row.wamid and row.number_id == number_id]
        standing: Sequence[Reaction] = await reactions.list_for(number_id, wamids)
        for reaction in standing:
            key = (number_id, reaction.target_wamid)
            found.setdefault(key, {})[reaction.is_ours] = reaction.emoji
    return found


def _entry(
    row: Message, media: Media | None, quote: QuoteView | None, reactions: dict[bool, str]
) -> EntryView:
    return taken_from(
        row,
        EntryView,
        body="" if row.revoked_at else row.body,
        content={} if row.revoked_at else row.content,
        wamid=row.wamid or "",
        can_resend=rules.can_resend(row.status, row.error_code, row.content),
        is_edited=row.edited_at is not None,
        is_revoked=row.revoked_at is not None,
        media=taken_from(media, MediaView) if media and not row.revoked_at else None,
        quote=quote,
        their_reaction=reactions.get(False, ""),
        our_reaction=reactions.get(True, ""),
        sender_id=None,
    )


async def read_panel(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> ContactFacts:
    """Return the facts of the contact beside a thread.

    Raises:
        NotFound: The thread is missing or out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    return await contacts.load_facts(session, actor.workspace_id, thread.contact_id)
