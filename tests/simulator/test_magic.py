import asyncio

import pytest

from tests.simulator.conftest import Simulator, eventually
from xobito_app.simulator.magic import RECIPIENTS, Outcome

PHONES = {recipient.outcome: f"+{phone}" for phone, recipient in RECIPIENTS.items()}
MARKETING = {
    "type": "template",
    "template": {
        "name": "bienvenida",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
    },
}


async def test_the_table_is_published(sim: Simulator):
    rows = (await sim.control("GET", "/magic")).json()["data"]
    assert {row["outcome"] for row in rows} == set(Outcome)
    assert rows[0]["phone"] == "+15550100001"
    assert rows[0]["display"] == "+1 555 010 0001"


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(Outcome.NOT_ON_WHATSAPP, 131026), (Outcome.PAIR_LIMIT, 131056), (Outcome.OPTED_OUT, 131050)],
)
async def test_refused_at_once(sim: Simulator, outcome, code):
    answer = await sim.send(to=PHONES[outcome], **MARKETING)
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [(Outcome.THROUGHPUT_ONCE, 429, 130429), (Outcome.SERVER_ERROR_ONCE, 500, 131000)],
)
async def test_refused_once_then_accepted(sim: Simulator, outcome, status, code):
    first = await sim.send(to=PHONES[outcome], **MARKETING)
    second = await sim.send(to=PHONES[outcome], **MARKETING)
    assert (first.status_code, first.json()["error"]["code"]) == (status, code)
    assert second.status_code == 200


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.MARKETING_CAP, 131049),
        (Outcome.FAILS_LATER, 131000),
        (Outcome.UNDELIVERABLE_LATER, 131026),
        (Outcome.HELD_THEN_DROPPED, 132015),
    ],
)
async def test_accepted_then_failed(sim: Simulator, outcome, code):
    answer = await sim.send(to=PHONES[outcome], **MARKETING)
    assert answer.status_code == 200
    (failed,) = await eventually(sim.receiver.statuses)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", code)
    assert "contacts" not in sim.receiver.changes()[0]
    assert "recipient_user_id" not in failed


async def test_held_for_quality_then_released(sim: Simulator):
    answer = await sim.send(to=PHONES[Outcome.HELD], **MARKETING)
    assert answer.json()["messages"][0]["message_status"] == "held_for_quality_assessment"
    await eventually(lambda: [s["status"] for s in sim.receiver.statuses()][-1:] == ["delivered"])


async def test_never_read_in_spite_of_automatic_reading(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    await sim.control("POST", path, json={"auto_read_seconds": 0.5})
    await sim.send(to=PHONES[Outcome.NEVER_READ], **MARKETING)
    await eventually(lambda: len(sim.receiver.statuses()) == 2)
    await asyncio.sleep(0.1)
    assert [s["status"] for s in sim.receiver.statuses()] == ["sent", "delivered"]


async def test_the_answer_comes_too_late_but_the_statuses_come(sim: Simulator):
    sending = asyncio.create_task(sim.send(to=PHONES[Outcome.TIMES_OUT], **MARKETING))
    await eventually(lambda: len(sim.receiver.statuses()) == 2)
    assert not sending.done()
    assert (await sending).status_code == 200
