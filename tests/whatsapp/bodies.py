"""Webhook bodies in the shapes Meta sends, made of our own values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from xobito_app.whatsapp.inbound import parse

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NUMBER_ID = "106540352242922"
WABA_ID = "102290129340398"
SENDER = "16505551234"
USER = "US.13491208655302741918"


def body(*changes: dict[str, Any], waba_id: Any = WABA_ID, time: Any = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": waba_id, "changes": list(changes)}
    if time is not None:
        entry["time"] = time
    return {"object": "whatsapp_business_account", "entry": [entry]}


def change(field: str = "messages", **value: Any) -> dict[str, Any]:
    return {
        "field": field,
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID},
            **value,
        },
    }


def bare(field: str, **value: Any) -> dict[str, Any]:
    return {"field": field, "value": value}


def contact(wa_id: str | None = SENDER, user_id: str | None = USER, name: str = "Sheena Nelson"):
    found: dict[str, Any] = {"profile": {"name": name, "username": "sheena.n"}}
    if wa_id:
        found["wa_id"] = wa_id
    if user_id:
        found["user_id"] = user_id
    return found


def message(kind: str, content: Any = None, **rest: Any) -> dict[str, Any]:
    item = {
        "from": SENDER,
        "from_user_id": USER,
        "id": f"wamid.{kind}",
        "timestamp": "1750030073",
        "type": kind,
    }
    if content is not None:
        item[kind] = content
    return {**item, **rest}


def status(word: str, **rest: Any) -> dict[str, Any]:
    return {
        "id": "wamid.OUT",
        "status": word,
        "timestamp": "1750030073",
        "recipient_id": SENDER,
        **rest,
    }


def only(*changes: dict[str, Any], **entry: Any) -> Any:
    """Return the one part that a body of these changes is read as."""
    parts = parse(body(*changes, **entry), NOW).parts
    assert len(parts) == 1
    return parts[0]
