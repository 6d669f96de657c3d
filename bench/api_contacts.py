"""`GET /contacts` with 100 contacts at 100,000, the whole way: token, limit, query, JSON.

The floor is the same 100 bare rows read over the same pool, without entrypoint, view or JSON.
"""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import text

from bench.contacts_list import make_book
from bench.measure import timed
from tests.fixtures import EmptyWorld
from xobito_app.api.app import build_api
from xobito_app.features.tokens import service as tokens
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.persistence.unit_of_work import unit_of_work

TARGET_MS = 60.0
CASES = {
    "page": "page=1&per_page=100",
    "deep_page": "page=500&per_page=100",
    "walk": "cursor=&per_page=100",
    "sorted_by_name": "per_page=100&sort=name&cursor=",
}


async def run(*, contacts: int = 100_000, repeats: int = 60) -> dict[str, Any]:
    """Return milliseconds of each kind of listing, and of the bare floor."""
    world = await make_book(contacts)
    async with unit_of_work(world.workspace_id) as uow:
        slug = (await get_workspace(uow.session, world.workspace_id)).slug
        _, token = await tokens.create_token(
            uow.session, world.owner, name="bench", abilities=["contacts.read"], rate_limit=100_000
        )
    floor = await timed(lambda _: _bare(world), repeats)
    result: dict[str, Any] = {"contacts": contacts, "floor": floor, "target_ms": TARGET_MS}
    ok = True
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_api()),
        base_url="http://bench.test",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        for name, query in CASES.items():
            address = f"/api/v1/{slug}/contacts?{query}"
            ours = await timed(lambda _, a=address: _get(client, a), repeats)
            ok = ok and ours["p95_ms"] <= TARGET_MS
            result[name] = {**ours, "ratio": round(ours["median_ms"] / floor["median_ms"], 2)}
    return {**result, "ok": ok}


async def _get(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address)
    if len(answer.json()["data"]["data"]) != 100:
        raise RuntimeError(answer.text[:300])


async def _bare(world: EmptyWorld) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        found = await (await uow.session.connection()).execute(
            text(
                "SELECT * FROM contact WHERE workspace_id = :workspace "
                "ORDER BY created_at DESC, id DESC LIMIT 100"
            ),
            {"workspace": world.workspace_id},
        )
        found.all()
