"""The endpoint Meta calls: nobody else comes in, and what comes in is kept before the answer."""

from __future__ import annotations

import asyncio
import json
import threading
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests import deliveries
from tests.fixtures import make_world
from tests.lines import VERIFY_TOKEN, Line
from xobito_app.api import whatsapp_webhook
from xobito_app.features.ingest.drain import drain
from xobito_app.features.ingest.intake import Delivery
from xobito_app.models.connection import InboundEvent, WebhookSecret
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp import signature
from xobito_app.whatsapp.signature import sign

PATH = "/webhooks/whatsapp"


async def post(http, line: Line, body: bytes, signature: str | None = "", **headers: str):
    if signature == "":
        signature = sign(line.app_secret, body)
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    return await http.post(PATH, content=body, headers=headers)


async def stored(mark: str) -> list[InboundEvent]:
    async with unit_of_work() as uow:
        named = text("position(CAST(:mark AS bytea) IN body) > 0").bindparams(mark=mark.encode())
        statement = select(InboundEvent).where(named)
        return list((await uow.session.exec(statement)).all())


def delivery(line: Line, body: str) -> bytes:
    return json.dumps(deliveries.incoming(line.world, "16505550121", body)).encode()


async def test_the_handshake_answers_the_challenge_alone(http, line):
    answer = await http.get(
        PATH,
        params={
            "hub.mode": "subscribe",
            "hub.verify_token": VERIFY_TOKEN,
            "hub.challenge": "1158201444",
        },
    )
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN},
        {"hub.mode": "unsubscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "ö", "hub.challenge": "1"},
        {},
    ],
)
async def test_a_wrong_handshake_is_forbidden(http, line, query):
    assert (await http.get(PATH, params=query)).status_code == 403


async def test_a_signed_delivery_is_kept_and_read(http, line):
    mark = uuid4().hex
    answer = await post(http, line, delivery(line, mark))
    assert answer.status_code == 200
    assert len(await stored(mark)) == 1
    await drain()
    async with unit_of_work(line.workspace_id) as uow:
        rows = (await uow.session.exec(select(Message).where(Message.body == mark))).all()
    assert len(rows) == 1


async def test_what_is_not_signed_with_our_secret_leaves_nothing(http, line):
    mark = uuid4().hex
    body = delivery(line, f"{mark} é")
    plain = json.dumps(json.loads(body), ensure_ascii=False).encode()
    cases = [
        (body, None),
        (body, "sha256="),
        (body, sign("another secret", body)),
        (body, sign("", body)),
        (body, sign(line.app_secret, body).removeprefix("sha256=")),
        (body, sign(line.app_secret, body + b" ")),
        # The same JSON written anew is not what Meta signed.
        (plain, sign(line.app_secret, body)),
    ]
    for sent, header in cases:
        answer = await post(http, line, sent, header)
        assert answer.status_code == 401, header
    assert await stored(mark) == []


async def test_a_secret_saved_a_moment_ago_counts_at_once(http, line, monkeypatch):
    monkeypatch.setattr(whatsapp_webhook, "MISS_SECONDS", 0.0)
    body = delivery(line, uuid4().hex)
    assert (await post(http, line, body)).status_code == 200
    async with unit_of_work() as uow:
        rows = await uow.session.exec(
            select(WebhookSecret).where(WebhookSecret.connection_id == line.world.connection_id)
        )
        row = rows.one()
        row.app_secret_sealed = vault().seal("a new secret")
        uow.session.add(row)
    body = delivery(line, uuid4().hex)
    assert (await post(http, line, body, sign("a new secret", body))).status_code == 200


async def test_over_three_megabytes_is_refused_announced_or_not(http, line):
    mark = uuid4().hex
    body = delivery(line, mark) + b" " * (3 * 1024 * 1024)
    assert (await post(http, line, body)).status_code == 413

    async def pieces():
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    headers = {"X-Hub-Signature-256": sign(line.app_secret, body)}
    answer = await http.post(PATH, content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert await stored(mark) == []


async def test_a_batch_is_taken_whole_and_a_repeat_is_counted(http, line):
    mark = uuid4().hex
    texts = [deliveries.text("16505550121", f"{mark} {n}") for n in range(30)]
    changes = [
        deliveries.change(
            line.world, contacts=[deliveries.person("16505550121")], messages=texts[n : n + 10]
        )
        for n in range(0, 30, 10)
    ]
    body = json.dumps(deliveries.envelope(line.world, *changes)).encode()
    answers = await asyncio.gather(*(post(http, line, body) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    (event,) = await stored(mark)
    assert event.repeats == 2
    await drain()
    async with unit_of_work(line.workspace_id) as uow:
        statement = select(Message).where(Message.body.startswith(mark))
        assert len((await uow.session.exec(statement)).all()) == 30


async def test_signed_rubbish_is_kept_and_answered(http, line):
    mark = uuid4().hex
    for body in (f"not json {mark}".encode(), f"{mark}\x00\xff".encode("latin-1"), b"[]"):
        assert (await post(http, line, body)).status_code == 200
    await drain()
    assert {event.state for event in await stored(mark)} == {"failed"}


async def test_a_dead_database_connection_costs_no_delivery(http, line):
    from sqlalchemy import text

    assert (await post(http, line, delivery(line, uuid4().hex))).status_code == 200
    async with unit_of_work() as uow:
        connection = await uow.session.connection()
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = current_user "
                "AND pid <> pg_backend_pid() AND query LIKE 'INSERT INTO inbound_event%'"
            )
        )
    mark = uuid4().hex
    answers = await asyncio.gather(
        *(post(http, line, delivery(line, f"{mark} {n}")) for n in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored(mark)) == 5


async def test_one_delivery_the_database_refuses_does_not_take_its_neighbours_along(monkeypatch):
    from xobito_app.api import gathering

    taken: list[bytes] = []
    really = gathering.store_deliveries

    async def refuse_poison(session, given):
        bodies = [delivery.body for delivery in given]
        if b"poison" in bodies:
            raise ValueError("refused")
        taken.extend(bodies)
        await really(session, given)

    monkeypatch.setattr(gathering, "store_deliveries", refuse_poison)
    gate = gathering.Gathering()
    bodies = [f"{uuid4().hex}".encode() for _ in range(3)]
    results = await asyncio.gather(
        *(gate.store(Delivery(body, "", ())) for body in (bodies[0], b"poison", *bodies[1:])),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), ValueError, type(None), type(None)]
    assert set(taken) == set(bodies)


@pytest.mark.reliability("hostile deliveries")
@pytest.mark.parametrize(
    "content",
    [
        "\\" * 2_400_000,
        '"' + "\\\\" * 1_200_000 + '"',
        "[" * 2_400_000,
        "\0" * 2_400_000,
        "\ud800".encode("utf-8", "surrogatepass") * 800_000,
        '"' * 2_400_000,
        "{}," * 800_000,
        "9" * 2_400_000,
    ],
    ids=["backslashes", "escapes", "levels", "NUL", "halves", "quotes", "commas", "digits"],
)
async def test_a_large_body_of_anything_holds_up_nobody_at_the_door(
    http, line, content, monkeypatch
):
    """2.4 MB of one character: kept byte for byte, and hashed beside the event loop."""
    mark = uuid4().hex.encode()
    body = mark + (content if isinstance(content, bytes) else content.encode())
    assert (await post(http, line, delivery(line, uuid4().hex))).status_code == 200
    hashed_in: list[int] = []
    really = signature.matching

    def noting(*given):
        hashed_in.append(threading.get_ident())
        return really(*given)

    monkeypatch.setattr(signature, "matching", noting)
    assert (await post(http, line, body)).status_code == 200
    # Beside the loop: whoever else delivers is answered meanwhile.
    assert hashed_in
    assert threading.get_ident() not in hashed_in
    (event,) = await stored(mark.decode())
    assert event.body == body


@pytest.mark.reliability("deliveries that are somebody else's")
async def test_the_door_notes_whose_secret_opened_it(http, line):
    """Another connection's secret is let in too, but not for this number."""
    stranger = await make_world()
    async with unit_of_work() as uow:
        uow.session.add(
            WebhookSecret(
                connection_id=stranger.connection_id,
                app_secret_sealed=vault().seal("a stranger's secret"),
                verify_token_sealed=vault().seal("a stranger's token"),
            )
        )
    mark = uuid4().hex
    forged = delivery(line, f"{mark} forged")
    await asyncio.sleep(whatsapp_webhook.MISS_SECONDS)
    answer = await post(http, line, forged, sign("a stranger's secret", forged))
    assert answer.status_code == 200
    assert (await post(http, line, delivery(line, f"{mark} mine"))).status_code == 200
    await drain()
    async with unit_of_work(line.workspace_id) as uow:
        rows = (await uow.session.exec(select(Message.body))).all()
    assert [body for body in rows if mark in body] == [f"{mark} mine"]
    events = {event.state: event.signers for event in await stored(mark)}
    assert events["refused"] == [stranger.connection_id]
    assert events["done"] == [line.world.connection_id]
