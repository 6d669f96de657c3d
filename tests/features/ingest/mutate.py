"""Deliveries changed at random without losing their shape, the same at every run."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests import deliveries
from tests.fixtures import World

STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**40,
    1e308,
    1.5,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "\u202e",
    "\\" * 500,
    "'\"{}[],:",
    "%s %(x)s {0}",
    "x" * 300,
    "9" * 300,
    "9" * 5000,
    "🙂" * 400,
    "1e400",
    "NaN",
    "-0",
    "1970-01-01",
    "9999999999999999",
    [],
    {},
    [[]],
    [None],
    [1, "a", {}],
    {"a": {"b": {"c": {}}}},
    {"": ""},
    {"\0": "\0"},
    {"id": "1", "type": "text"},
)

_OUTER = 5
"""Body, entries, entry, changes, change: what stands around the news itself."""


def _messages() -> dict[str, dict[str, Any]]:
    return {
        "text": {"body": "hi"},
        "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "c"},
        "voice": {"id": "2", "mime_type": "audio/ogg"},
        "document": {"id": "3", "filename": "a.pdf", "mime_type": "application/pdf"},
        "location": {"latitude": 1.5, "longitude": 2, "name": "n"},
        "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "f", "response_json": "{}"}},
        "button": {"payload": "p", "text": "t"},
        "reaction": {"message_id": "wamid.a", "emoji": "👍"},
        "order": {"catalog_id": "1", "product_items": [{"quantity": 1, "item_price": 2.5}]},
        "system": {"type": "user_changed_number", "wa_id": "16505550999", "body": "b"},
        "edit": {"original_message_id": "wamid.a", "message": {"type": "text", "text": {}}},
        "revoke": {"original_message_id": "wamid.a"},
        "unsupported": {"type": "poll_creation"},
        "request_welcome": {},
        "payment_notification": {"reference_id": "r"},
    }


def seeds(world: World) -> list[dict[str, Any]]:
    """Return one delivery for each kind of news."""
    found: list[dict[str, Any]] = []
    for kind, content in _messages().items():
        message = {**deliveries.text("16505550001", ""), "type": kind, kind: content}
        value = {"contacts": [deliveries.person("16505550001")], "messages": [message]}
        found.append(deliveries.envelope(world, deliveries.change(world, **value)))
        if kind in ("text", "image"):
            group = {**message, "id": deliveries.wamid(), "group_id": "g.1"}
            found.append(deliveries.envelope(world, deliveries.change(world, messages=[group])))
    card = {"name": {"formatted_name": "A"}, "phones": [{"phone": "1"}], "emails": [{"email": "e"}]}
    cards = {**deliveries.text("16505550001", ""), "type": "contacts", "contacts": [card]}
    found.append(deliveries.envelope(world, deliveries.change(world, messages=[cards])))
    status = deliveries.status(
        "wamid.a",
        "failed",
        errors=[{"code": 131026, "title": "t", "error_data": {"details": "d"}}],
        pricing={"billable": True, "pricing_model": "PMP", "category": "utility"},
        conversation={"id": "c", "origin": {"type": "utility"}, "expiration_timestamp": "1"},
    )
    found.append(deliveries.envelope(world, deliveries.change(world, statuses=[status])))
    fields: dict[str, dict[str, Any]] = {
        "calls": {"calls": [{"id": "c1", "from": "16505550001", "event": "connect"}]},
        "history": {
            "history": [{"metadata": {"phase": 1}, "threads": [{"id": "1", "messages": []}]}]
        },
        "account_update": {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": world.waba_id}},
        "phone_number_quality_update": {"event": "FLAGGED", "display_phone_number": "15550783881"},
        "message_template_status_update": {
            "event": "APPROVED",
            "message_template_id": 1,
            "message_template_name": "n",
            "message_template_language": "en_US",
        },
        "user_preferences": {"user_preferences": [{"wa_id": "16505550001", "value": "stop"}]},
        "smb_app_state_sync": {
            "state_sync": [
                {"type": "contact", "contact": {"phone_number": "16505550003"}, "action": "add"}
            ]
        },
        "business_capability_update": {"max_daily_conversations_per_business": "TIER_2K"},
    }
    for field, value in fields.items():
        change = deliveries.change(world, **value)
        found.append(deliveries.envelope(world, {**change, "field": field}))
    return found


def mutations(world: World, count: int, seed: int) -> Iterator[bytes]:
    """Yield so many deliveries, each changed in one to four places, each different."""
    chance = random.Random(seed)
    templates = seeds(world)
    for _ in range(count):
        body = copy.deepcopy(chance.choice(templates))
        for message in body["entry"][0]["changes"][0]["value"].get("messages", []):
            message["id"] = f"wamid.{uuid4().hex}"
        for _ in range(chance.randint(1, 4)):
            _change(body, chance)
        body["mutation"] = uuid4().hex
        yield json.dumps(body).encode()


def _change(body: dict[str, Any], chance: random.Random) -> None:
    """Change one place: put something strange there, drop it, double it or rename it."""
    holders = [holder for holder in _holders(body) if holder]
    # The outermost ones are the way to the parser: changed too, but one time in sixteen.
    inner = holders[_OUTER:] if chance.random() < 15 / 16 else []
    holder = chance.choice(inner or holders)
    if isinstance(holder, list):
        place: Any = chance.randrange(len(holder))
    else:
        place = chance.choice(list(holder))
    match chance.randrange(6):
        case 0:
            del holder[place]
        case 1 if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place]))
        case 1:
            holder[f"{place}\0"] = holder.pop(place)
        case _:
            holder[place] = copy.deepcopy(chance.choice(STRANGE))


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)
