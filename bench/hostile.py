"""Hostile deliveries at a whole installation: how long each is answered, and what comes after it.

After each, a good message of the same workspace and one of another are posted. The floor is the
same pair when nothing hostile came before, in the same run.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg

from bench.live import delivery
from tests.e2e.installation import Installation

TARGET_ANSWER_MS = 250
TARGET_STORED_SECONDS = 2.0
PATIENCE_SECONDS = 60
ROUNDS = 5

Account = dict[str, Any]


async def run() -> dict:
    """Return the slowest answer, and the slowest good message behind each case."""
    return await asyncio.to_thread(_run)


def _run() -> dict:
    place = Installation()
    try:
        place.start()
        place.fill()
        place.command("bench.hostile", "second")
        mine, other = place.control("GET", "/wabas")["data"]
        with httpx.Client(timeout=60) as client:
            floor = [_after(place, client, mine, other) for _ in range(ROUNDS)]
            answers: list[float] = []
            behind: dict[str, float] = {}
            for name, bodies in _cases(mine):
                answers += [_post(place, client, mine, body) for body in bodies]
                behind[name] = round(_after(place, client, mine, other), 2)
    finally:
        place.stop()
    slowest, usual = max(behind.values()), statistics.median(floor)
    return {
        "answers": len(answers),
        "answer_ms_max": round(max(answers) * 1000),
        "target_answer_ms": TARGET_ANSWER_MS,
        "stored_seconds_behind": behind,
        "target_stored_seconds": TARGET_STORED_SECONDS,
        "floor_seconds": round(usual, 2),
        "ratio": round(slowest / usual, 1),
        "ok": max(answers) * 1000 <= TARGET_ANSWER_MS and slowest <= TARGET_STORED_SECONDS,
    }


def _post(place: Installation, client: httpx.Client, account: Account, body: bytes) -> float:
    began = time.perf_counter()
    status = place.post_raw(client, body, account["app_secret"])
    assert status in {200, 413}, status
    return time.perf_counter() - began


def _after(place: Installation, client: httpx.Client, *accounts: Account) -> float:
    """Post a good message for each account; return the seconds until the last is in its thread."""
    began = time.perf_counter()
    wanted: set[str] = set()
    for account in accounts:
        body = delivery(account, "16505557777", "still there?")
        wanted.add(body["entry"][0]["changes"][0]["value"]["messages"][0]["id"])
        _post(place, client, account, json.dumps(body).encode())
    url = (place.data / "run" / "postgres.superuser").read_text().strip()
    with psycopg.connect(url, autocommit=True) as connection:
        while time.perf_counter() - began < PATIENCE_SECONDS:
            found = connection.execute(
                "SELECT count(*) FROM message WHERE wamid = ANY(%s)", [list(wanted)]
            ).fetchone()
            if found == (len(wanted),):
                break
            time.sleep(0.02)
    return time.perf_counter() - began


def _cases(account: Account) -> Iterator[tuple[str, list[bytes]]]:
    for name, filling in (
        ("NUL in ids", "\0"),
        ("half a character in ids", "\ud800"),
        ("ids of 300 characters", "9" * 300),
    ):
        yield name, [json.dumps(body).encode() for body in _in_ids(account, filling)]
    deep = json.dumps(delivery(account, "16505550009", "@")).replace('"@"', "[" * 10_000)
    yield "10,000 levels", [(deep + "]" * 10_000).encode()]
    number = json.dumps(delivery(account, "16505550008", "@")).replace('"@"', "9" * 5_000)
    yield "a number of 5,000 digits", [number.encode()]
    yield "1 MB of text", [json.dumps(delivery(account, "16505550007", "x" * 1_000_000)).encode()]
    for name, character in (
        ("backslashes", b"\\"),
        ("levels", b"["),
        ("NUL", b"\0"),
        ("quotes", b'"'),
        ("digits", b"9"),
    ):
        yield f"2.4 MB of {name}", [b'{"entry": "' + character * 2_400_000 + b'"}']
    yield "a history of 10,000 messages", [json.dumps(_history(account, 10_000)).encode()]
    yield "12,000 statuses at once", [json.dumps(_statuses(account, 12_000, 0)).encode()]
    flood = [json.dumps(_statuses(account, 1_000, n + 1)).encode() for n in range(30)]
    yield "30 deliveries of 1,000 statuses", flood


def _in_ids(account: Account, filling: str) -> Iterator[dict[str, Any]]:
    waba = delivery(account, "16505550001", "x")
    waba["entry"][0]["id"] += filling
    yield waba
    number = delivery(account, "16505550001", "x")
    number["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] += filling
    yield number
    information = delivery(account, "16505550001", "x")
    change = {"waba_info": {"waba_id": filling}, "event": "PARTNER_ADDED"}
    information["entry"][0]["changes"] = [{"field": "account_update", "value": change}]
    yield information


def _value(account: Account) -> dict[str, Any]:
    keys = ("display_phone_number", "phone_number_id")
    metadata = {key: account[key] for key in keys}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _wrapped(account: Account, field: str, value: dict[str, Any]) -> dict[str, Any]:
    change = {"field": field, "value": value}
    entry = {"id": account["waba_id"], "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _history(account: Account, count: int) -> dict[str, Any]:
    now = int(time.time()) - 10 * 24 * 3600
    messages = [
        {
            "from": "16505550002",
            "id": f"wamid.history.{now}.{n}",
            "timestamp": str(now + n),
            "type": "text",
            "text": {"body": f"old message {n} of a long talk between two people"},
        }
        for n in range(count)
    ]
    thread = {"id": "16505550002", "messages": messages}
    history = [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 55}, "threads": [thread]}]
    return _wrapped(account, "history", {**_value(account), "history": history})


def _statuses(account: Account, count: int, series: int) -> dict[str, Any]:
    statuses = [
        {
            "id": f"wamid.nobody.{series}.{n}",
            "status": "delivered",
            "timestamp": str(int(time.time())),
            "recipient_id": "16505550003",
        }
        for n in range(count)
    ]
    return _wrapped(account, "messages", {**_value(account), "statuses": statuses})


async def _make_second_workspace() -> None:
    from xobito_app.core.permissions import ALL, Actor
    from xobito_app.features.connection import connecting
    from xobito_app.features.workspaces import service as workspaces
    from xobito_app.persistence.engine import dispose
    from xobito_app.persistence.unit_of_work import unit_of_work

    async with unit_of_work() as uow:
        user_id, workspace_id = await workspaces.create_workspace(
            uow,
            slug="other",
            name="Other",
            owner_name="Oda",
            owner_email="oda@example.com",
            owner_password="correct horse battery",
        )
    await connecting.start_simulator(Actor(workspace_id, user_id, "Oda", ALL, is_owner=True))
    await dispose()


if __name__ == "__main__" and sys.argv[1:] == ["second"]:
    asyncio.run(_make_second_workspace())
