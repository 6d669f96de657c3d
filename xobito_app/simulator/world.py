"""The simulated world: its clock, its WABAs, numbers, tokens and customers, and who runs them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from xobito_app.core.crypto import new_token
from xobito_app.simulator import magic, seeds
from xobito_app.simulator.agenda import Agenda
from xobito_app.simulator.courier import Courier
from xobito_app.simulator.errors import no_such_object
from xobito_app.simulator.hub import Hub
from xobito_app.simulator.store import Doc, Store

SCOPES = ["business_management", "whatsapp_business_management", "whatsapp_business_messaging"]
WEBHOOK_FIELDS = (
    "account_alerts",
    "account_review_update",
    "account_update",
    "business_capability_update",
    "calls",
    "flows",
    "history",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messages",
    "messaging_handovers",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "template_category_update",
    "user_preferences",
)
_SETTINGS: Doc = {
    "auto_read_seconds": None,
    "window_error": "sync",
    "throughput": 80,
    "verified": False,
    "cursor_faults": 0,
    "messaging_limit": "TIER_2K",
    "is_on_biz_app": False,
}


def new_id(size: int = 15) -> str:
    """Return decimal digits like one of Meta's ids."""
    return str(random.SystemRandom().randrange(10 ** (size - 1), 10**size))


def new_wamid() -> str:
    """Return an unused message id of Meta's form."""
    return "wamid.HBgM" + base64.b64encode(secrets.token_bytes(30)).decode()


def digits(phone: str) -> str:
    """Return the digits of a phone number."""
    return "".join(c for c in phone if c.isdigit())


@dataclass
class World:
    """Everything the endpoints (Graph and control) act on."""

    data_dir: Path
    speed: float = 1.0
    transport: httpx.AsyncBaseTransport | None = None
    hub: Hub = field(default_factory=Hub)
    recent_sends: dict[str, list[float]] = field(default_factory=dict)
    pair_levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    bursts: dict[str, Doc] = field(default_factory=dict)
    fault_plans: dict[str, Doc] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _is_closed: bool = False

    def __post_init__(self) -> None:
        self.store = Store(self.data_dir / "simulator.db")
        self.media_dir = self.data_dir / "media"
        self.media_dir.mkdir(parents=True, exist_ok=True)
        self.offset = float((self.store.find("clock", "clock") or {}).get("offset", 0))
        self.agenda = Agenda(self.store, self.speed)
        self.courier = Courier(self.store, self.hub, self.speed, self.transport)

    def release(self) -> None:
        """End everything that waits on purpose, so that a stopping server is not held up."""
        self.stopping.set()
        self.hub.close()

    async def close(self) -> None:
        """Stop what runs by itself and close the store; a second call changes nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        await self.agenda.stop()
        await self.courier.stop()
        self.store.close()

    async def pause(self, seconds: float) -> None:
        """Wait (at speed 1) `seconds`, or until the simulator stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds / self.speed)

    def now(self) -> float:
        """Return the simulated time in seconds since 1970."""
        return time.time() + self.offset

    def move_clock(self, seconds: float | None) -> float:
        """Move the simulated clock forward, or back to the real time with None."""
        self.offset = 0.0 if seconds is None else self.offset + seconds
        self.store.put("clock", "clock", {"offset": self.offset})
        self.hub.tell("clock", "", offset_seconds=self.offset)
        return self.offset

    def create_waba(self, name: str, number: str = "") -> Doc:
        """Create an app, a WABA with templates, customers and one number; returns the WABA."""
        app = {"id": new_id(), "name": f"{name} app", "app_secret": secrets.token_hex(16)}
        self.store.put("app", app["id"], app)
        waba: Doc = {
            "id": new_id(),
            "name": name,
            "app_id": app["id"],
            "business_id": new_id(),
            "created_at": self.now(),
            "currency": "USD",
            "timezone_id": "1",
            "settings": dict(_SETTINGS),
        }
        self.save_waba(waba)
        self.create_token(app["id"], [waba["id"]])
        self.create_number(waba, name, number)
        for template in seeds.templates():
            template |= {"id": new_id(16), "status": "APPROVED", "waba_id": waba["id"]}
            self.store.put("template", template["id"], template, waba["id"])
        for person, phone, username in seeds.CUSTOMERS:
            self.create_customer(waba["id"], name=person, phone=phone, username=username)
        self.hub.tell("waba", waba["id"])
        return waba

    def save_waba(self, waba: Doc) -> None:
        """Write a WABA back."""
        self.store.put("waba", waba["id"], waba, waba["id"])

    def settings_of(self, waba_id: str) -> Doc:
        """Return the simulated behaviour chosen for a WABA."""
        return {**_SETTINGS, **(self.store.find("waba", waba_id) or {}).get("settings", {})}

    def create_token(self, app_id: str, waba_ids: list[str], lifetime: float | None = None) -> str:
        """Mint an access token; `lifetime` in seconds, None for one that never expires."""
        token = "EAA" + new_token(48).replace("-", "x").replace("_", "y")
        doc = {
            "token": token,
            "app_id": app_id,
            "waba_ids": waba_ids,
            "user_id": new_id(),
            "issued_at": self.now(),
            "expires_at": self.now() + lifetime if lifetime else 0,
            "is_valid": True,
            "scopes": SCOPES,
        }
        self.store.put("token", token, doc, waba_ids[0] if waba_ids else "")
        return token

    def create_number(self, waba: Doc, verified_name: str, phone: str = "") -> Doc:
        """Give a WABA a registered number."""
        chosen = digits(phone) or f"1555{random.SystemRandom().randrange(200_0000, 999_9999)}"
        number: Doc = {
            "id": new_id(),
            "waba_id": waba["id"],
            "phone": chosen,
            "display_phone_number": _display(chosen),
            "verified_name": verified_name,
            "quality_rating": "GREEN",
            "status": "CONNECTED",
            "registered": True,
            "profile": {"about": "", "description": "", "websites": [], "vertical": "OTHER"},
            "created_at": self.now(),
        }
        self.save_number(number)
        return number

    def save_number(self, number: Doc) -> None:
        """Write a number back."""
        self.store.put("number", number["id"], number, number["waba_id"])

    def create_customer(
        self, waba_id: str, *, name: str, phone: str = "", username: str = ""
    ) -> Doc:
        """Create a customer; without a phone only the BSUID is known to the business."""
        plain = digits(phone)
        customer: Doc = {
            "id": new_id(12),
            "waba_id": waba_id,
            "name": name,
            "phone": plain,
            "username": username,
            "bsuid": f"{seeds.country_of(plain)}.{new_id(20)}",
            "created_at": self.now(),
            "blocked": False,
            "marketing": "resume",
        }
        self.store.put_customer(customer)
        self.hub.tell("customer", waba_id, customer_id=customer["id"])
        return customer

    def customer_for(self, waba_id: str, phone: str) -> Doc:
        """Return the customer of a phone (digits), made on first use: everyone has WhatsApp."""
        found = self.store.find_customer_by(waba_id, phone=phone)
        if found:
            return found
        recipient = magic.RECIPIENTS.get(phone)
        name = recipient.label.partition(":")[0] if recipient else f"Customer {phone[-4:]}"
        return self.create_customer(waba_id, name=name, phone=phone)

    def number_of(self, number_id: str, verb: str = "get") -> Doc:
        """Return a number.

        Raises:
            GraphError: 100 when there is none.
        """
        number = self.store.find("number", number_id)
        if number is None:
            raise no_such_object(number_id, verb)
        return number

    def numbers_of(self, waba_id: str) -> list[Doc]:
        """Return the numbers of a WABA, the oldest first."""
        return sorted(self.store.list_of("number", waba_id), key=lambda n: n["created_at"])

    def emit_messages(self, number: Doc, value: Doc, *, lane: str) -> None:
        """Send a `messages` change with its metadata."""
        metadata = {
            "display_phone_number": number["phone"],
            "phone_number_id": number["id"],
        }
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        self.emit(number["waba_id"], "messages", whole, lane=lane)

    def emit(self, waba_id: str, field_name: str, value: Doc, *, lane: str = "account") -> None:
        """Send any change of a WABA."""
        self.courier.emit(waba_id, field_name, value, lane=lane, at=int(self.now()))

    def contact_of(self, customer: Doc, *, username: bool = True) -> Doc:
        """Return a customer as an item of a webhook's `contacts`."""
        contact: Doc = {"profile": {"name": customer["name"]}, "user_id": customer["bsuid"]}
        if customer["phone"]:
            contact["wa_id"] = customer["phone"]
        if username and customer["username"]:
            contact["profile"]["username"] = customer["username"]
        return contact


def _display(phone: str) -> str:
    if phone.startswith("1") and len(phone) == 11:
        return f"+1 {phone[1:4]}-{phone[4:7]}-{phone[7:]}"
    return "+" + phone
