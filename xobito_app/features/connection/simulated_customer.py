"""Being the customer in the simulator: people, their chats, the clock, the disturbances.

Everything passes through the simulator's control API, and only to the accounts of the actor's
own workspace: a customer's id alone opens nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from xobito_app.core.errors import Conflict, Invalid, NotFound, Unavailable
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean
from xobito_app.features.connection import moved_clock, samples, simulator
from xobito_app.features.connection.repository import ConnectionRepository
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

CHAT_LIMIT = 50
LONGEST_LEAP = 30 * 24 * 3600
"""Seconds the clock may be moved at once."""
_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_NO_ACCOUNT = "This workspace is not connected to the simulator."
_LISTEN_AGAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Customer:
    """A simulated person."""

    id: str
    name: str
    phone: str
    username: str
    last_text: str
    last_at: datetime
    magic: str
    is_typing: bool


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message as the customer's phone shows it."""

    id: str
    is_mine: bool
    kind: str
    text: str
    at: datetime
    status: str
    header: str
    footer: str
    reply_to: str
    reactions: str
    media_kind: str
    is_edited: bool
    is_revoked: bool
    taps: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Chat:
    """The open chat of a customer, oldest message first."""

    customer: Customer
    messages: tuple[PhoneMessage, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """The state of the simulator around one account."""

    offset_seconds: float
    undelivered: int
    duplicate: int
    reorder: bool
    delay_ms: int
    drop: float


async def _account(actor: Actor) -> str:
    """Return the actor's own simulated account.

    Raises:
        Forbidden: The actor may not use the simulator.
        Conflict: The workspace is not connected to it.
    """
    require(actor, Permission.SIMULATOR_USE)
    async with unit_of_work(actor.workspace_id) as uow:
        connection = await ConnectionRepository(uow.session, actor.workspace_id).find_active()
    if connection is None or not connection.is_simulated:
        raise Conflict(_NO_ACCOUNT)
    return connection.waba_id


async def _own(actor: Actor, customer_id: str) -> dict[str, Any]:
    """Return a customer of the actor's own account.

    Raises:
        NotFound: There is none, or it is another account's.
    """
    account = await _account(actor)
    if not customer_id or not set(customer_id) <= _ID:
        raise NotFound("There is no such customer.")
    try:
        found = await simulator.call("GET", f"/customers/{customer_id}")
    except Unavailable:
        raise NotFound("There is no such customer.") from None
    if found.get("waba_id") != account:
        raise NotFound("There is no such customer.")
    return found


async def account_of(actor: Actor) -> str:
    """Return which account's notices concern the actor."""
    return await _account(actor)


async def list_customers(actor: Actor, *, search: str = "") -> list[Customer]:
    """Return the simulated people of the workspace's account, the latest talk first."""
    account = await _account(actor)
    answer = await simulator.call(
        "GET", f"/wabas/{account}/customers", params={"search": search[:100], "limit": "50"}
    )
    people = [_customer(item) for item in answer["data"]]
    return sorted(people, key=lambda person: person.last_at, reverse=True)


def _customer(item: dict[str, Any]) -> Customer:
    return Customer(
        id=item["id"],
        name=item["name"],
        phone=item["phone"],
        username=item.get("username") or "",
        last_text=item.get("last_text") or "",
        last_at=datetime.fromtimestamp(float(item["last_at"]), UTC),
        magic=item.get("magic") or "",
        is_typing=bool(item.get("is_typing")),
    )


async def create_customer(actor: Actor, *, name: str, phone: str) -> str:
    """Make a simulated person; without a phone it is one who hides the number.

    Raises:
        Invalid: The name is empty, or the number is odd or taken.
    """
    account = await _account(actor)
    if not name.strip():
        raise Invalid.field("name", "Write a name.")
    try:
        made = await simulator.call(
            "POST",
            f"/wabas/{account}/customers",
            json={"name": name.strip()[:100], "phone": phone.strip()},
        )
    except Unavailable as error:
        raise Invalid(error.message) from None
    return str(made["id"])


async def read_chat(actor: Actor, *, customer_id: str, look: bool = True) -> Chat:
    """Return a customer's chat; looking at it turns the business's ticks blue."""
    await _own(actor, customer_id)
    if look:
        await simulator.call("POST", f"/customers/{customer_id}/open", json={})
    answer = await simulator.call(
        "GET", f"/customers/{customer_id}/chat", params={"limit": str(CHAT_LIMIT)}
    )
    return Chat(
        customer=_customer(answer["customer"]),
        messages=tuple(_message(item) for item in reversed(answer["data"])),
    )


def _message(item: dict[str, Any]) -> PhoneMessage:
    content = item["content"] if isinstance(item["content"], dict) else {}
    shown = item.get("template") or {}
    header = shown.get("header") or content.get("header") or {}
    footer = shown.get("footer") or (content.get("footer") or {})
    return PhoneMessage(
        id=item["id"],
        is_mine=item["direction"] == "in",
        kind=item["type"],
        text=item["text"],
        at=datetime.fromtimestamp(float(item["at"]), UTC),
        status=item.get("status") or "",
        header=str(header.get("text") or "") if isinstance(header, dict) else str(header),
        footer=str(footer.get("text") or "") if isinstance(footer, dict) else str(footer),
        reply_to=(item.get("reply_to") or {}).get("text") or "",
        reactions="".join((item.get("reactions") or {}).values()),
        media_kind=(item.get("media") or {}).get("kind") or "",
        is_edited=bool(item.get("is_edited")),
        is_revoked=bool(item.get("is_revoked")),
        taps=tuple(str(tap["text"]) for tap in item.get("taps", [])),
    )


async def say(actor: Actor, *, customer_id: str, text: str) -> None:
    """Write as the customer.

    Raises:
        Invalid: The text is empty or too long.
    """
    words = clean(text)
    if not words or len(words) > 4096:
        raise Invalid("Write between 1 and 4096 characters.")
    await _act(actor, customer_id, {"type": "text", "body": words})


async def greet(actor: Actor) -> None:
    """Let the first simulated customer write, so that a newcomer's inbox is not empty."""
    people = await list_customers(actor)
    if people and not any(person.last_text for person in people):
        await say(actor, customer_id=people[0].id, text=GREETING)


GREETING = "Hello! I saw your shop in town. Are you open on Saturday, and do you deliver?"
SAMPLES: dict[str, dict[str, Any]] = {
    "location": {
        "type": "location",
        "latitude": 48.8584,
        "longitude": 2.2945,
        "name": "Eiffel Tower",
        "address": "Paris",
    },
    "contacts": {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": "Carlos Carpenter", "first_name": "Carlos"},
                "phones": [{"phone": "+1 650 555 0199", "type": "WORK"}],
            }
        ],
    },
}


async def send_sample(actor: Actor, *, customer_id: str, kind: str) -> None:
    """Send a photo, document, place or contact card as the customer.

    Raises:
        Invalid: There is no sample of this kind.
    """
    if kind in SAMPLES:
        await _act(actor, customer_id, SAMPLES[kind])
        return
    if kind not in samples.FILES:
        raise Invalid("There is no sample of this kind.")
    account = await _account(actor)
    name, mime, content = samples.FILES[kind]()
    kept = await simulator.call(
        "POST", f"/wabas/{account}/media", files={"file": (name, content, mime)}
    )
    await _act(actor, customer_id, {"type": kind, "media_id": kept["media_id"], "filename": name})


async def tap(actor: Actor, *, customer_id: str, message_id: str, index: int) -> None:
    """Press a button or list row of a message as the customer.

    Raises:
        Invalid: The message has no such button, or it only opens a link.
    """
    await _own(actor, customer_id)
    answer = await simulator.call(
        "GET", f"/customers/{customer_id}/chat", params={"limit": str(CHAT_LIMIT)}
    )
    taps = next((m["taps"] for m in answer["data"] if m["id"] == message_id), [])
    act = taps[index].get("act") if 0 <= index < len(taps) else None
    if act is None:
        raise Invalid("This opens a link or a call on a real phone; nothing is sent.")
    await simulator.call("POST", f"/customers/{customer_id}/messages", json=act)


async def react(actor: Actor, *, customer_id: str, message_id: str, emoji: str) -> None:
    """React to a message as the customer; an empty emoji takes the reaction away."""
    await _act(
        actor, customer_id, {"type": "reaction", "message_id": message_id, "emoji": emoji[:16]}
    )


async def _act(actor: Actor, customer_id: str, message: dict[str, Any]) -> None:
    await _own(actor, customer_id)
    try:
        await simulator.call("POST", f"/customers/{customer_id}/messages", json=message)
    except Unavailable as error:
        raise Invalid(error.message) from None


async def read_bench(actor: Actor) -> Bench:
    """Return clock, disturbances and queue of the workspace's account."""
    account = await _account(actor)
    state = await simulator.call("GET", "/state", params={"waba_id": account})
    made = state["disturbances"].get(account, {})
    return Bench(
        offset_seconds=float(state["offset_seconds"]),
        undelivered=int(state["undelivered"]),
        duplicate=int(made.get("duplicate", 0)),
        reorder=bool(made.get("reorder")),
        delay_ms=int(made.get("delay_ms", 0)),
        drop=float(made.get("drop", 0)),
    )


async def disturb(actor: Actor, **wanted: float | bool) -> None:
    """Let webhooks come doubled, shuffled, late or not at all.

    Raises:
        Invalid: A value is out of its limits.
    """
    account = await _account(actor)
    try:
        await simulator.call("POST", f"/wabas/{account}/disturbances", json=wanted)
    except Unavailable as error:
        raise Invalid(error.message) from None


async def move_clock(actor: Actor, *, seconds: int) -> None:
    """Move the simulator's clock forward, or back to the real time with 0.

    Raises:
        Invalid: The leap is longer than 30 days.
    """
    await _account(actor)
    if not 0 <= seconds <= LONGEST_LEAP:
        raise Invalid("Move the clock by at most 30 days at once.")
    body = {"advance_seconds": seconds} if seconds else {"reset": True}
    await simulator.call("POST", "/clock", json=body)
    await moved_clock.moved()


async def listen() -> AsyncIterator[tuple[str, str]]:
    """Yield (account, customer) whenever something changes in the simulator, for ever.

    Both are empty after a reconnection: something may have been missed.
    """
    while True:
        settings = get_settings()
        token_path = settings.data_path / "simulator" / "control_token"
        if settings.simulator_url and token_path.exists():
            headers = {"X-Control-Token": token_path.read_text().strip()}
            url = f"{settings.simulator_url}/control/events"
            try:
                async with (
                    httpx.AsyncClient(
                        timeout=httpx.Timeout(10, read=60), trust_env=False
                    ) as client,
                    client.stream("GET", url, headers=headers) as stream,
                ):
                    yield "", ""
                    async for line in stream.aiter_lines():
                        if line.startswith("data: "):
                            notice = json.loads(line.removeprefix("data: "))
                            yield notice.get("waba_id", ""), notice.get("customer_id", "")
            except (httpx.HTTPError, ValueError):
                # Not running, or restarted; whoever looks at the page sees it said there.
                log.debug("simulator.away")
        await asyncio.sleep(_LISTEN_AGAIN_SECONDS)
