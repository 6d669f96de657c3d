"""Handing a chat between the bots and the team."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.flows.repository import SessionRepository
from xobito_app.features.flows.running import hearing
from xobito_app.features.inbox import service as inbox
from xobito_app.models.flows import FlowSession
from xobito_app.models.inbox import Conversation
from xobito_app.persistence.unit_of_work import announce


async def take_over(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Leave a chat to the team: bots are silent in it, a talk waits where it stands.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of sight.
    """
    thread, _ = await _open(session, actor, conversation_id)
    await inbox.leave_to_people(session, actor, thread)
    inbox.add_event(session, actor, thread, f"{actor.name} took over from the bot")
    _record(session, actor, "flow.taken_over", thread)


async def give_back(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Give a chat back to the bots; a talk goes on where it stood.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of sight.
    """
    thread, talk = await _open(session, actor, conversation_id)
    thread.bots_paused_until = None
    session.add(thread)
    announce(session, actor.workspace_id, Topic.CONVERSATION, thread.id)
    inbox.add_event(session, actor, thread, f"{actor.name} gave this chat back to the bot")
    _record(session, actor, "flow.given_back", thread)
    if talk is not None:
        await _tell(session, talk, hearing.RETURNED, {})


async def stop_talk(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """End the talk of a chat; the customer's next message may begin another.

    Raises:
        Forbidden: The actor may not reply.
        NotFound: The thread is out of sight.
    """
    thread, talk = await _open(session, actor, conversation_id)
    if talk is not None:
        await _tell(session, talk, hearing.STOPPED, {"reason": f"{actor.name} stopped it."})
        inbox.add_event(session, actor, thread, f"{actor.name} stopped the bot")
        _record(session, actor, "flow.stopped", thread)


async def _open(
    session: AsyncSession, actor: Actor, conversation_id: UUID
) -> tuple[Conversation, FlowSession | None]:
    require(actor, Permission.INBOX_REPLY)
    thread = await inbox.get_visible(session, actor, conversation_id, lock=True)
    talks = await SessionRepository(session, actor.workspace_id).list_live([thread.id])
    return thread, talks.get(thread.id)


async def _tell(
    session: AsyncSession, talk: FlowSession, kind: str, content: dict[str, str]
) -> None:
    await hearing.note(
        session,
        talk.workspace_id,
        kind=kind,
        key=f"{kind}:{talk.id}",
        conversation_id=talk.conversation_id,
        contact_id=talk.contact_id,
        content={"session": str(talk.id), **content},
    )


def _record(session: AsyncSession, actor: Actor, action: str, thread: Conversation) -> None:
    activity.record(session, actor, action, about="conversation", object_id=thread.id)
