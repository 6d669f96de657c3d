"""What is said about a message after it was written: ticks, failures, edits, deletions.

Any of these may arrive before the message itself; then it waits as a `PendingEffect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import BotMessagesSettled, Settled, StatusesReceived, Topic, publish
from xobito_app.features.contacts.service import opt_out
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.repository import (
    ConversationRepository,
    EffectRepository,
    MessageRepository,
)
from xobito_app.models.inbox import EffectKind, Message, MessageStatus, PendingEffect
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp import statuses
from xobito_app.whatsapp.errors import advice_for
from xobito_app.whatsapp.inbound_model import Message as InboundMessage, MessageKind, Status

Target = tuple[UUID, str]

_BEFORE_META = {
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.UNRESOLVED,
    MessageStatus.SCHEDULED,
    MessageStatus.CANCELLED,
}
_OURS = {
    "accepted": MessageStatus.ACCEPTED,
    "held_for_quality_assessment": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
}
_STAMPS = {
    MessageStatus.ACCEPTED: "accepted_at",
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.READ: "read_at",
    MessageStatus.FAILED: "failed_at",
}

_TAKEN = (
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
)
_LOST = (MessageStatus.FAILED, MessageStatus.CANCELLED)


def advance(message: Message, *, word: str, at: datetime, errors: Sequence[dict[str, Any]]) -> bool:
    """Move an outgoing message on by one of Meta's statuses; tell whether anything changed.

    A status never moves backwards, and a delivery proves an earlier failure wrong.
    """
    status = _OURS.get(statuses.normalise(word))
    if status is None:
        return False
    stamp = _STAMPS[status]
    changed = getattr(message, stamp) is None
    if changed:
        setattr(message, stamp, at)
    current = None if message.status in _BEFORE_META else str(message.status)
    if _OURS.get(statuses.furthest(current, word)) == status and message.status != status:
        message.status = status
        changed = True
        if status == MessageStatus.FAILED:
            fault = errors[0] if errors else {}
            message.error_code = fault.get("code")
            message.error_text = advice_for(fault.get("code")).explanation
            # Meta's own words beside ours, for whoever has to argue with Meta's support.
            message.content = {**message.content, "failure": fault}
        else:
            message.error_code, message.error_text = None, ""
    return changed


async def receive_statuses(
    session: AsyncSession, workspace_id: UUID, news: Sequence[tuple[UUID, Status]]
) -> int:
    """Apply statuses of one workspace, each given with our id of the sending number.

    A message is found by its `wamid`, or by our own id that Meta carries along when the send
    call's answer never came. What fits no message waits for it.

    Returns:
        How many messages changed.
    """
    received = StatusesReceived(workspace_id, tuple(news))
    await publish(session, received)
    messages = MessageRepository(session, workspace_id)
    by_wamid = await messages.lock_by_wamid({(n, s.wamid) for n, s in news if s.wamid})
    unknown = [s for n, s in news if s.wamid and (n, s.wamid) not in by_wamid]
    by_id = await messages.lock_many({i for s in unknown if (i := _own_id(s))})
    touched: dict[UUID, Message] = {}
    waiting: list[PendingEffect] = []
    opted_out: dict[UUID, datetime] = {}
    for number_id, status in news:
        if not status.wamid:
            continue
        message = by_wamid.get((number_id, status.wamid))
        own_id = _own_id(status)
        mine = by_id.get(own_id) if message is None and own_id else None
        if mine is not None and mine.wamid is None and mine.number_id == number_id:
            # The answer to our request was lost; Meta's status tells what became of it.
            mine.wamid = status.wamid
            by_wamid[number_id, status.wamid] = message = mine
        faults = [
            {"code": f.code, "title": f.title or "", "details": f.details or ""}
            for f in status.errors
        ]
        if message is None and status.wamid in received.known:
            continue
        if message is None:
            waiting.append(_waiting(workspace_id, number_id, status, faults))
            continue
        if status.pricing:
            message.pricing = {k: v for k, v in asdict(status.pricing).items() if v is not None}
        if advance(message, word=status.status, at=status.at, errors=faults):
            touched[message.id] = message
            if any(advice_for(fault.code).opts_out for fault in status.errors):
                opted_out[message.contact_id] = status.at
    session.add_all(waiting)
    await opt_out(session, workspace_id, opted_out, reason="Stopped marketing in WhatsApp")
    await show(session, workspace_id, list(touched.values()))
    return len(touched)


def _own_id(status: Status) -> UUID | None:
    try:
        return UUID(status.opaque) if status.opaque else None
    except ValueError:
        return None


def _waiting(
    workspace_id: UUID, number_id: UUID, status: Status, faults: list[dict[str, Any]]
) -> PendingEffect:
    pricing = asdict(status.pricing) if status.pricing else {}
    return PendingEffect(
        workspace_id=workspace_id,
        number_id=number_id,
        wamid=str(status.wamid),
        kind=EffectKind.STATUS,
        at=status.at,
        content={"status": status.status, "errors": faults, "pricing": pricing},
    )


async def change_messages(
    session: AsyncSession, workspace_id: UUID, changes: Sequence[tuple[UUID, InboundMessage]]
) -> None:
    """Apply edits and deletions by customers, oldest first."""
    wanted: list[PendingEffect] = []
    for number_id, message in changes:
        if message.kind is MessageKind.EDIT and message.edit and message.edit.target_wamid:
            wanted.append(
                PendingEffect(
                    workspace_id=workspace_id,
                    number_id=number_id,
                    wamid=message.edit.target_wamid,
                    kind=EffectKind.EDIT,
                    at=message.at,
                    content={"text": message.edit.text or ""},
                )
            )
        elif message.kind is MessageKind.REVOKE and message.revoked_wamid:
            wanted.append(
                PendingEffect(
                    workspace_id=workspace_id,
                    number_id=number_id,
                    wamid=message.revoked_wamid,
                    kind=EffectKind.REVOKE,
                    at=message.at,
                    content={},
                )
            )
    if wanted:
        await _apply(session, workspace_id, sorted(wanted, key=lambda e: e.at), keep=True)


async def apply_waiting(
    session: AsyncSession, workspace_id: UUID, targets: Sequence[Target]
) -> None:
    """Apply what had been said about these messages before they came."""
    waiting = await EffectRepository(session, workspace_id).take(set(targets))
    if waiting:
        await _apply(session, workspace_id, waiting, keep=False)


async def _apply(
    session: AsyncSession, workspace_id: UUID, wanted: Sequence[PendingEffect], *, keep: bool
) -> None:
    messages = MessageRepository(session, workspace_id)
    found = await messages.lock_by_wamid({(e.number_id, e.wamid) for e in wanted})
    touched: dict[UUID, Message] = {}
    edited: dict[UUID, Message] = {}
    for effect in wanted:
        message = found.get((effect.number_id, effect.wamid))
        if message is None:
            if keep:
                session.add(effect)
            continue
        if _apply_one(message, effect):
            touched[message.id] = message
            if effect.kind != EffectKind.STATUS:
                edited[message.id] = message
    await messages.index_words([(m.id, m.at, m.body) for m in edited.values()])
    await show(session, workspace_id, list(touched.values()))


def _apply_one(message: Message, effect: PendingEffect) -> bool:
    if effect.kind == EffectKind.STATUS:
        if effect.content.get("pricing"):
            message.pricing = effect.content["pricing"]
        return advance(
            message,
            word=effect.content["status"],
            at=effect.at,
            errors=effect.content.get("errors", []),
        )
    if effect.kind == EffectKind.EDIT:
        if message.edited_at is not None and message.edited_at >= effect.at:
            return False
        if message.revoked_at is None:
            # What the customer first wrote stays readable to the team.
            history = [*message.content.get("edits", []), message.body]
            message.content = {**message.content, "edits": history[-10:]}
            message.body = effect.content["text"]
        message.edited_at = effect.at
        return True
    if message.revoked_at is not None:
        return False
    message.revoked_at = effect.at
    return True


async def show(session: AsyncSession, workspace_id: UUID, changed: Sequence[Message]) -> None:
    """Write changed messages and let lists and open threads know."""
    if not changed:
        return
    await session.flush()
    threads = await ConversationRepository(session, workspace_id).lock_many(
        {message.conversation_id for message in changed}
    )
    for message in changed:
        thread = threads[message.conversation_id]
        if thread.last_message_id == message.id:
            thread.last_status = message.status
            thread.last_preview = (
                "Deleted message"
                if message.revoked_at
                else rules.preview_of(message.kind, message.body, message.content)
            )
            announce(session, workspace_id, Topic.CONVERSATION, thread.id)
        announce(session, workspace_id, Topic.MESSAGE, message.conversation_id, message.id)
    settled = tuple(_settled(message) for message in changed if _is_settled(message))
    if settled:
        await publish(session, BotMessagesSettled(workspace_id, settled))


def _is_settled(message: Message) -> bool:
    return message.origin == rules.BOT and message.status in (*_TAKEN, *_LOST)


def _settled(message: Message) -> Settled:
    return Settled(
        message.conversation_id,
        message.contact_id,
        message.client_key or "",
        is_done=message.status in _TAKEN,
        why=message.error_text,
    )
