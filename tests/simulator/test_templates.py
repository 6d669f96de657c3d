import pytest

from tests.simulator.conftest import Simulator, eventually

BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, your order {{2}} is on its way to you now.",
    "example": {"body_text": [["Ana", "A-1"]]},
}
GOOD = {
    "name": "shipping_note",
    "language": "en_US",
    "category": "UTILITY",
    "components": [BODY],
}


async def _create(sim: Simulator, **changes):
    path = f"{sim.waba['waba_id']}/message_templates"
    return await sim.graph("POST", path, json=GOOD | changes)


async def _template(sim: Simulator, name: str) -> dict:
    path = f"{sim.waba['waba_id']}/message_templates"
    fields = "id,name,status,rejected_reason"
    rows = (await sim.graph("GET", path, params={"name": name, "fields": fields})).json()
    return rows["data"][0]


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [("shipping_note", "APPROVED", "NONE"), ("reject_me", "REJECTED", "INCORRECT_CATEGORY")],
)
async def test_a_review_decides_and_tells(sim: Simulator, name, status, reason):
    created = (await _create(sim, name=name)).json()
    assert created["status"] == "PENDING"
    (change,) = await eventually(lambda: sim.receiver.changes("message_template_status_update"))
    assert (change["event"], change["reason"]) == (status, reason)
    assert change["message_template_id"] == int(created["id"])
    assert change["message_template_language"] == "en_US"
    assert (await _template(sim, name))["status"] == status


async def test_a_review_that_waits_is_decided_by_hand(sim: Simulator):
    created = (await _create(sim, name="pending_one")).json()
    send = {"type": "template", "template": {"name": "pending_one", "language": {"code": "en_US"}}}
    assert (await sim.send(**send)).json()["error"]["code"] == 132001
    answer = await sim.control("POST", f"/templates/{created['id']}", json={"status": "paused"})
    assert answer.status_code == 200
    assert (await sim.send(**send)).json()["error"]["code"] == 132015
    await eventually(lambda: sim.receiver.changes("message_template_status_update"))


def _body(text: str, *examples: str) -> list[dict]:
    return [{"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}]


WRONG = [
    ({"name": "Bad Name"}, None),
    ({"language": "English"}, None),
    ({"category": "SPAM"}, None),
    ({"components": []}, None),
    ({"components": _body("x" * 1025)}, 2388040),
    ({"components": _body("{{1}} is your code for today, my friend", "1")}, 2388299),
    ({"components": _body("Your code for today, my friend, is {{1}}", "1")}, 2388299),
    ({"components": _body("Hi {{1}} {{2}} and many more words here in it", "a", "b")}, 2388072),
    ({"components": _body("Hi {{2}} and many more words here", "a")}, 2388072),
    ({"components": _body("Hi {{1}}, {{2}}!", "a", "b")}, 2388293),
    ({"components": _body("Hi {{1}}, welcome to our little shop")}, 2388043),
    ({"components": [BODY, {"type": "FOOTER", "text": "x" * 61}]}, 2388040),
    ({"components": [BODY, {"type": "FOOTER", "text": "Hi {{1}} there"}]}, 2388073),
    ({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "*Bold*"}]}, 2388047),
    ({"components": [BODY, {"type": "HEADER", "format": "IMAGE"}]}, 2388273),
    (
        {
            "components": [
                BODY,
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "A"},
                        {"type": "URL", "text": "B", "url": "https://example.com"},
                        {"type": "QUICK_REPLY", "text": "C"},
                    ],
                },
            ]
        },
        2388044,
    ),
    ({"parameter_format": "NAMED"}, 2388072),
    ({"name": "hello_world", "components": _body("Hello there")}, 2388024),
]


@pytest.mark.parametrize(("changes", "subcode"), WRONG)
async def test_a_draft_that_breaks_a_rule_is_refused(sim: Simulator, changes, subcode):
    answer = await _create(sim, **changes)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, 100)
    assert error.get("error_subcode") == subcode


async def test_listing_pages_filters_and_fields(sim: Simulator):
    path = f"{sim.waba['waba_id']}/message_templates"
    names, after = [], None
    while True:
        params = {"limit": 4, "fields": "name,status"} | ({"after": after} if after else {})
        page = (await sim.graph("GET", path, params=params)).json()
        names += [row["name"] for row in page["data"]]
        assert set(page["data"][0]) == {"name", "status", "id"}
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
    assert len(names) == len(set(names)) == 6
    spanish = (await sim.graph("GET", path, params={"language": "es"})).json()["data"]
    assert {t["name"] for t in spanish} == {"bienvenida", "recordatorio_de_pago"}
    answer = await sim.graph("GET", path, params={"after": "???"})
    assert answer.json()["error"]["code"] == 100


async def test_editing_reviews_again_and_deleting_forgets(sim: Simulator):
    template = await _template(sim, "hello_world")
    body = {"components": _body("A new wording of the greeting")}
    assert (await sim.graph("POST", template["id"], json=body)).json() == {"success": True}
    assert (await _template(sim, "hello_world"))["status"] == "PENDING"
    answer = await sim.graph("POST", template["id"], json=body)
    assert answer.json()["error"]["error_subcode"] == 2388039
    await eventually(lambda: sim.receiver.changes("message_template_status_update"))
    path = f"{sim.waba['waba_id']}/message_templates"
    assert (await sim.graph("DELETE", path, params={"name": "hello_world"})).status_code == 200
    answer = await sim.graph("DELETE", path, params={"name": "hello_world"})
    assert answer.json()["error"]["code"] == 100


TEXT = {"type": "text", "text": "Ana"}
SALE = "summer_sale"
IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.y/a"}}]}
LOST_IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]}
CODE = {
    "type": "button",
    "sub_type": "copy_code",
    "index": "2",
    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE"}],
}
SALE_BODY = {"type": "body", "parameters": [TEXT, {"type": "text", "text": "25%"}]}


@pytest.mark.parametrize(
    ("name", "language", "components", "code"),
    [
        ("nobody", "en_US", [], 132001),
        ("hello_world", "de", [], 132001),
        ("bienvenida", "es", [], 132000),
        ("bienvenida", "es", [{"type": "body", "parameters": [TEXT, TEXT]}], 132000),
        (
            "bienvenida",
            "es",
            [{"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]}],
            132018,
        ),
        (
            "recordatorio_de_pago",
            "es",
            [{"type": "body", "parameters": [TEXT, TEXT, TEXT]}],
            132012,
        ),
        (SALE, "en_US", [SALE_BODY, CODE], 132012),
        (SALE, "en_US", [SALE_BODY, LOST_IMAGE, CODE], 131009),
        (SALE, "en_US", [SALE_BODY, IMAGE], 131008),
        (SALE, "en_US", [SALE_BODY, IMAGE, {**CODE, "index": "7"}], 132000),
        (SALE, "en_US", [SALE_BODY, IMAGE, {**CODE, "sub_type": "url"}], 132012),
    ],
)
async def test_values_must_fit_the_template(sim: Simulator, name, language, components, code):
    template = {"name": name, "language": {"code": language}, "components": components}
    answer = await sim.send(type="template", template=template)
    assert answer.json()["error"]["code"] == code, answer.text


async def test_the_customer_sees_the_filled_template_and_taps(sim: Simulator):
    template = {
        "name": SALE,
        "language": {"code": "en_US"},
        "components": [SALE_BODY, IMAGE, CODE],
    }
    answer = await sim.send(type="template", template=template)
    assert answer.json()["messages"][0]["message_status"] == "accepted"
    message = (await sim.chat())["data"][0]
    assert message["text"].startswith("Hi Ana, our summer sale is on: 25% off")
    assert message["template"]["footer"] == "Reply STOP to opt out"
    assert message["media"]["url"] == "https://x.y/a"
    assert [tap["kind"] for tap in message["taps"]] == ["quick_reply", "url", "copy_code"]
    assert message["taps"][2]["code"] == "SAVE"
    await sim.write(**message["taps"][0]["act"])
    (tap,) = await eventually(sim.receiver.messages)
    assert tap["button"] == {"payload": "Stop promotions", "text": "Stop promotions"}
    assert tap["context"]["id"] == message["id"]


async def test_named_parameters(sim: Simulator):
    values = [
        {"type": "text", "parameter_name": name, "text": value}
        for name, value in (("fecha", "hoy"), ("nombre", "Lucía"), ("importe", "9 €"))
    ]
    template = {
        "name": "recordatorio_de_pago",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": values}],
    }
    assert (await sim.send(type="template", template=template)).status_code == 200
    text = (await sim.chat())["data"][0]["text"]
    assert text == "Hola Lucía, tu factura de 9 € vence el hoy. Gracias."


@pytest.mark.parametrize(
    ("asked", "answered", "status"),
    [("UTILITY", "MARKETING", "APPROVED"), ("MARKETING", "MARKETING", "PENDING")],
)
async def test_the_answer_may_give_another_category(sim: Simulator, asked, answered, status):
    created = (await _create(sim, name="recategorised_note", category=asked)).json()
    assert (created["category"], created["status"]) == (answered, status)


async def _decide(sim: Simulator, name: str, **decision) -> dict:
    template = await _template(sim, name)
    answer = await sim.control("POST", f"/templates/{template['id']}", json=decision)
    assert answer.status_code == 200, answer.text
    return template


async def _told(sim: Simulator, field: str) -> dict:
    return (await eventually(lambda: sim.receiver.changes(field)))[-1]


async def test_a_pause_for_quality_lifts_itself_and_one_for_pacing_by_hand(sim: Simulator):
    template = await _decide(sim, "hello_world", pause="quality", seconds=1)
    change = await _told(sim, "message_template_status_update")
    assert (change["event"], change["other_info"]["title"]) == ("PAUSED", "FIRST_PAUSE")
    answer = await sim.graph("POST", f"{template['id']}/unpause")
    assert answer.json()["error"]["code"] == 100
    await eventually(lambda: len(sim.receiver.changes("message_template_status_update")) == 2)
    assert (await _template(sim, "hello_world"))["status"] == "APPROVED"
    await _decide(sim, "hello_world", pause="pacing")
    assert (await _template(sim, "hello_world"))["status"] == "PAUSED"
    assert (await sim.graph("POST", f"{template['id']}/unpause")).json() == {"success": True}
    assert (await _template(sim, "hello_world"))["status"] == "APPROVED"
    await eventually(lambda: len(sim.receiver.changes("message_template_status_update")) == 4)
    changes = sim.receiver.changes("message_template_status_update")
    titles = [change["other_info"]["title"] for change in changes]
    assert titles == ["FIRST_PAUSE", "UNPAUSE", "RATE_LIMITING_PAUSE", "UNPAUSE"]


async def test_an_approved_template_takes_one_edit_a_day(sim: Simulator):
    body = {"components": _body("A new wording of the greeting")}
    template = await _template(sim, "hello_world")
    for place in range(11):
        assert (await sim.graph("POST", template["id"], json=body)).status_code == 200, place
        await _decide(sim, "hello_world", status="approved")
        answer = await sim.graph("POST", template["id"], json=body)
        assert answer.json()["error"]["error_subcode"] == 2388039
        await sim.control("POST", "/clock", json={"advance_seconds": 24 * 3600 + 1})
        if place == 9:
            break
    answer = await sim.graph("POST", template["id"], json=body)
    assert "10 edits" in answer.json()["error"]["error_user_msg"]
    await _decide(sim, "hello_world", status="rejected")
    assert (await sim.graph("POST", template["id"], json=body)).status_code == 200


async def test_the_name_of_a_deleted_template_is_blocked_for_thirty_days(sim: Simulator):
    path = f"{sim.waba['waba_id']}/message_templates"
    await sim.graph("DELETE", path, params={"name": "hello_world"})
    again = {"name": "hello_world", "components": _body("Hello to all of you out there")}
    assert (await _create(sim, **again)).json()["error"]["error_subcode"] == 2388023
    assert (await _create(sim, **again, language="de")).status_code == 200
    await sim.control("POST", "/clock", json={"advance_seconds": 30 * 24 * 3600 + 1})
    assert (await _create(sim, **again)).status_code == 200


async def test_generated_templates_are_neither_edited_nor_deleted(sim: Simulator):
    made = {"name": "direct", "source": "AUTO_GENERATED", "components": _body("Direct message")}
    path = f"/wabas/{sim.waba['waba_id']}/templates"
    answer = await sim.control("POST", path, json={"templates": [made]})
    template_id = answer.json()["ids"][0]
    edited = await sim.graph("POST", template_id, json={"components": _body("Another text")})
    assert edited.json()["error"]["error_subcode"] == 2388318
    path = f"{sim.waba['waba_id']}/message_templates"
    deleted = await sim.graph("DELETE", path, params={"name": "direct"})
    assert deleted.json()["error"]["error_subcode"] == 2388330


async def test_quality_and_category_are_told(sim: Simulator):
    await _decide(sim, "hello_world", quality="yellow")
    change = await _told(sim, "message_template_quality_update")
    assert (change["previous_quality_score"], change["new_quality_score"]) == ("UNKNOWN", "YELLOW")
    await _decide(sim, "hello_world", upcoming_category="marketing")
    change = await _told(sim, "template_category_update")
    assert (change["new_category"], change["correct_category"]) == ("UTILITY", "MARKETING")
    await _decide(sim, "hello_world", category="marketing")
    await eventually(lambda: len(sim.receiver.changes("template_category_update")) == 2)
    change = await _told(sim, "template_category_update")
    assert (change["previous_category"], change["new_category"]) == ("UTILITY", "MARKETING")


async def test_a_media_sample_must_have_been_uploaded(sim: Simulator):
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}
    answer = await _create(sim, components=[header, BODY])
    assert answer.json()["error"]["error_subcode"] == 2388273
    session = await sim.graph(
        "POST",
        f"{sim.waba['app_id']}/uploads",
        params={"file_name": "a.png", "file_length": 3, "file_type": "image/png"},
    )
    handle = (
        await sim.graph("POST", session.json()["id"], headers={"file_offset": "0"}, content=b"png")
    ).json()["h"]
    header["example"]["header_handle"] = [handle]
    created = await _create(sim, components=[header, BODY])
    assert created.status_code == 200, created.text
    path = f"{sim.waba['waba_id']}/message_templates"
    shown = (await sim.graph("GET", path, params={"name": "shipping_note"})).json()["data"][0]
    assert shown["components"][0]["example"]["header_handle"][0].startswith("https://scontent.")


async def test_a_cursor_may_be_refused_on_purpose_and_the_business_verified(sim: Simulator):
    waba = f"/wabas/{sim.waba['waba_id']}"
    await sim.control("POST", f"{waba}/settings", json={"cursor_faults": 1, "verified": True})
    path = f"{sim.waba['waba_id']}/message_templates"
    first = (await sim.graph("GET", path, params={"limit": 2})).json()
    after = {"limit": 2, "after": first["paging"]["cursors"]["after"]}
    assert (await sim.graph("GET", path, params=after)).json()["error"]["code"] == 131059
    assert len((await sim.graph("GET", path, params=after)).json()["data"]) == 2
    many = [{"name": f"t_{n}", "components": _body("Hi there")} for n in range(6000 - 6)]
    assert (await sim.control("POST", f"{waba}/templates", json={"templates": many})).is_success
    assert (await _create(sim)).json()["error"]["error_subcode"] == 2388019
