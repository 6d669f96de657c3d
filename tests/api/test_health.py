import asyncio

import httpx
import pytest
from redis.asyncio import Redis

from xobito_app.api.app import build_api
from xobito_app.jobs import heartbeats
from xobito_app.persistence import schema
from xobito_app.settings import get_settings


@pytest.fixture
async def client(database_url, redis_url):
    await asyncio.to_thread(schema.upgrade)
    transport = httpx.ASGITransport(app=build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://xobito") as client:
        yield client


async def test_a_fit_process_answers_200_with_the_age_of_each_lane_s_last_sign(client):
    async with Redis.from_url(get_settings().redis_database(2)) as redis:
        await heartbeats.note(redis, "live")
    answer = await client.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["database"], body["schema"], body["redis"]) == ("ok", "ok", "ok")
    assert set(body["workers"]) == {"live", "bulk"}
    assert 0 <= body["workers"]["live"] < 60


async def test_an_old_schema_is_not_fit(client, monkeypatch):
    monkeypatch.setattr(schema, "expected_revisions", lambda: frozenset({"newer"}))
    answer = await client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["schema"] == "old"


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("DATABASE_URL", "postgresql://xobito:s3cret@127.0.0.1:1/xobito", "database"),
        ("REDIS_URL", "redis://:s3cret@127.0.0.1:1", "redis"),
    ],
)
async def test_an_unreachable_neighbour_is_named_without_its_secrets(
    client, monkeypatch, variable, value, part
):
    monkeypatch.setenv(variable, value)
    get_settings.cache_clear()
    try:
        answer = await client.get("/health")
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert answer.status_code == 503
    assert answer.json()[part] == "unreachable"
    assert "s3cret" not in answer.text
