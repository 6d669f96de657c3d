from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.fixtures import World, make_world
from xobito_app import registry
from xobito_app.api.app import build_api
from xobito_app.features.tokens import service as tokens
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.persistence.unit_of_work import unit_of_work


@dataclass
class Api:
    """Somebody who calls the REST API of a workspace."""

    world: World
    slug: str
    token: str
    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **given.pop("headers", {})}
        return await self.client.request(
            method, f"/api/v1/{self.slug}{path}", headers=headers, **given
        )

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, body: Any, key: str = "", **given: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.call("POST", path, json=body, headers=headers, **given)

    async def made(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]


async def make_token(world: World, *abilities: str, **given: Any) -> str:
    async with unit_of_work(world.workspace_id) as uow:
        _, token = await tokens.create_token(
            uow.session,
            world.owner,
            **{
                "name": "ci",
                "abilities": abilities or registry.abilities(),
                "rate_limit": 0,
                **given,
            },
        )
    return token


@pytest.fixture
async def client(_migrated):
    registry.register_listeners()
    transport = httpx.ASGITransport(app=build_api(), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as opened:
        yield opened


async def open_api(client: httpx.AsyncClient, world: World | None = None) -> Api:
    world = world or await make_world()
    async with unit_of_work() as uow:
        slug = (await get_workspace(uow.session, world.workspace_id)).slug
    return Api(world, slug, await make_token(world), client)


@pytest.fixture
async def api(client):
    return await open_api(client)
