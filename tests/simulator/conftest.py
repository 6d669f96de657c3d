import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from xobito_app.simulator.server import create_app

CALLBACK = "https://app.test/webhooks/whatsapp"
VERIFY_TOKEN = "let-me-in"
FIELDS = (
    "messages,message_template_status_update,message_template_quality_update,"
    "template_category_update,user_preferences,security"
)


@dataclass
class Receiver:
    """Plays the app: answers the handshake and keeps every webhook."""

    status: int = 200
    posts: list[tuple[bytes, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/webhooks/whatsapp", self.take, methods=["GET", "POST"])])

    async def take(self, request: Request) -> Response:
        if request.method == "GET":
            query = request.query_params
            if query["hub.verify_token"] != VERIFY_TOKEN:
                return PlainTextResponse("no", status_code=403)
            return PlainTextResponse(query["hub.challenge"])
        if self.status == 200:
            body = await request.body()
            self.posts.append((body, request.headers["x-hub-signature-256"]))
        return PlainTextResponse("", status_code=self.status)

    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _ in self.posts]

    def changes(self, name: str = "messages") -> list[dict[str, Any]]:
        return [
            change["value"]
            for payload in self.payloads()
            for entry in payload["entry"]
            for change in entry["changes"]
            if change["field"] == name
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [m for value in self.changes() for m in value.get("messages", [])]

    def statuses(self) -> list[dict[str, Any]]:
        return [s for value in self.changes() for s in value.get("statuses", [])]


async def eventually(check: Callable[[], Any], within: float = 5.0) -> Any:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := check():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("It never happened.")


class Simulator:
    """A running simulator with one subscribed WABA."""

    def __init__(
        self, app: Starlette, client: httpx.AsyncClient, control_token: str, receiver: Receiver
    ) -> None:
        self.app = app
        self.client = client
        self.receiver = receiver
        self.control_headers = {"X-Control-Token": control_token}
        self.waba: dict[str, Any] = {}

    async def control(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return await self.client.request(
            method, f"/control{path}", headers=self.control_headers, **kwargs
        )

    async def graph(
        self, method: str, path: str, token: str | None = None, **kwargs: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.waba['access_token']}"}
        return await self.client.request(
            method, f"/v26.0/{path}", headers=headers | kwargs.pop("headers", {}), **kwargs
        )

    async def connect(self) -> None:
        self.waba = (await self.control("POST", "/wabas", json={"name": "Bakery"})).json()
        app_token = f"{self.waba['app_id']}|{self.waba['app_secret']}"
        answer = await self.graph(
            "POST",
            f"{self.waba['app_id']}/subscriptions",
            token=app_token,
            data={
                "object": "whatsapp_business_account",
                "callback_url": CALLBACK,
                "verify_token": VERIFY_TOKEN,
                "fields": FIELDS,
            },
        )
        assert answer.json() == {"success": True}, answer.text
        answer = await self.graph("POST", f"{self.waba['waba_id']}/subscribed_apps")
        assert answer.json() == {"success": True}

    @property
    def phone_id(self) -> str:
        return self.waba["phone_number_id"]

    async def send(self, **body: Any) -> httpx.Response:
        whole = {"messaging_product": "whatsapp", "to": "+16505550121", **body}
        return await self.graph("POST", f"{self.phone_id}/messages", json=whole)

    async def send_text(self, to: str = "+16505550121", body: str = "hi") -> httpx.Response:
        return await self.send(to=to, type="text", text={"body": body})

    async def customers(self) -> dict[str, dict[str, Any]]:
        answer = await self.control("GET", f"/wabas/{self.waba['waba_id']}/customers")
        return {c["name"]: c for c in answer.json()["data"]}

    async def write(self, name: str = "Sheena Nelson", /, **act: Any) -> str:
        """Let a customer send something, by default a text."""
        customer = (await self.customers())[name]
        act = act or {"type": "text", "body": "Hello"}
        answer = await self.control("POST", f"/customers/{customer['id']}/messages", json=act)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def write_from(self, phone: str) -> str:
        """Open the window of any number, magic ones included."""
        path = f"/wabas/{self.waba['waba_id']}/customers"
        await self.control("POST", path, json={"name": phone, "phone": phone})
        return await self.write(phone)

    async def chat(self, name: str = "Sheena Nelson") -> dict[str, Any]:
        customer = (await self.customers())[name]
        return (await self.control("GET", f"/customers/{customer['id']}/chat")).json()

    def is_signed(self, body: bytes, signature: str) -> bool:
        secret = self.waba["app_secret"].encode()
        return signature == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


@asynccontextmanager
async def running(data_dir: Path, receiver: Receiver, speed: float = 50.0):
    app = create_app(data_dir, speed=speed, transport=httpx.ASGITransport(app=receiver.app()))
    async with (
        LifespanManager(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://sim.test"
        ) as client,
    ):
        yield Simulator(app, client, (data_dir / "control_token").read_text(), receiver)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def sim(tmp_path: Path, receiver: Receiver):
    async with running(tmp_path, receiver) as simulator:
        await simulator.connect()
        yield simulator
