"""Noting what bots have to hear: inside the transaction of whoever says it, and no more than that.

A flow that fails must not fail the message it was to answer, so nothing runs here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.events import BotMessagesSettled, MessageReceived, PersonTookChat
from xobito_app.features.flows.job_types import FLOWS_RUN
from xobito_app.features.flows.repository import LIVE, InputRepository, SessionRepository
from xobito_app.features.flows.running.keys import effect_key_of
from xobito_app.models.flows import Flow, FlowInput, FlowSession
from xobito_app.persistence.unit_of_work import enqueue

MESSAGE = "message"
TIMER = "timer"
RESULT = "result"
TAKEN = "taken"
RETURNED = "returned"
STARTED = "started"
STOPPED = "stopped"
_RANKS = {MESSAGE: 0, TAKEN: 0, RETURNED: 0, STOPPED: 0, STARTED: 1, RESULT: 1, TIMER: 2}
"""What people say goes before what time and machines say."""
_KNOWN = "flows.has_bots"


async def hear_message(session: AsyncSession, event: MessageReceived) -> None:
    """Note a customer's message, where there is anybody to answer it."""
    if event.is_group or not await _has_bots(session, event.workspace_id):
        return
    await note(
        session,
        event.workspace_id,
        kind=MESSAGE,
        key=f"{MESSAGE}:{event.message_id}",
        conversation_id=event.conversation_id,
        contact_id=event.contact_id,
        content={"message_id": str(event.message_id)},
    )


async def hear_person(session: AsyncSession, event: PersonTookChat) -> None:
    """Note that somebody of the team writes in a chat, where a talk is going on."""
    live = await session.exec(
        select(FlowSession)
        .where(col(FlowSession.workspace_id) == event.workspace_id)
        .where(col(FlowSession.conversation_id) == event.conversation_id)
        .where(col(FlowSession.status) == "active")
    )
    if talk := live.first():
        await note(
            session,
            event.workspace_id,
            kind=TAKEN,
            key=f"{TAKEN}:{talk.id}",
            conversation_id=talk.conversation_id,
            contact_id=talk.contact_id,
            content={"session": str(talk.id), "by": event.name},
        )


async def hear_settled(session: AsyncSession, event: BotMessagesSettled) -> None:
    """Note what a talk waits to hear of its messages, and what it must hear: that one failed."""
    keys = {key: one for one in event.settled if (key := effect_key_of(one.key))}
    if not keys:
        return
    talks = await SessionRepository(session, event.workspace_id).list_live(
        {one.conversation_id for one in keys.values()}
    )
    for key, one in keys.items():
        talk = talks.get(one.conversation_id)
        if talk is None or str(talk.id) != key.split(":", 1)[0]:
            continue
        if one.is_done and not _is_awaited(talk, key):
            continue
        result = {"key": key, "is_done": one.is_done, "why": one.why}
        await note(
            session,
            event.workspace_id,
            kind=RESULT,
            key=f"{RESULT}:{key}",
            conversation_id=one.conversation_id,
            contact_id=one.contact_id,
            content={"session": str(talk.id), "result": result},
        )


def _is_awaited(talk: FlowSession, key: str) -> bool:
    wait = talk.state.get("wait") or {}
    return wait.get("kind") == "effect" and key.endswith(wait["token"].replace("-", ":"))


async def note(
    session: AsyncSession,
    workspace_id: UUID,
    *,
    kind: str,
    key: str,
    conversation_id: UUID,
    contact_id: UUID,
    content: Mapping[str, Any],
) -> None:
    """Note something the bots of a conversation have to hear; the same once while it waits."""
    row = FlowInput(
        workspace_id=workspace_id,
        conversation_id=conversation_id,
        contact_id=contact_id,
        kind=kind,
        key=key,
        content=dict(content),
        rank=_RANKS[kind],
        at=clock.now(),
    )
    await InputRepository(session, workspace_id).insert_new([row])
    enqueue(session, FLOWS_RUN, workspace_id)


async def _has_bots(session: AsyncSession, workspace_id: UUID) -> bool:
    """Tell whether anything of a workspace answers by itself; asked once in a transaction."""
    known: dict[UUID, bool] = session.info.setdefault(_KNOWN, {})
    if workspace_id not in known:
        known[workspace_id] = await _look_for_bots(session, workspace_id)
    return known[workspace_id]


async def _look_for_bots(session: AsyncSession, workspace_id: UUID) -> bool:
    flows = select(Flow.id).where(
        col(Flow.workspace_id) == workspace_id, col(Flow.published_id).is_not(None)
    )
    talks = select(FlowSession.id).where(
        col(FlowSession.workspace_id) == workspace_id, col(FlowSession.status).in_(LIVE)
    )
    for statement in (flows, talks):
        if (await session.exec(statement.limit(1))).first() is not None:
            return True
    for responder in registry.responders():
        if await responder.has_any(session, workspace_id):
            return True
    return False
