"""A simulator and the application's callback on real sockets, for tests of connecting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from httpx_aiohttp import AiohttpTransport
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from xobito_app.core.crypto import Vault
from xobito_app.features.connection.repository import list_webhook_secrets
from xobito_app.features.connection.schemas import GivenCredentials
from xobito_app.features.ingest import intake
from xobito_app.models.connection import Connection, Number, Route as MetaRoute, WebhookSecret
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings
from xobito_app.simulator.server import create_app
from xobito_app.whatsapp import signature


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[str]:
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    task = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            with suppress(httpx.TransportError):
                await client.get(f"{url}/health")
                break
            await asyncio.sleep(0.05)
    try:
        yield url
    finally:
        server.stop()
        await task


async def _callback(request: Request) -> Response:
    """Answer as the application's own endpoint does, by the stored secrets."""
    async with unit_of_work() as uow:
        secrets = await list_webhook_secrets(uow.session)
    vault = Vault(get_settings().secret_key)
    if request.method == "GET":
        given = request.query_params.get("hub.verify_token", "")
        known = {vault.open(s.verify_token_sealed) for s in secrets}
        ok = given in known
        return PlainTextResponse(
            request.query_params["hub.challenge"] if ok else "no", status_code=200 if ok else 403
        )
    body = await request.body()
    header = request.headers.get("x-hub-signature-256", "")
    signers = [
        s.connection_id
        for s in secrets
        if signature.verify([vault.open(s.app_secret_sealed)], body, header)
    ]
    if not signers:
        return PlainTextResponse("", status_code=401)
    async with unit_of_work() as uow:
        await intake.store_deliveries(
            uow.session, [intake.Delivery(body, signature.digest_of(header), tuple(signers))]
        )
    return PlainTextResponse("")


def callback_app() -> Starlette:
    return Starlette(routes=[Route("/webhooks/whatsapp", _callback, methods=["GET", "POST"])])


@dataclass
class Meta:
    """The simulator playing Meta, and how to reach its control."""

    url: str
    headers: dict[str, str] = field(repr=False)
    environment: dict[str, str] = field(repr=False)

    async def control(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(headers=self.headers) as client:
            answer = await client.request(method, f"{self.url}/control{path}", **request)
        assert answer.status_code < 400, answer.text
        return answer.json()

    async def make_account(self, name: str = "Bakery") -> dict[str, Any]:
        return await self.control("POST", "/wabas", json={"name": name})

    async def given(self, **changes: str) -> GivenCredentials:
        made = await self.make_account()
        names = ("waba_id", "phone_number_id", "access_token", "app_id", "app_secret")
        return GivenCredentials.read(
            **{**{name: made[name] for name in names}, "verify_token": "let-me-in", **changes}
        )


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[Meta]:
    """Run the simulator and the application's callback, each on a port of its own."""
    sim_port, own_port = free_port(), free_port()
    app = create_app(data_dir / "simulator", speed=50, transport=AiohttpTransport())
    async with serving(app, sim_port) as url, serving(callback_app(), own_port):
        token = (data_dir / "simulator" / "control_token").read_text()
        environment = {
            "GRAPH_API_URL": url,
            "XOBITO_SIMULATOR_PORT": str(sim_port),
            "PORT": str(own_port),
        }
        yield Meta(url, {"X-Control-Token": token}, environment)


async def stored(workspace_id: Any) -> dict[str, list[Any]]:
    """Return all that connecting may leave behind in a workspace."""
    async with unit_of_work(workspace_id) as uow:
        connections = (await uow.session.exec(select(Connection))).all()
        ids = [c.id for c in connections]
        secrets = await uow.session.exec(select(WebhookSecret))
        routes = await uow.session.exec(
            select(MetaRoute).where(MetaRoute.workspace_id == workspace_id)
        )
        return {
            "connections": list(connections),
            "numbers": list((await uow.session.exec(select(Number))).all()),
            "secrets": [s for s in secrets if s.connection_id in ids],
            "routes": list(routes),
        }
