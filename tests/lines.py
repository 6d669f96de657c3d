"""A workspace connected to a simulator inside the test: messages really go out and come back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from asgi_lifespan import LifespanManager
from sqlmodel import col, select

from tests import deliveries
from tests.fixtures import World, make_world
from xobito_app.api.app import build_api
from xobito_app.features.connection import credentials
from xobito_app.features.inbox.composing.outgoing import Order
from xobito_app.features.inbox.sending.dispatch import dispatch
from xobito_app.features.ingest.drain import drain
from xobito_app.models.connection import Connection, Number, Route, WebhookSecret
from xobito_app.models.inbox import Conversation, Message
from xobito_app.models.templates import Template
from xobito_app.persistence.redis import redis_client
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.simulator.server import create_app
from xobito_app.whatsapp.client import Client

VERIFY_TOKEN = "a verify token"
CUSTOMER = "16505550121"
FIELDS = (
    "messages,message_template_status_update,message_template_quality_update,"
    "message_template_components_update,template_category_update"
)
CALLBACK = "https://app.test/webhooks/whatsapp"
Trick = Callable[[httpx.Request, httpx.AsyncBaseTransport], Any]


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """The way to the simulator: counts what is sent, and may play a trick on it."""

    inner: httpx.AsyncBaseTransport
    sent: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    trick: Trick | None = None
    something_left: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_sent(self) -> None:
        """Wait until a message has left."""
        await asyncio.wait_for(self.something_left.wait(), 10)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        self.paths.append(f"{request.method} {request.url.path}")
        if request.url.path.endswith("/messages"):
            self.sent.append(json.loads(content))
            self.something_left.set()
        if self.trick is not None:
            answer = await self.trick(request, self.inner)
            if answer is not None:
                return answer
        return await self.inner.handle_async_request(request)

    def bodies(self) -> list[str]:
        return [sent["text"]["body"] for sent in self.sent if sent.get("type") == "text"]


def graph_error(code: int, status: int = 400) -> httpx.Response:
    error = {"message": f"(#{code}) test", "code": code, "error_data": {"details": "as told"}}
    return httpx.Response(status, json={"error": error})


@dataclass
class Line:
    """A connected number, its wire, and the thread with one customer who just wrote."""

    world: World
    wire: Wire
    control: httpx.AsyncClient
    simulator: Any
    app_secret: str
    thread_id: UUID

    @property
    def workspace_id(self) -> UUID:
        return self.world.workspace_id

    def order(self, **given: Any) -> Order:
        """Return an order for this thread with a fresh key."""
        return Order(**{"conversation_id": self.thread_id, "key": uuid4().hex, **given})

    async def do(self, service: Any, *args: Any, actor: Any = None, **given: Any) -> Any:
        """Call a service in a unit of work of its own."""
        async with unit_of_work(self.workspace_id) as uow:
            return await service(uow.session, actor or self.world.owner, *args, **given)

    async def dispatch(self) -> int:
        return await dispatch(self.workspace_id)

    async def message(self, message_id: UUID) -> Message:
        async with unit_of_work(self.workspace_id) as uow:
            return (await uow.session.exec(select(Message).where(Message.id == message_id))).one()

    async def outgoing(self) -> list[Message]:
        async with unit_of_work(self.workspace_id) as uow:
            statement = select(Message).where(Message.direction == "out").order_by(col(Message.at))
            return list((await uow.session.exec(statement)).all())

    async def thread(self, conversation_id: UUID | None = None) -> Conversation:
        async with unit_of_work(self.workspace_id) as uow:
            wanted = conversation_id or self.thread_id
            statement = select(Conversation).where(Conversation.id == wanted)
            return (await uow.session.exec(statement)).one()

    async def change(self, row: Any, **changes: Any) -> None:
        async with unit_of_work(self.workspace_id) as uow:
            kept = await uow.session.get(type(row), row.id)
            for name, value in changes.items():
                setattr(kept, name, value)
            uow.session.add(kept)

    async def age(self, message_id: UUID, **by: timedelta) -> None:
        """Move moments of a message into the past."""
        row = await self.message(message_id)
        await self.change(row, **{name: getattr(row, name) - shift for name, shift in by.items()})

    async def say(self, path: str, **body: Any) -> Any:
        answer = await self.control.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def write(self, phone: str = CUSTOMER, /, **act: Any) -> UUID:
        """Let a customer write in the simulator and return the thread it made or joined."""
        known = (await self.control.get(f"/wabas/{self.world.waba_id}/customers")).json()["data"]
        found = next((c for c in known if c["phone"].lstrip("+") == phone), None)
        customer = found or await self.say(
            f"/wabas/{self.world.waba_id}/customers", name=f"Customer {phone}", phone=phone
        )
        act = act or {"type": "text", "body": "Hello"}
        sent = await self.say(f"/customers/{customer['id']}/messages", **act)
        return await self.until_received(sent["id"])

    async def until_received(self, wamid: str) -> UUID:
        for _ in range(500):
            await drain()
            async with unit_of_work(self.workspace_id) as uow:
                statement = select(Message).where(Message.wamid == wamid)
                if row := (await uow.session.exec(statement)).one_or_none():
                    return row.conversation_id
            await asyncio.sleep(0.01)
        raise AssertionError("The customer's message never came.")

    async def until(self, message_id: UUID, *words: str) -> Message:
        """Drain until a message has one of these statuses."""
        for _ in range(500):
            await drain()
            row = await self.message(message_id)
            if row.status in words:
                return row
            await asyncio.sleep(0.01)
        raise AssertionError(f"It stayed {row.status}.")

    async def deliver(self, body: dict[str, Any]) -> None:
        await deliveries.store(body)
        await drain()

    async def deliver_status(self, wamid: str, word: str, **extra: Any) -> None:
        status = deliveries.status(wamid, word, **extra)
        change = deliveries.change(self.world, statuses=[status])
        await self.deliver(deliveries.envelope(self.world, change))

    async def template(self, **given: Any) -> Template:
        row = Template(
            **{
                "workspace_id": self.workspace_id,
                "connection_id": self.world.connection_id,
                "meta_id": uuid4().hex[:12],
                "name": "order_update",
                "language": "en_US",
                "category": "UTILITY",
                "status": "APPROVED",
                "components": [{"type": "BODY", "text": "Your order is on its way."}],
                **given,
            }
        )
        async with unit_of_work(self.workspace_id) as uow:
            uow.session.add(row)
        return row

    async def forget_limits(self) -> None:
        await redis_client().flushdb()


@asynccontextmanager
async def open_line(folder: Path, monkeypatch: Any) -> AsyncIterator[Line]:
    """Start a simulator and connect a fresh workspace to it."""
    app = create_app(folder, speed=200, transport=httpx.ASGITransport(app=build_api()))
    inner = httpx.ASGITransport(app=app)
    wire = Wire(inner)
    host = f"http://{uuid4().hex[:8]}.test"
    async with (
        LifespanManager(app),
        httpx.AsyncClient(
            transport=inner,
            base_url="http://sim.test/control",
            headers={"X-Control-Token": (folder / "control_token").read_text()},
        ) as control,
        Client(host, "v26.0", transport=wire) as client,
    ):
        waba = (await control.post("/wabas", json={"name": "Bakery"})).json()
        world = await _connect(await make_world(), waba)
        monkeypatch.setattr(credentials, "base_url_of", lambda connection: host)
        with credentials.using_client(host, client):
            line = Line(world, wire, control, app, waba["app_secret"], UUID(int=0))
            await _subscribe(inner, waba)
            line.thread_id = await line.write()
            yield line


async def _connect(world: World, waba: dict[str, Any]) -> World:
    seal = vault().seal
    async with unit_of_work(world.workspace_id) as uow:
        connection = await uow.session.get(Connection, world.connection_id)
        number = await uow.session.get(Number, world.number_id)
        assert connection
        assert number
        connection.waba_id, connection.app_id = waba["waba_id"], waba["app_id"]
        connection.token_sealed = seal(waba["access_token"])
        number.phone_number_id = waba["phone_number_id"]
        uow.session.add_all([connection, number])
        routes = await uow.session.exec(
            select(Route).where(col(Route.workspace_id) == world.workspace_id)
        )
        for route in routes:
            is_number = str(route.kind) == "number"
            route.external_id = waba["phone_number_id" if is_number else "waba_id"]
            uow.session.add(route)
        uow.session.add(
            WebhookSecret(
                connection_id=world.connection_id,
                app_id=waba["app_id"],
                app_secret_sealed=seal(waba["app_secret"]),
                verify_token_sealed=seal(VERIFY_TOKEN),
            )
        )
    return replace(world, waba_id=waba["waba_id"], phone_number_id=waba["phone_number_id"])


async def _subscribe(inner: httpx.AsyncBaseTransport, waba: dict[str, Any]) -> None:
    async with httpx.AsyncClient(transport=inner, base_url="http://sim.test/v26.0/") as graph:
        answer = await graph.post(
            f"{waba['app_id']}/subscriptions",
            headers={"Authorization": f"Bearer {waba['app_id']}|{waba['app_secret']}"},
            data={
                "object": "whatsapp_business_account",
                "callback_url": CALLBACK,
                "verify_token": VERIFY_TOKEN,
                "fields": FIELDS,
            },
        )
        assert answer.json() == {"success": True}, answer.text
        answer = await graph.post(
            f"{waba['waba_id']}/subscribed_apps",
            headers={"Authorization": f"Bearer {waba['access_token']}"},
        )
        assert answer.json() == {"success": True}, answer.text
