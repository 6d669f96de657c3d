"""Counting a request against a token's limit, beside a bare PING over the same client."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from bench.measure import timed
from xobito_app.features.tokens import limiter
from xobito_app.persistence.redis import redis_client

TARGET_MS = 5.0


async def run(*, repeats: int = 1000) -> dict[str, Any]:
    """Return milliseconds of an allowed request, of a refused one, and of a PING."""
    ample, spent = uuid4(), uuid4()
    for _ in range(60):
        await limiter.take(spent, 60)

    async def ping(_: int) -> None:
        await redis_client().execute_command("PING")

    async def allowed(_: int) -> None:
        await limiter.take(ample, 100_000)

    async def refused(_: int) -> None:
        await limiter.take(spent, 60)

    floor = await timed(ping, repeats)
    result: dict[str, Any] = {"floor_ping": floor, "target_ms": TARGET_MS}
    for name, work in (("allowed", allowed), ("refused", refused)):
        ours = await timed(work, repeats)
        ratio = round(ours["median_ms"] / floor["median_ms"], 2)
        result[name] = {**ours, "ratio": ratio}
    ok = all(result[name]["p95_ms"] <= TARGET_MS for name in ("allowed", "refused"))
    return {**result, "ok": ok}
