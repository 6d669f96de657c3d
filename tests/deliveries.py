"""Webhook bodies as Meta writes them, for tests."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.fixtures import World
from xobito_app.features.ingest import routing
from xobito_app.features.ingest.intake import Delivery, store_deliveries
from xobito_app.models.connection import Route
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import inbound_body


async def store(body: dict[str, Any] | bytes, *signers: UUID) -> None:
    """Keep a delivery as the endpoint does, signed by these connections or by all it names."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with unit_of_work() as uow:
        named = signers or await _named_in(uow.session, raw)
        await store_deliveries(uow.session, [Delivery(raw, "", tuple(named))])


async def _named_in(session: AsyncSession, raw: bytes) -> list[UUID]:
    try:
        body = inbound_body.read(raw)
    except ValueError:
        return []
    accounts, numbers = routing.ids_in(body)
    routes = await session.exec(
        select(Route.connection_id).where(col(Route.external_id).in_(accounts | numbers))
    )
    return sorted(set(routes))


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
