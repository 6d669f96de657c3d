"""From Meta's post to a message stored, counted and told: the whole installation at work.

The floor is the same posts answered by the endpoint alone, in the same run.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import psycopg
from httpx_aiohttp import AiohttpTransport

from bench.live import delivery
from tests.e2e.installation import Installation

TARGET = 300
MESSAGES = 3000
SENDERS = 200
AT_ONCE = 16
PATIENCE_SECONDS = 120


async def run(*, messages: int = MESSAGES) -> dict:
    """Return messages a second until all are stored, and until all were acknowledged."""
    place = Installation()
    try:
        await asyncio.to_thread(place.start)
        await asyncio.to_thread(place.fill)
        account = await asyncio.to_thread(place.account)
        await _post(place, account, 100)
        await asyncio.to_thread(_wait_for, place, 100)
        begin = time.perf_counter()
        await _post(place, account, messages)
        acknowledged = time.perf_counter() - begin
        counted = await asyncio.to_thread(_wait_for, place, messages + 100)
        stored = time.perf_counter() - begin
    finally:
        await asyncio.to_thread(place.stop)
    ours, floor = messages / stored, messages / acknowledged
    return {
        "messages": messages,
        "target_per_second": TARGET,
        "ours_per_second": round(ours),
        "floor_per_second": round(floor),
        "ratio": round(ours / floor, 2),
        "counted": counted,
        "ok": ours >= TARGET and counted == messages + 100,
    }


async def _post(place: Installation, account: dict[str, Any], count: int) -> None:
    queue = [
        json.dumps(delivery(account, f"1650556{n % SENDERS:04}", f"message {n}")).encode()
        for n in range(count)
    ]
    secret = account["app_secret"].encode()

    async def worker(client: httpx.AsyncClient) -> None:
        while queue:
            raw = queue.pop()
            mark = hmac.new(secret, raw, hashlib.sha256).hexdigest()
            answer = await client.post(
                f"{place.url}/webhooks/whatsapp",
                content=raw,
                headers={"X-Hub-Signature-256": f"sha256={mark}"},
            )
            answer.raise_for_status()

    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=30) as client:
        await asyncio.gather(*(worker(client) for _ in range(AT_ONCE)))


def _wait_for(place: Installation, wanted: int) -> int:
    """Wait until so many messages are counted in their threads, and return how many are."""
    url = (place.data / "run" / "postgres.url").read_text().strip()
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT id FROM workspace").fetchone()
        workspace = str(row[0]) if row else ""
        connection.execute("SELECT set_config('xobito.workspace_id', %s, false)", [workspace])
        while True:
            found = connection.execute("SELECT sum(inbound_count) FROM conversation").fetchone()
            counted = int(found[0] or 0) if found else 0
            if counted >= wanted or time.monotonic() > deadline:
                return counted
            time.sleep(0.05)
