"""Webhook bodies as Meta writes them, for tests."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from tests.fixtures import World


def wamid() -> str:
    return f"wamid.{uuid4().hex}"


def envelope(world: World, *changes: dict[str, Any]) -> dict[str, Any]:
    """Wrap changes of one account."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": world.waba_id, "changes": list(changes)}],
    }


def change(world: World, **value: Any) -> dict[str, Any]:
    """Make a `messages` change of the world's number."""
    return {
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "15550783881",
                "phone_number_id": world.phone_number_id,
            },
            **value,
        },
    }


def text(sender: str, body: str, *, at: float | None = None, **extra: Any) -> dict[str, Any]:
    """Make an incoming text."""
    return {
        "from": sender,
        "id": wamid(),
        "timestamp": str(int(at or time.time())),
        "type": "text",
        "text": {"body": body},
        **extra,
    }


def person(wa_id: str, name: str = "Ana Ruiz", user_id: str | None = None) -> dict[str, Any]:
    """Make the contact part that comes with a message."""
    return {"profile": {"name": name}, "wa_id": wa_id, **({"user_id": user_id} if user_id else {})}


def incoming(world: World, sender: str, body: str, **extra: Any) -> dict[str, Any]:
    """Make a whole delivery with one text."""
    return envelope(
        world,
        change(world, contacts=[person(sender)], messages=[text(sender, body, **extra)]),
    )


def status(
    message_wamid: str, word: str, *, at: float | None = None, **extra: Any
) -> dict[str, Any]:
    """Make a status."""
    return {
        "id": message_wamid,
        "status": word,
        "timestamp": str(int(at or time.time())),
        "recipient_id": "16505551234",
        **extra,
    }
