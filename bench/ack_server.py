"""The server of `ingest_ack`: our webhook route, and a bare one beside it in the same process."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from uuid import uuid4

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from xobito_app.api import whatsapp_webhook
from xobito_app.jobs.wake_ups import send_wake_ups
from xobito_app.persistence.schema import plain_url
from xobito_app.persistence.unit_of_work import on_commit

INSERT = "INSERT INTO bench_ack (id, digest, body) VALUES (%s, %s, %s)"


def build() -> Starlette:
    """Return the application; our route wakes the workers as the web process does."""
    on_commit(send_wake_ups)
    secret = os.environ["BENCH_APP_SECRET"].encode()
    pool = AsyncConnectionPool(plain_url(), min_size=4, max_size=24, open=False)

    async def bare(request: Request) -> PlainTextResponse:
        body = await request.body()
        mark = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(mark, request.headers.get("x-hub-signature-256", "")):
            return PlainTextResponse("", status_code=401)
        async with pool.connection() as connection:
            digest = hashlib.sha256(body).hexdigest()
            await connection.execute(INSERT, (uuid4(), digest, body.decode()))
        return PlainTextResponse("OK")

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        yield
        await pool.close()

    return Starlette(
        routes=[
            Route("/bare", bare, methods=["POST"]),
            Route("/webhooks/whatsapp", whatsapp_webhook.receive, methods=["POST"]),
        ],
        lifespan=lifespan,
    )
