import pytest

from tests.simulator.conftest import Simulator, eventually

BUTTONS = {
    "type": "button",
    "body": {"text": "Well?"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "y", "title": "Yes"}},
            {"type": "reply", "reply": {"id": "n", "title": "No"}},
        ]
    },
}
LIST = {
    "type": "list",
    "body": {"text": "Pick one"},
    "action": {
        "button": "Choose",
        "sections": [{"title": "Cakes", "rows": [{"id": "1", "title": "Apple"}]}],
    },
}
CTA = {
    "type": "cta_url",
    "body": {"text": "See"},
    "action": {
        "name": "cta_url",
        "parameters": {"display_text": "Open", "url": "https://example.com"},
    },
}
CARD = {"name": {"formatted_name": "Ana Ruiz", "first_name": "Ana"}}

ACCEPTED = [
    {"type": "text", "text": {"body": "x" * 4096}},
    {"text": {"body": "type is text when left out"}},
    {"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "c" * 1024}},
    {"type": "video", "video": {"link": "https://example.com/a.mp4"}},
    {"type": "audio", "audio": {"link": "https://example.com/a.ogg", "voice": True}},
    {"type": "document", "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}},
    {"type": "sticker", "sticker": {"link": "https://example.com/a.webp"}},
    {"type": "location", "location": {"latitude": 41.38, "longitude": "2.17", "name": "Shop"}},
    {"type": "contacts", "contacts": [CARD]},
    {"type": "interactive", "interactive": BUTTONS},
    {"type": "interactive", "interactive": LIST},
    {"type": "interactive", "interactive": CTA},
    {
        "type": "interactive",
        "interactive": {
            "type": "location_request_message",
            "body": {"text": "Where?"},
            "action": {"name": "send_location"},
        },
    },
    {
        "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US"}},
    },
]


@pytest.mark.parametrize("body", ACCEPTED)
async def test_every_kind_is_accepted(sim: Simulator, body):
    await sim.write()
    answer = await sim.send(**body)
    assert answer.status_code == 200, answer.text
    contact = answer.json()["contacts"][0]
    assert (contact["input"], contact["wa_id"]) == ("+16505550121", "16505550121")
    assert answer.json()["messages"][0]["id"].startswith("wamid.")


def _buttons(count: int, title: str = "T") -> dict:
    buttons = [
        {"type": "reply", "reply": {"id": str(n), "title": f"{title}{n}"}} for n in range(count)
    ]
    return {**BUTTONS, "action": {"buttons": buttons}}


def _rows(count: int) -> dict:
    rows = [{"id": str(n), "title": f"Row {n}"} for n in range(count)]
    return {**LIST, "action": {"button": "Choose", "sections": [{"title": "S", "rows": rows}]}}


REFUSED = [
    ({"to": ""}, 100, "to is required"),
    ({"messaging_product": "sms"}, 100, "messaging_product"),
    ({"type": "poll", "poll": {}}, 131051, "Unsupported"),
    ({"type": ["text"]}, 131051, "Unsupported"),
    ({"type": "text"}, 100, "text is required"),
    ({"type": "text", "text": "hi"}, 100, "JSON object"),
    ({"type": "text", "text": {"body": ""}}, 100, "text['body']"),
    ({"type": "text", "text": {"body": "x" * 4097}}, 100, "4096"),
    ({"type": "image", "image": {}}, 100, "exactly one"),
    ({"type": "image", "image": {"id": "1"}}, 131009, "not valid"),
    ({"type": "image", "image": {"link": "ftp://x"}}, 131009, "not valid"),
    ({"type": "image", "image": {"link": "https://x.y", "caption": "c" * 1025}}, 100, "1024"),
    ({"type": "audio", "audio": {"link": "https://x.y", "caption": "c"}}, 100, "caption"),
    ({"type": "location", "location": {"latitude": 1}}, 131008, "missing"),
    ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009, "not valid"),
    ({"type": "contacts", "contacts": []}, 100, "contacts"),
    ({"type": "contacts", "contacts": [{"name": {}}]}, 131008, "missing"),
    ({"type": "contacts", "contacts": [CARD] * 6}, 100, "at most 5"),
    ({"type": "reaction", "reaction": {"emoji": "👍"}}, 131008, "missing"),
    ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, 131009, "not valid"),
    ({"type": "interactive", "interactive": {"type": "magic"}}, 100, "interactive"),
    ({"type": "interactive", "interactive": _buttons(4)}, 131009, "not valid"),
    ({"type": "interactive", "interactive": _buttons(1, "t" * 20)}, 131009, "not valid"),
    ({"type": "interactive", "interactive": _rows(11)}, 131009, "not valid"),
    ({"type": "interactive", "interactive": {**LIST, "body": {"text": ""}}}, 131009, "not valid"),
    ({"type": "interactive", "interactive": {**CTA, "action": {}}}, 131009, "not valid"),
    ({"type": "text", "text": {"body": "x"}, "context": {}}, 131008, "missing"),
    ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "d" * 513}, 100, "512"),
    ({"to": "12", "text": {"body": "x"}}, 131009, "not valid"),
    ({"to": None, "recipient": "US.0", "text": {"body": "x"}}, 131026, "undeliverable"),
    ({"recipient_type": "group", "text": {"body": "x"}}, 100, "recipient_type"),
]


@pytest.mark.parametrize(("body", "code", "words"), REFUSED)
async def test_a_broken_message_gets_metas_error(sim: Simulator, body, code, words):
    await sim.write()
    answer = await sim.send(**body)
    error = answer.json()["error"]
    assert error["code"] == code, error
    assert words in error["message"]
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    assert answer.status_code >= 400


async def test_free_form_needs_an_open_window(sim: Simulator):
    answer = await sim.send_text()
    assert answer.json()["error"]["code"] == 131047
    await sim.write()
    assert (await sim.send_text()).status_code == 200
    await sim.control("POST", "/clock", json={"advance_seconds": 24 * 3600 + 1})
    assert (await sim.send_text()).json()["error"]["code"] == 131047


async def test_a_closed_window_can_be_told_by_webhook(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    await sim.control("POST", path, json={"window_error": "webhook"})
    assert (await sim.send_text()).status_code == 200
    (failed,) = await eventually(sim.receiver.statuses)
    assert failed["status"] == "failed"
    assert failed["errors"][0]["code"] == 131047


async def test_a_customer_without_phone_is_reached_by_user_id(sim: Simulator):
    await sim.write("Robin")
    robin = (await sim.customers())["Robin"]
    assert robin["phone"] == ""
    answer = await sim.send(to=None, recipient=robin["user_id"], text={"body": "hi"})
    assert answer.json()["contacts"] == [{"input": robin["user_id"], "user_id": robin["user_id"]}]
    (message,) = await eventually(sim.receiver.messages)
    assert "from" not in message
    statuses = await eventually(sim.receiver.statuses)
    assert "recipient_id" not in statuses[0]
    assert statuses[0]["recipient_user_id"] == robin["user_id"]


async def test_ticks_follow_and_carry_the_callback_data(sim: Simulator):
    await sim.write()
    answer = await sim.send(text={"body": "hi"}, biz_opaque_callback_data="row-7")
    message_id = answer.json()["messages"][0]["id"]
    await eventually(lambda: len(sim.receiver.statuses()) == 2)
    sent, delivered = sim.receiver.statuses()
    assert (sent["status"], delivered["status"]) == ("sent", "delivered")
    assert {sent["id"], delivered["id"]} == {message_id}
    assert sent["biz_opaque_callback_data"] == "row-7"
    assert sent["pricing"]["pricing_model"] == "PMP"
    assert "conversation" not in sent
    sheena = (await sim.customers())["Sheena Nelson"]
    assert (await sim.control("POST", f"/customers/{sheena['id']}/open")).json() == {"read": 1}
    await eventually(lambda: sim.receiver.statuses()[-1]["status"] == "read")
    assert "pricing" not in sim.receiver.statuses()[-1]
    assert (await sim.chat())["data"][0]["status"] == "read"


async def test_automatic_reading(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    await sim.control("POST", path, json={"auto_read_seconds": 1})
    await sim.write()
    await sim.send_text()
    await eventually(lambda: [s["status"] for s in sim.receiver.statuses()][-1:] == ["read"])


async def test_the_business_reads_and_types(sim: Simulator):
    message_id = await sim.write()
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    answer = await sim.graph(
        "POST", f"{sim.phone_id}/messages", json={**body, "typing_indicator": {"type": "text"}}
    )
    assert answer.json() == {"success": True}
    chat = await sim.chat()
    assert chat["customer"]["is_typing"]
    assert chat["data"][0]["status"] == "read"
    answer = await sim.graph(
        "POST", f"{sim.phone_id}/messages", json={**body, "message_id": "wamid.x"}
    )
    assert answer.json()["error"]["code"] == 100


async def test_the_pair_limit_ends_a_flood(sim: Simulator):
    await sim.write()
    codes = [(await sim.send_text()).status_code for _ in range(46)]
    assert codes[:45] == [200] * 45
    assert codes[45] == 400


async def test_throughput_is_limited_in_both_directions_together(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/settings"
    await sim.control("POST", path, json={"throughput": 3})
    await sim.write()
    answers = [await sim.send_text() for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == 130429


async def test_a_blocked_customer_cannot_be_written_to(sim: Simulator):
    await sim.write()
    body = {"messaging_product": "whatsapp", "block_users": [{"user": "+16505550121"}]}
    path = f"{sim.phone_id}/block_users"
    assert (await sim.graph("POST", path, json=body)).status_code == 200
    assert (await sim.send_text()).json()["error"]["code"] == 130403
    await sim.graph("DELETE", path, json=body)
    assert (await sim.send_text()).status_code == 200


async def test_the_business_reacts(sim: Simulator):
    message_id = await sim.write()
    answer = await sim.send(type="reaction", reaction={"message_id": message_id, "emoji": "👍"})
    assert answer.status_code == 200
    chat = await sim.chat()
    target = next(m for m in chat["data"] if m["id"] == message_id)
    assert target["reactions"] == {"business": "👍"}
