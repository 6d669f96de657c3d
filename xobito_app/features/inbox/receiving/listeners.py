"""What the inbox does by itself when a customer writes: opt-out, stop-bot, auto-assign."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import ConversationAssigned, MessageReceived, publish
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.core.text import one_line
from xobito_app.features.contacts.service import opt_out
from xobito_app.features.inbox.repository import ConversationRepository
from xobito_app.features.inbox.threads.alerts import alert_of_assignment, alert_of_message
from xobito_app.features.inbox.threads.thread_actions import add_event
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces.service import Answerer, WorkspaceSettings, load_settings
from xobito_app.models.inbox import Conversation, ConversationStatus

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def is_keyword(text: str, keywords: Collection[str]) -> bool:
    """Tell whether a message is one of the words, whatever its case and outer space."""
    return one_line(text).lower().strip(" .!") in keywords


def next_answerer(
    people: Sequence[Answerer], busy: Mapping[UUID, int], *, mode: str
) -> Answerer | None:
    """Choose who gets the next chat.

    Args:
        busy: How many open chats each person has.
        mode: `round_robin` takes whoever waited longest, `least_busy` whoever has least to do.
    """
    waited = sorted(people, key=lambda p: (p.last_assigned_at or _NEVER, str(p.user_id)))
    if mode == "least_busy":
        waited.sort(key=lambda p: busy.get(p.user_id, 0))
    return waited[0] if waited else None


async def on_message(session: AsyncSession, event: MessageReceived) -> None:
    """Do what the workspace's settings ask for; most messages cost no query at all."""
    alert_of_message(session, event.workspace_id, event.conversation_id, event.message_id)
    if event.is_group:
        # A word to the group is no wish about what we send to one person, and no chat to take.
        return
    settings = await load_settings(session, event.workspace_id)
    if is_keyword(event.body, settings.opt_out_keywords):
        await opt_out(
            session,
            event.workspace_id,
            {event.contact_id: event.at},
            reason=f"Wrote “{one_line(event.body)[:60]}”",
        )
    if settings.auto_assign == "off" and not is_keyword(event.body, settings.stop_bot_keywords):
        return
    thread = await ConversationRepository(session, event.workspace_id).get(event.conversation_id)
    if is_keyword(event.body, settings.stop_bot_keywords):
        thread.bots_paused_until = clock.now() + timedelta(hours=settings.bots_resume_after_hours)
        session.add(thread)
    if settings.auto_assign != "off" and thread.assignee_id is None:
        await _assign(session, thread, settings)


async def _assign(session: AsyncSession, thread: Conversation, settings: WorkspaceSettings) -> None:
    people = await workspaces.list_answerers(session, thread.workspace_id)
    busy = await _busy(session, thread.workspace_id) if settings.auto_assign == "least_busy" else {}
    chosen = next_answerer(people, busy, mode=settings.auto_assign)
    if chosen is None:
        return
    thread.assignee_id = chosen.user_id
    session.add(thread)
    await workspaces.note_turn(session, thread.workspace_id, chosen.user_id)
    actor = system_actor(WorkspaceId(thread.workspace_id))
    add_event(session, actor, thread, f"Assigned to {chosen.name} by itself")
    alert_of_assignment(session, thread.workspace_id, thread.id, chosen.user_id)
    await publish(session, ConversationAssigned(thread.workspace_id, thread.id, chosen.user_id))


async def _busy(session: AsyncSession, workspace_id: UUID) -> dict[UUID, int]:
    statement = (
        select(Conversation.assignee_id, func.count())
        .where(col(Conversation.workspace_id) == workspace_id)
        .where(col(Conversation.status) == ConversationStatus.OPEN)
        .where(col(Conversation.assignee_id).is_not(None))
        .group_by(col(Conversation.assignee_id))
    )
    return {person: count for person, count in await session.exec(statement) if person}
