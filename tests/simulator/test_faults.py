"""Faults by probability, and the record of what really came in."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.simulator.conftest import Simulator
from tests.simulator.test_magic import MARKETING


async def plan(sim: Simulator, shares: dict[str, float], seed: int = 7) -> httpx.Response:
    path = f"/wabas/{sim.waba['waba_id']}/faults"
    return await sim.control("POST", path, json={"seed": seed, "shares": shares})


async def traffic(sim: Simulator, **query: int) -> list[dict[str, Any]]:
    path = f"/wabas/{sim.waba['waba_id']}/traffic"
    return (await sim.control("GET", path, params=query)).json()["data"]


async def send_to_many(sim: Simulator, count: int) -> list[int | None]:
    """Send to so many; return the codes of the refusals in order, None where it was taken."""
    answers = [await sim.send(to=f"+1650555{n:04}", **MARKETING) for n in range(count)]
    return [answer.json().get("error", {}).get("code") for answer in answers]


async def with_throughput(sim: Simulator, most: int) -> None:
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    assert (await sim.control("POST", path, json={"throughput": most})).status_code == 200


async def test_the_same_seed_gives_the_same_faults_and_the_shares_are_kept(sim: Simulator):
    await with_throughput(sim, 10_000)
    shares = {"130429": 0.1, "131026": 0.1}
    assert (await plan(sim, shares)).json() == {"seed": 7, "shares": shares}
    first = await send_to_many(sim, 200)
    counts = Counter(first)
    assert 8 <= counts[130429] <= 35
    assert 8 <= counts[131026] <= 35
    assert counts[130429] + counts[131026] + counts[None] == 200
    await plan(sim, shares, seed=8)
    assert await send_to_many(sim, 200) != first


async def test_a_fault_depends_on_who_and_how_often_and_on_no_order(sim: Simulator):
    await with_throughput(sim, 10_000)
    await plan(sim, {"131026": 0.5})
    forwards = await send_to_many(sim, 20)
    path = f"/wabas/{sim.waba['waba_id']}/numbers"
    other = (await sim.control("POST", path, json={})).json()["phone_number_id"]
    backwards = [await fate(sim, other, n) for n in reversed(range(20))]
    assert backwards[::-1] == forwards
    assert [await fate(sim, other, n) for n in range(20)] != forwards, "another try, another fate"


async def fate(sim: Simulator, number_id: str, place: int) -> int | None:
    body = {"messaging_product": "whatsapp", "to": f"+1650555{place:04}", **MARKETING}
    answer = await sim.graph("POST", f"{number_id}/messages", json=body)
    return answer.json().get("error", {}).get("code")


async def test_without_shares_nothing_fails(sim: Simulator):
    await plan(sim, {"131026": 1.0})
    assert await send_to_many(sim, 3) == [131026] * 3
    await plan(sim, {})
    assert await send_to_many(sim, 3) == [None] * 3


async def test_a_server_error_is_told_as_meta_tells_it(sim: Simulator):
    await plan(sim, {"500": 1.0})
    answer = await sim.send(to="+16505550001", **MARKETING)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, 131000)


@pytest.mark.parametrize(("fault", "kept"), [("answer_lost", "accepted"), ("request_lost", "lost")])
async def test_an_answer_may_never_come_whether_or_not_it_was_taken(sim: Simulator, fault, kept):
    await plan(sim, {fault: 1.0})
    asked = asyncio.create_task(sim.send(to="+16505550001", **MARKETING))
    done, _ = await asyncio.wait({asked}, timeout=0.5)
    assert not done
    (entry,) = await traffic(sim)
    assert (entry["answer"], entry["is_answered"]) == (kept, False)
    assert bool(entry["message_id"]) == (kept == "accepted")
    asked.cancel()


async def test_the_record_holds_both_directions_in_order(sim: Simulator):
    begin = time.time()
    wamid = await sim.write()
    await sim.send(to="+16505550122", biz_opaque_callback_data="attempt 1", **MARKETING)
    received, sent = await traffic(sim)
    assert (received["direction"], received["peer"], received["message_id"]) == (
        "in",
        "16505550121",
        wamid,
    )
    assert (sent["direction"], sent["peer"], sent["callback_data"], sent["template"]) == (
        "out",
        "16505550122",
        "attempt 1",
        "bienvenida",
    )
    assert begin <= received["at"] <= sent["at"] <= time.time()
    assert sent["answer"] == "accepted"
    assert [entry["seq"] for entry in await traffic(sim, after=received["seq"])] == [sent["seq"]]
    assert len(await traffic(sim, limit=1)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"shares": {"nonsense": 0.1}},
        {"shares": {"_later": 0.1}},
        {"shares": {"131026": -0.1}},
        {"shares": {"131026": 0.6, "131049": 0.6}},
        {"shares": {"131026": "often"}},
        {"shares": []},
    ],
)
async def test_a_plan_that_cannot_be_is_refused(sim: Simulator, body):
    path = f"/wabas/{sim.waba['waba_id']}/faults"
    assert (await sim.control("POST", path, json=body)).status_code == 422
    assert (await sim.control("GET", path)).json() == {"seed": 0, "shares": {}}


async def test_an_account_says_what_it_was_made_to_be(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    wanted = {"messaging_limit": "TIER_100K", "is_on_biz_app": True}
    await sim.control("POST", path, json=wanted)
    fields = "is_on_biz_app,whatsapp_business_manager_messaging_limit"
    number = (await sim.graph("GET", sim.phone_id, params={"fields": fields})).json()
    assert number["is_on_biz_app"] is True
    assert number["whatsapp_business_manager_messaging_limit"] == "TIER_100K"
    answer = await sim.control("POST", path, json={"is_on_biz_app": "yes"})
    assert answer.status_code == 422
