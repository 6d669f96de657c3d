"""Entries of the activity log about conversations, which are called after their customer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.service import get_name
from xobito_app.models.inbox import Conversation, Message


async def record_thread(
    session: AsyncSession, actor: Actor, action: str, thread: Conversation, **detail: Any
) -> None:
    """Note what somebody did to a conversation."""
    await _record(session, actor, action, thread.id, thread.contact_id, detail)


async def record_message(
    session: AsyncSession, actor: Actor, action: str, message: Message, **detail: Any
) -> None:
    """Note what somebody did to a message; the entry leads to its conversation."""
    detail["message"] = str(message.id)
    await _record(session, actor, action, message.conversation_id, message.contact_id, detail)


async def _record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    conversation_id: UUID,
    contact_id: UUID,
    detail: dict[str, Any],
) -> None:
    name = await get_name(session, actor.workspace_id, contact_id)
    activity.record(
        session,
        actor,
        action,
        about="conversation",
        object_id=conversation_id,
        name=name,
        **detail,
    )
