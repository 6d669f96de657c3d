import json

import httpx
import pytest

from tests.simulator.conftest import (
    CALLBACK,
    FIELDS,
    VERIFY_TOKEN,
    Receiver,
    Simulator,
    eventually,
    running,
)


async def test_a_webhook_is_signed_over_escaped_bytes(sim: Simulator):
    await sim.write(type="text", body="Olá, João 👋")
    await eventually(lambda: sim.receiver.posts)
    body, signature = sim.receiver.posts[0]
    assert sim.is_signed(body, signature)
    assert body.isascii()
    assert b"\\u00e1" in body
    payload = json.loads(body)
    assert payload["object"] == "whatsapp_business_account"
    (entry,) = payload["entry"]
    assert entry["id"] == sim.waba["waba_id"]
    assert "time" not in entry
    value = entry["changes"][0]["value"]
    assert value["metadata"]["phone_number_id"] == sim.phone_id
    assert value["contacts"][0]["wa_id"] == value["messages"][0]["from"] == "16505550121"
    assert value["messages"][0]["text"] == {"body": "Olá, João 👋"}


async def test_account_fields_carry_the_time(sim: Simulator):
    change = {"field": "security", "value": {"event": "PIN_CHANGED"}}
    await sim.control("POST", f"/wabas/{sim.waba['waba_id']}/raw", json=change)
    (payload,) = await eventually(sim.receiver.payloads)
    assert isinstance(payload["entry"][0]["time"], int)
    assert payload["entry"][0]["changes"] == [change]


async def test_fields_nobody_chose_are_not_sent(sim: Simulator):
    change = {"field": "flows", "value": {"event": "FLOW_STATUS_CHANGE"}}
    await sim.control("POST", f"/wabas/{sim.waba['waba_id']}/raw", json=change)
    await sim.write()
    await eventually(sim.receiver.messages)
    assert sim.receiver.changes("flows") == []


@pytest.mark.parametrize("token", ["wrong", ""])
async def test_a_failed_handshake_is_error_2200(sim: Simulator, token):
    body = {"override_callback_uri": CALLBACK, "verify_token": token or "x"}
    answer = await sim.graph("POST", f"{sim.waba['waba_id']}/subscribed_apps", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2200
    assert "403" in answer.json()["error"]["message"]


async def test_app_subscriptions_need_the_app_token_and_a_handshake(sim: Simulator):
    path = f"{sim.waba['app_id']}/subscriptions"
    app_token = f"{sim.waba['app_id']}|{sim.waba['app_secret']}"
    assert (await sim.graph("GET", path)).json()["error"]["code"] == 15
    (row,) = (await sim.graph("GET", path, token=app_token)).json()["data"]
    assert row["callback_url"] == CALLBACK
    assert {f["name"] for f in row["fields"]} == set(FIELDS.split(","))
    body = {
        "object": "whatsapp_business_account",
        "callback_url": CALLBACK,
        "verify_token": "wrong",
        "fields": "messages",
    }
    answer = await sim.graph("POST", path, token=app_token, json=body)
    assert answer.json()["error"]["code"] == 2200
    answer = await sim.graph(
        "POST", path, token=app_token, json=body | {"verify_token": VERIFY_TOKEN, "fields": "nope"}
    )
    assert answer.json()["error"]["code"] == 100


async def test_an_override_is_verified_shown_and_taken_back(sim: Simulator):
    path = f"{sim.waba['waba_id']}/subscribed_apps"
    url = CALLBACK + "?waba=1"
    await sim.graph("POST", path, json={"override_callback_uri": url, "verify_token": VERIFY_TOKEN})
    (row,) = (await sim.graph("GET", path)).json()["data"]
    assert row["override_callback_uri"] == url
    assert row["whatsapp_business_api_data"]["id"] == sim.waba["app_id"]
    await sim.graph("DELETE", path)
    assert (await sim.graph("GET", path)).json() == {"data": []}
    await sim.write()
    state = (await sim.control("GET", f"/state?waba_id={sim.waba['waba_id']}")).json()
    assert state["undelivered"] == 0
    assert sim.receiver.messages() == []


async def _disturb(sim: Simulator, **rules):
    path = f"/wabas/{sim.waba['waba_id']}/disturbances"
    answer = await sim.control("POST", path, json=rules)
    assert answer.status_code == 200, answer.text


async def test_duplicates(sim: Simulator):
    await _disturb(sim, duplicate=2)
    await sim.write()
    await eventually(lambda: len(sim.receiver.messages()) == 3)
    assert len({m["id"] for m in sim.receiver.messages()}) == 1


async def test_dropping(sim: Simulator):
    await _disturb(sim, drop=1)
    await sim.write(type="text", body="lost")
    await _disturb(sim, drop=0)
    await sim.write(type="text", body="kept")
    (message,) = await eventually(sim.receiver.messages)
    assert message["text"]["body"] == "kept"


async def test_delay(sim: Simulator):
    await _disturb(sim, delay_ms=300)
    await sim.write()
    state = (await sim.control("GET", "/state")).json()
    assert state["queue"][0]["due_in_seconds"] > 0
    assert sim.receiver.messages() == []
    await eventually(sim.receiver.messages)


async def test_batching_gathers_many_into_one_post(sim: Simulator):
    await _disturb(sim, batch=4, batch_ms=5000)
    await sim.write(type="text", body="1")
    await sim.write("Mateo García", type="text", body="2")
    change = {"field": "security", "value": {"event": "PIN_CHANGED"}}
    await sim.control("POST", f"/wabas/{sim.waba['waba_id']}/raw", json=change)
    assert sim.receiver.posts == []
    await sim.write(type="text", body="3")
    (payload,) = await eventually(sim.receiver.payloads)
    assert len(payload["entry"]) == 2
    first = payload["entry"][0]["changes"][0]["value"]
    assert [m["text"]["body"] for m in first["messages"]] == ["1", "2"]
    assert {c["wa_id"] for c in first["contacts"]} == {"16505550121", "34600000142"}
    assert sim.receiver.messages()[-1]["text"]["body"] == "3"


async def test_a_short_batch_leaves_when_its_time_is_over(sim: Simulator):
    await _disturb(sim, batch=100, batch_ms=100)
    await sim.write()
    await sim.write("Mateo García")
    await eventually(lambda: len(sim.receiver.messages()) == 2)
    assert len(sim.receiver.posts) == 1


async def test_reordering_loses_nothing(sim: Simulator):
    await _disturb(sim, reorder=True)
    sent = [await sim.write(type="text", body=str(n)) for n in range(30)]
    await eventually(lambda: len(sim.receiver.messages()) == 30)
    arrived = [m["id"] for m in sim.receiver.messages()]
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


async def test_one_customers_messages_keep_their_order_undisturbed(sim: Simulator):
    sent = [await sim.write(type="text", body=str(n)) for n in range(20)]
    await eventually(lambda: len(sim.receiver.messages()) == 20)
    assert [m["id"] for m in sim.receiver.messages()] == sent


@pytest.mark.parametrize(
    "rules", [{"drop": 2}, {"batch": 0}, {"delay_ms": -1}, {"duplicate": "x"}, {"explode": 1}]
)
async def test_impossible_disturbances_are_refused(sim: Simulator, rules):
    path = f"/wabas/{sim.waba['waba_id']}/disturbances"
    assert (await sim.control("POST", path, json=rules)).status_code == 422


async def test_refused_webhooks_are_tried_again(sim: Simulator):
    sim.receiver.status = 503
    await sim.write()
    courier = sim.app.state.world.courier
    await eventually(lambda: courier.answers)
    state = (await sim.control("GET", "/state")).json()
    assert state["deliveries"][0]["status"] == 503
    assert sim.receiver.posts == []
    sim.receiver.status = 200
    await eventually(sim.receiver.messages)


async def test_undelivered_webhooks_survive_a_restart(tmp_path):
    deaf = Receiver()
    async with running(tmp_path, deaf) as before:
        await before.connect()
        deaf.status = 500
        message_id = await before.write()
        waba = before.waba
    hearing = Receiver()
    async with running(tmp_path, hearing) as after:
        after.waba = waba
        await after.control("POST", f"/wabas/{waba['waba_id']}/retry")
        (message,) = await eventually(hearing.messages)
        assert message["id"] == message_id
        assert after.is_signed(*hearing.posts[0])


async def test_everything_is_known_after_a_restart(tmp_path):
    async with running(tmp_path, Receiver()) as before:
        await before.connect()
        await before.write(type="text", body="remember me")
        media = await before.graph(
            "POST",
            f"{before.phone_id}/media",
            data={"messaging_product": "whatsapp"},
            files={"file": ("a.png", b"png", "image/png")},
        )
        customers = set(await before.customers())
        waba = before.waba
        await before.control("POST", "/clock", json={"advance_seconds": 60})
    receiver = Receiver()
    async with running(tmp_path, receiver) as after:
        after.waba = waba
        found = (await after.control("GET", f"/wabas/{waba['waba_id']}")).json()
        assert found["access_token"] == waba["access_token"]
        assert set(await after.customers()) == customers
        assert (await after.chat())["data"][0]["text"] == "remember me"
        listed = (await after.graph("GET", f"{waba['waba_id']}/message_templates")).json()
        assert len(listed["data"]) == 6
        assert (await after.graph("GET", media.json()["id"])).status_code == 200
        assert (await after.client.get("/control/clock")).json()["offset_seconds"] == 60
        assert (await after.send_text()).status_code == 200
        await eventually(lambda: len(receiver.statuses()) == 2)


async def test_planned_statuses_survive_a_restart(tmp_path):
    async with running(tmp_path, Receiver(), speed=1) as before:
        await before.connect()
        await before.write()
        assert (await before.send_text()).status_code == 200
    receiver = Receiver()
    async with running(tmp_path, receiver) as after:
        after.waba = before.waba
        await eventually(lambda: len(receiver.statuses()) == 2, within=8)


async def test_many_accounts_do_not_mix(sim: Simulator):
    other = Simulator(sim.app, sim.client, sim.control_headers["X-Control-Token"], sim.receiver)
    await other.connect()
    answer = await other.graph("GET", sim.phone_id)
    assert answer.json()["error"]["code"] == 100
    await other.write()
    await eventually(sim.receiver.messages)
    (payload,) = sim.receiver.payloads()
    assert payload["entry"][0]["id"] == other.waba["waba_id"]
    assert other.is_signed(*sim.receiver.posts[0])
    assert not sim.is_signed(*sim.receiver.posts[0])


async def test_a_burst_arrives_whole(sim: Simulator):
    wanted = {"contacts": 40, "messages_each": 3, "rate": 5000, "shuffle": True, "duplicates": 1}
    path = f"/wabas/{sim.waba['waba_id']}/burst"
    report = (await sim.control("POST", path, json=wanted)).json()
    assert report["messages"] == 120
    await eventually(lambda: len(sim.receiver.messages()) == 240, within=10)
    assert len({m["id"] for m in sim.receiver.messages()}) == 120
    after = (await sim.control("GET", f"/bursts/{report['id']}")).json()
    assert after["done"]
    assert after["emitted"] == 120


async def test_an_unreachable_callback_fails_the_handshake(sim: Simulator):
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    app = sim.app
    courier = app.state.world.courier
    kept = courier.client
    courier.client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    body = {"override_callback_uri": CALLBACK, "verify_token": VERIFY_TOKEN}
    answer = await sim.graph("POST", f"{sim.waba['waba_id']}/subscribed_apps", json=body)
    await courier.client.aclose()
    courier.client = kept
    assert answer.json()["error"]["code"] == 2200
