import asyncio

import pytest

from tests.simulator.conftest import Simulator, eventually
from xobito_app.simulator.hub import Hub

ITEM = {"product_retailer_id": "sku-1", "quantity": 2, "item_price": 3.5, "currency": "EUR"}
CARD = {"name": {"formatted_name": "Ana", "first_name": "Ana"}, "phones": [{"phone": "+1"}]}


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ({"type": "text", "body": "hi"}, {"body": "hi"}),
        (
            {"type": "location", "latitude": 1, "longitude": 2, "name": "Here"},
            {"latitude": 1.0, "longitude": 2.0, "name": "Here"},
        ),
        ({"type": "contacts", "contacts": [CARD]}, [CARD]),
        (
            {"type": "interactive", "reply_type": "list_reply", "id": "1", "title": "One"},
            {"type": "list_reply", "list_reply": {"id": "1", "title": "One"}},
        ),
        (
            {"type": "order", "catalog_id": "7", "product_items": [ITEM]},
            {"catalog_id": "7", "text": "", "product_items": [ITEM]},
        ),
        ({"type": "unsupported"}, {"type": "poll_creation"}),
        ({"type": "hologram", "content": {"depth": 3}}, {"depth": 3}),
    ],
)
async def test_each_kind_reaches_the_app(sim: Simulator, act, expected):
    message_id = await sim.write(**act)
    (message,) = await eventually(sim.receiver.messages)
    assert message["id"] == message_id
    assert message["type"] == act["type"]
    assert message[act["type"]] == expected
    assert message["timestamp"].isdigit()


@pytest.mark.parametrize(
    ("kind", "mime", "extra"),
    [
        ("image", "image/jpeg", {"caption": "Look"}),
        ("video", "video/mp4", {}),
        ("audio", "audio/ogg; codecs=opus", {"voice": True}),
        ("document", "application/pdf", {"filename": "bill.pdf"}),
        ("sticker", "image/webp", {"animated": True}),
    ],
)
async def test_media_of_a_customer(sim: Simulator, kind, mime, extra):
    path = f"/wabas/{sim.waba['waba_id']}/media"
    uploaded = (await sim.control("POST", path, files={"file": ("f", b"abc", mime)})).json()
    await sim.write(type=kind, media_id=uploaded["media_id"], **extra)
    (message,) = await eventually(sim.receiver.messages)
    content = message[kind]
    assert content["mime_type"] == mime
    for name, value in extra.items():
        assert content[name] == value
    found = (await sim.graph("GET", content["id"])).json()
    bearer = {"Authorization": f"Bearer {sim.waba['access_token']}"}
    assert (await sim.client.get(found["url"], headers=bearer)).content == b"abc"


async def test_reactions_edits_and_deletions(sim: Simulator):
    await sim.write(type="text", body="opens")
    target = (await sim.send_text()).json()["messages"][0]["id"]
    await sim.write(type="reaction", message_id=target, emoji="❤️")
    await sim.write(type="reaction", message_id=target, emoji="")
    own = await sim.write(type="text", body="tpyo")
    await sim.write(type="edit", message_id=own, body="typo")
    await sim.write(type="revoke", message_id=own)
    await eventually(lambda: len(sim.receiver.messages()) == 6)
    _, added, removed, _, edited, revoked = sim.receiver.messages()
    assert added["reaction"] == {"message_id": target, "emoji": "❤️"}
    assert removed["reaction"] == {"message_id": target}
    assert edited["edit"]["original_message_id"] == own
    assert edited["edit"]["message"] == {"type": "text", "text": {"body": "typo"}}
    assert revoked["revoke"] == {"original_message_id": own}
    assert edited["id"] != own


async def test_replies_forwards_and_ads(sim: Simulator):
    await sim.write()
    target = (await sim.send_text()).json()["messages"][0]["id"]
    await sim.write(type="text", body="re", reply_to=target)
    await sim.write(type="text", body="fwd", forwarded=True)
    referral = {"source_type": "ad", "source_id": "1", "headline": "Bread"}
    await sim.write("Mateo García", type="text", body="ad", referral=referral)
    await eventually(lambda: len(sim.receiver.messages()) == 4)
    by_body = {m["text"]["body"]: m for m in sim.receiver.messages()}
    assert by_body["re"]["context"]["id"] == target
    assert by_body["fwd"]["context"] == {"forwarded": True}
    assert by_body["ad"]["referral"] == referral
    await sim.send_text("+34600000142")
    await eventually(
        lambda: [s for s in sim.receiver.statuses() if s.get("conversation")], within=8
    )


async def test_a_new_number_is_reported_from_the_old_one(sim: Simulator):
    before = (await sim.customers())["Sheena Nelson"]
    await sim.write(type="system", new_phone="+1 650 555 0199")
    (message,) = await eventually(sim.receiver.messages)
    assert message["from"] == "16505550121"
    assert message["system"]["wa_id"] == "16505550199"
    assert message["system"]["previous_user_id"] == before["user_id"]
    assert "contacts" not in sim.receiver.changes()[0]
    after = (await sim.customers())["Sheena Nelson"]
    assert after["phone"] == "+16505550199"
    assert after["user_id"] == message["system"]["user_id"]


async def test_buttons_and_rows_are_ready_to_tap(sim: Simulator):
    await sim.write()
    interactive = {
        "type": "button",
        "body": {"text": "Well?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
    }
    sent = (await sim.send(type="interactive", interactive=interactive)).json()
    (tap,) = (await sim.chat())["data"][0]["taps"]
    await sim.write(**tap["act"])
    await eventually(lambda: len(sim.receiver.messages()) == 2)
    reply = sim.receiver.messages()[1]
    assert reply["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "y", "title": "Yes"},
    }
    assert reply["context"] == {"id": sent["messages"][0]["id"], "from": reply["context"]["from"]}


async def test_stopping_marketing(sim: Simulator):
    customer = (await sim.customers())["Sheena Nelson"]
    path = f"/customers/{customer['id']}/marketing"
    await sim.control("POST", path, json={"value": "stop"})
    (change,) = await eventually(lambda: sim.receiver.changes("user_preferences"))
    assert change["user_preferences"][0]["value"] == "stop"
    template = {
        "name": "bienvenida",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "A"}]}],
    }
    answer = await sim.send(type="template", template=template)
    assert answer.json()["error"]["code"] == 131050


@pytest.mark.parametrize(
    "act",
    [
        {"type": "text"},
        {"type": "image", "media_id": "0"},
        {"type": "location"},
        {"type": "interactive"},
        {"type": "button", "text": "x"},
        {"type": "reaction", "message_id": "0"},
        {"type": "order"},
        {"type": "edit", "message_id": "0"},
        {"type": "system", "new_phone": "1"},
        {"type": "text", "body": "x", "reply_to": "0"},
        {"type": "text", "body": "x", "number_id": "0"},
    ],
)
async def test_impossible_acts_are_explained(sim: Simulator, act):
    customer = (await sim.customers())["Sheena Nelson"]
    answer = await sim.control("POST", f"/customers/{customer['id']}/messages", json=act)
    assert answer.status_code in {404, 422}
    assert answer.json()["error"].endswith(".")


async def test_the_chat_is_paged(sim: Simulator):
    for n in range(5):
        await sim.write(type="text", body=str(n))
    customer = (await sim.customers())["Sheena Nelson"]
    path = f"/customers/{customer['id']}/chat"
    first = (await sim.control("GET", path, params={"limit": 3})).json()
    rest = (await sim.control("GET", path, params={"limit": 3, "before": first["before"]})).json()
    assert [m["text"] for m in first["data"] + rest["data"]] == ["4", "3", "2", "1", "0"]
    assert rest["before"] is None


async def test_the_control_side_is_guarded(sim: Simulator, tmp_path):
    answer = await sim.client.get("/control/wabas")
    assert answer.status_code == 403
    assert (await sim.client.get("/control/clock")).status_code == 200
    assert (tmp_path / "control_token").stat().st_mode & 0o777 == 0o600


async def test_the_clock_moves_forward_and_back(sim: Simulator):
    answer = await sim.control("POST", "/clock", json={"advance_seconds": 3600})
    assert answer.json()["offset_seconds"] == 3600
    await sim.write()
    (message,) = await eventually(sim.receiver.messages)
    here = (await sim.client.get("/control/clock")).json()
    assert abs(int(message["timestamp"]) - here["now"]) < 5
    assert (await sim.control("POST", "/clock", json={"advance_seconds": -1})).status_code == 422
    answer = await sim.control("POST", "/clock", json={"reset": True})
    assert answer.json()["offset_seconds"] == 0


async def test_a_deleted_account_is_gone(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}"
    assert (await sim.control("DELETE", path)).status_code == 200
    assert (await sim.control("GET", path)).status_code == 404
    assert (await sim.send_text()).json()["error"]["code"] == 190


async def test_listeners_hear_of_changes():
    hub = Hub()
    notices = hub.listen()
    assert await anext(notices) is None
    hub.tell("message", "1", customer_id="2")
    heard = await asyncio.wait_for(anext(notices), 1)
    assert heard == {"kind": "message", "waba_id": "1", "customer_id": "2"}
    hub.close()
    assert [notice async for notice in notices] == []


@pytest.mark.parametrize("phone", ["12", "1" * 16])
async def test_odd_numbers_are_refused(sim: Simulator, phone):
    for path in ("/wabas", f"/wabas/{sim.waba['waba_id']}/customers"):
        answer = await sim.control("POST", path, json={"name": "X", "phone": phone})
        assert answer.status_code == 422
