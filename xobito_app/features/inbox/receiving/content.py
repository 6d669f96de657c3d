"""How a received message is kept: its words, and the rest as one document for the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from xobito_app.whatsapp.inbound_model import (
    Fault,
    Message,
    MessageKind,
    Order,
    Referral,
    ReplyKind,
)


def content_of(message: Message, media_id: UUID | None) -> dict[str, Any]:
    """Return what a bubble needs beside its words; parts Meta did not send are absent."""
    parts: dict[str, Any] = {}
    if message.media and media_id:
        parts["media"] = {
            "id": str(media_id),
            "mime": message.media.mime_type or "",
            "filename": message.media.filename or "",
            "voice": message.media.voice,
            "animated": message.media.animated,
        }
    if message.location:
        parts["location"] = asdict(message.location)
    if message.cards:
        parts["cards"] = [asdict(card) for card in message.cards]
    if message.reply:
        parts["reply"] = asdict(message.reply)
    if message.order:
        parts["order"] = _order(message.order)
    if message.referral:
        parts["referral"] = _referral(message.referral)
    if message.context and (message.context.forwarded or message.context.frequently_forwarded):
        parts["forwarded"] = "often" if message.context.frequently_forwarded else "once"
    if message.context and message.context.product_id:
        parts["product"] = message.context.product_id
    if message.errors:
        parts["errors"] = [_fault(fault) for fault in message.errors]
    if message.unsupported_type:
        parts["unsupported"] = message.unsupported_type
    if message.kind in (MessageKind.UNKNOWN, MessageKind.UNSUPPORTED):
        parts["type"] = message.type_name or ""
        parts["raw"] = message.raw
    if message.group_id:
        parts["group"] = {"id": message.group_id, "phone": message.phone or ""}
    if message.source.standby:
        parts["standby"] = True
    return parts


def words_of(message: Message) -> str:
    """Return the words of a message, or for one without any what it says all the same."""
    if message.text:
        return message.text
    if message.type_name and message.type_name.lower() == "request_welcome":
        return "Opened this chat for the first time"
    if message.system and message.system.new_phone:
        return f"The number changed to {message.system.new_phone}"
    if message.system and message.system.user_id:
        return "The WhatsApp user id changed"
    reply = message.reply
    if reply and reply.kind is ReplyKind.CALL_PERMISSION:
        return _permission(reply.fields)
    if reply and reply.kind is ReplyKind.PAYMENT:
        return str(reply.fields.get("payment_method") or "Payment")
    return ""


def _permission(answer: Mapping[str, Any]) -> str:
    """Say an answer to a call permission request; Meta's `call_permission_reply`."""
    match str(answer.get("response")).lower():
        case "accept" if answer.get("is_permanent") is False:
            return "Calls are allowed for a limited time"
        case "accept":
            return "Calls are allowed"
        case "reject":
            return "Calls are not allowed"
    return "Answered about calls"


def _order(order: Order) -> dict[str, Any]:
    return {
        "text": order.text or "",
        "items": [asdict(item) for item in order.items],
    }


def _referral(referral: Referral) -> dict[str, Any]:
    return {name: value for name, value in asdict(referral).items() if value}


def _fault(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "title": fault.title or "", "details": fault.details or ""}
