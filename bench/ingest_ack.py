"""Webhooks acknowledged a second: HTTP, HMAC and a committed insert, one event in each request.

Our route and a bare one (same server process, same work, nothing around it) take turns, so that
whatever else the machine does weighs on both.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from uuid import uuid4

import psycopg

from bench.web import serving
from xobito_app.core.ids import new
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.connection import Connection, WebhookSecret
from xobito_app.persistence.engine import dispose
from xobito_app.persistence.schema import owner_url, plain_url
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp.signature import HEADER, sign

TARGET_PER_SECOND = 320
TARGET_RATIO = 0.6
APP_SECRET = "bench app secret"
CONNECTIONS = 16
ROUNDS = 5
PER_ROUND = 1200


async def run(*, rounds: int = ROUNDS, per_round: int = PER_ROUND) -> dict:
    """Return events a second of both routes, and their ratio."""
    await _prepare()
    rates: dict[str, list[float]] = {"/webhooks/whatsapp": [], "/bare": []}
    with serving("bench.ack_server:build", BENCH_APP_SECRET=APP_SECRET) as address:
        port = int(address.rpartition(":")[2])
        for path in rates:
            await _post_all(port, _requests(path, per_round // 4))
        for _ in range(rounds):
            for path, measured in rates.items():
                requests = _requests(path, per_round)
                begin = time.perf_counter()
                await _post_all(port, requests)
                measured.append(per_round / (time.perf_counter() - begin))
    stored = _count()
    ours, bare = (statistics.median(measured) for measured in rates.values())
    sent = rounds * per_round + per_round // 4
    ratio = round(ours / bare, 2)
    return {
        "events_per_second": round(ours),
        "bare_per_second": round(bare),
        "ratio": ratio,
        "connections": CONNECTIONS,
        "events": sent,
        "stored": stored,
        "target_per_second": TARGET_PER_SECOND,
        "target_ratio": TARGET_RATIO,
        "ok": ours >= TARGET_PER_SECOND and ratio >= TARGET_RATIO and stored == sent,
    }


async def _prepare() -> None:
    with psycopg.connect(owner_url()) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_ack")
        connection.execute("CREATE TABLE bench_ack (id uuid PRIMARY KEY, digest text, body text)")
        connection.execute("CREATE UNIQUE INDEX ON bench_ack (digest)")
        connection.execute("GRANT SELECT, INSERT ON bench_ack TO PUBLIC")
    async with unit_of_work() as uow:
        mark = uuid4().hex[:12]
        _, workspace_id = await workspaces.create_workspace(
            uow,
            slug=f"bench-{mark}",
            name="Bench",
            owner_name="Bench",
            owner_email=f"bench-{mark}@example.com",
            owner_password="a long enough phrase",
        )
        row = Connection(workspace_id=workspace_id, waba_id=mark)
        uow.session.add(row)
        await uow.session.flush()
        sealed = vault().seal(APP_SECRET)
        uow.session.add(WebhookSecret(connection_id=row.id, app_secret_sealed=sealed))
    await dispose()


def _requests(path: str, count: int) -> list[bytes]:
    """Return signed requests, made beforehand so that the client costs as little as can be."""
    return [_request(path, _delivery()) for _ in range(count)]


def _delivery() -> bytes:
    message = {
        "from": "16505551234",
        "id": f"wamid.{new().hex}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "Is my order ready? I would come by this afternoon."},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Ana Ruiz"}, "wa_id": "16505551234"}],
        "messages": [message],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"{HEADER}: {sign(APP_SECRET, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _post_all(port: int, requests: Sequence[bytes]) -> None:
    waiting = iter(requests)

    async def customer() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"Refused: {head[:40]!r}")
            length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()

    await asyncio.gather(*(customer() for _ in range(CONNECTIONS)))


def _count() -> int:
    with psycopg.connect(plain_url()) as connection:
        row = connection.execute("SELECT count(*) FROM inbound_event").fetchone()
        return int(row[0]) if row else 0
