"""A campaign whose database, Redis, worker or line to Meta fails in the middle."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import httpx
import psycopg
import pytest
from redis.asyncio import Redis
from sqlalchemy.exc import OperationalError

from xobito_app.core import clock
from xobito_app.features.campaigns.sending import gate, results
from xobito_app.features.campaigns.sending.dispatch import Dispatcher, sweep
from xobito_app.features.throughput import service as throughput
from xobito_app.features.throughput.service import Turns
from xobito_app.persistence.redis import redis_client

pytestmark = pytest.mark.reliability("campaigns")


def shut_down() -> OperationalError:
    """What a statement meets while PostgreSQL is restarted."""
    return OperationalError("UPDATE", {}, psycopg.errors.AdminShutdown("terminating connection"))


async def test_what_meta_answered_waits_for_a_database_that_is_away(launch, monkeypatch):
    run = await launch(10)
    record, failed = results.record, []

    async def away(*given):
        if len(failed) < 2:
            failed.append(given)
            raise shut_down()
        await record(*given)

    monkeypatch.setattr(results, "record", away)
    await run.dispatch()
    assert len(failed) == 2
    await run.until(delivered=10)
    assert len(run.line.wire.sent) == 10


@pytest.mark.parametrize("is_committed", [False, True])
async def test_without_the_word_in_the_database_nothing_leaves(launch, monkeypatch, is_committed):
    run = await launch(10)
    begin, failed = gate.begin, []

    async def away(workspace_id, claimed):
        if failed:
            return await begin(workspace_id, claimed)
        failed.extend(claimed)
        if is_committed:
            # The connection broke after PostgreSQL had it, before it could say so.
            await begin(workspace_id, claimed)
        raise shut_down()

    monkeypatch.setattr(gate, "begin", away)
    await run.dispatch()
    assert failed
    await run.until(delivered=10)
    assert len(run.line.wire.sent) == 10


async def test_a_turn_that_has_grown_old_is_not_used(launch, monkeypatch):
    monkeypatch.setattr(gate, "LATEST", 0.4)
    run = await launch(4)
    begin, began_at = gate.begin, []

    async def slow_once(workspace_id, claimed):
        begun = await begin(workspace_id, claimed)
        began_at.append(time.monotonic())
        if len(began_at) == 1:
            await asyncio.sleep(0.5)
        return begun

    async def note(request: httpx.Request, inner: httpx.AsyncBaseTransport) -> None:
        if request.url.path.endswith("/messages"):
            sent_at.append(time.monotonic())

    sent_at: list[float] = []
    run.line.wire.trick = note
    monkeypatch.setattr(gate, "begin", slow_once)
    await run.dispatch()
    await run.until(delivered=4)
    assert len(sent_at) == 4
    assert sent_at[0] - began_at[0] > 1.0, "it waited for another turn"


async def test_a_request_without_an_answer_does_not_keep_its_turn(launch, monkeypatch):
    monkeypatch.setattr(gate, "UNANSWERED", 0.05)
    run = await launch(30)
    turns = f"xobito:turns:{run.line.world.phone_number_id}"
    left: list[float] = []

    async def silent_first(request: httpx.Request, inner: httpx.AsyncBaseTransport) -> None:
        if json.loads(request.content)["to"] == "+16505550000":
            await asyncio.sleep(1.0)
            kept = await redis_client().zrange(turns, 0, -1, withscores=True)
            left.extend(until - time.time() for _, until in kept)

    run.line.wire.trick = silent_first
    await run.dispatch()
    assert len(run.line.wire.sent) == 30
    assert max(left, default=0.0) <= 1.1, "a turn lasts a second after it is given back"


async def test_a_worker_that_ends_leaves_nobody_in_doubt_who_waits_for_a_turn(launch, monkeypatch):
    run = await launch(5)

    async def later(number, rate, *, wanted, is_campaign):
        return Turns(("mark",) * wanted, (5.0,) * wanted, 0.0)

    monkeypatch.setattr(throughput, "take_turns", later)
    working = asyncio.create_task(Dispatcher(run.line.workspace_id).run())
    for _ in range(500):
        if await run.counts() == {"dispatching": 5}:
            break
        await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await run.counts() == {"queued": 5}
    assert [row.attempts for row in await run.recipients()] == [0] * 5
    assert run.line.wire.sent == []


async def test_without_redis_a_worker_goes_at_a_quarter_of_the_pace(launch, monkeypatch):
    run = await launch(16)
    sent_at: list[float] = []

    async def note(request: httpx.Request, inner: httpx.AsyncBaseTransport) -> None:
        if request.url.path.endswith("/messages"):
            sent_at.append(time.monotonic())

    run.line.wire.trick = note
    gone = Redis.from_url("redis://127.0.0.1:1/2")
    monkeypatch.setattr(throughput, "redis_client", lambda: gone)
    await run.dispatch()
    assert len(sent_at) == 16
    assert sent_at[-1] - sent_at[0] >= 0.65, "two each tenth of a second"


async def test_of_whom_nobody_knows_no_older_refusal_is_told(launch):
    run = await launch(1)
    (row,) = await run.recipients()
    old = clock.now() - timedelta(seconds=91)
    await run.line.change(row, state="dispatching", claimed_at=old, error_code=130429)
    await sweep(run.line.workspace_id)
    (row,) = await run.recipients()
    assert (row.state, row.error_code) == ("unresolved", None)
