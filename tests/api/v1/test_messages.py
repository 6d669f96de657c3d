import asyncio
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from tests.api.v1.conftest import open_api
from tests.lines import CUSTOMER
from tests.pictures import jpeg
from tests.receivers import receiving
from xobito_app.features.inbox.media import files
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work

KNOWN = f"+{CUSTOMER}"
NEW = "+16505559876"


@pytest.fixture
async def api(client, line):
    return await open_api(client, line.world)


async def test_a_text_goes_out_and_its_status_is_told_by_either_id(api, line):
    sent = await api.made("/messages/send", phone_number=KNOWN, text="Your order is here.")
    assert sent["delivery_status"] == "pending"
    status = (await api.get(f"/messages/{sent['message_id']}/status")).json()["data"]
    assert (status["delivery_status"], status["wamid"]) == ("pending", None)
    await line.dispatch()
    assert line.wire.bodies() == ["Your order is here."]
    message = await line.until(sent["message_id"], "delivered", "read")
    status = (await api.get(f"/messages/{message.wamid}/status")).json()["data"]
    assert status["message_id"] == sent["message_id"]
    assert (status["source"], status["error_message"]) == ("api", None)
    assert status["delivery_status"] in {"delivered", "read"}


@pytest.mark.parametrize("sign", ["/", "+", "=="])
async def test_metas_ids_are_found_with_every_sign_of_base64(api, line, sign):
    sent = await api.made("/messages/send", phone_number=KNOWN, text="Your order is here.")
    wamid = f"wamid.HBgL{sign}{uuid4().hex}{sign}"
    async with unit_of_work(line.workspace_id) as uow:
        message = await uow.session.get(Message, UUID(sent["message_id"]))
        assert message
        message.wamid = wamid
        uow.session.add(message)
    for written in (wamid, quote(wamid, safe="")):
        status = (await api.get(f"/messages/{written}/status")).json()
        assert status["data"]["wamid"] == wamid, status


async def test_buttons_and_links_go_out_as_they_were_told(api, line):
    await api.made(
        "/messages/send",
        phone_number=KNOWN,
        type="interactive",
        text="Shall we deliver?",
        header="Order 7",
        footer="Bakery",
        buttons=[{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}],
    )
    await api.made(
        "/messages/send",
        phone_number=KNOWN,
        type="cta_url",
        text="Look here",
        button_text="Open",
        button_url="https://example.com/order/7",
    )
    await line.dispatch()
    first, second = (sent["interactive"] for sent in line.wire.sent)
    assert [b["reply"]["id"] for b in first["action"]["buttons"]] == ["yes", "no"]
    assert (first["header"]["text"], first["footer"]["text"]) == ("Order 7", "Bakery")
    assert second["action"]["parameters"] == {
        "display_text": "Open",
        "url": "https://example.com/order/7",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "phone_number"),
        ({"phone_number": "12", "text": "x"}, "phone_number"),
        ({"phone_number": KNOWN, "text": ""}, "text"),
        ({"phone_number": KNOWN, "text": "x" * 4097}, "text"),
        ({"phone_number": KNOWN, "text": "x", "type": "poem"}, "type"),
        ({"phone_number": KNOWN, "text": "x", "type": "interactive"}, "buttons"),
        (
            {"phone_number": KNOWN, "text": "x", "type": "interactive", "buttons": [{}]},
            "buttons.0.id",
        ),
        (
            {
                "phone_number": KNOWN,
                "text": "x",
                "type": "interactive",
                "buttons": [{"id": str(n), "title": str(n)} for n in range(4)],
            },
            "buttons",
        ),
        (
            {
                "phone_number": KNOWN,
                "text": "x",
                "type": "cta_url",
                "button_text": "Go",
                "button_url": "javascript:alert(1)",
            },
            "button_url",
        ),
        ({"phone_number": KNOWN, "text": "x", "from_phone_number_id": "7"}, "from_phone_number_id"),
    ],
)
async def test_a_wrong_message_is_422_at_its_field(api, body, field):
    answer = await api.post("/messages/send", body)
    assert (answer.status_code, field in answer.json()["errors"]) == (422, True), answer.text


async def test_outside_the_window_a_text_is_refused_and_leaves_no_contact(api):
    answer = await api.post("/messages/send", {"phone_number": NEW, "text": "Hello"})
    assert answer.status_code == 422
    assert "24-hour window" in answer.json()["errors"]["request"][0]
    assert (await api.get("/contacts", search="9876")).json()["data"]["total"] == 0


async def test_a_template_reaches_a_new_number_which_becomes_a_contact(api, line):
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hi {{1}}, it comes {{2}}."},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"}],
        },
    ]
    await line.template(components=components)
    sent = await api.made(
        "/messages/template",
        phone_number=NEW,
        template_name="order_update",
        template_language="en-US",
        header_field_1="7",
        field_1="Ana",
        field_2="today",
        button_0="t7",
    )
    entries = (await api.get("/contacts", search="9876")).json()["data"]["data"]
    assert [entry["phone"] for entry in entries] == [NEW]
    await line.dispatch()
    body = line.wire.sent[-1]["template"]
    texts = [p.get("text") for c in body["components"] for p in c["parameters"]]
    assert texts == ["7", "Ana", "today", "t7"]
    listed = (await api.get(f"/contacts/{entries[0]['id']}/messages")).json()["data"]["data"]
    assert [(e["id"], e["type"], e["direction"]) for e in listed] == [
        (sent["message_id"], "template", "outgoing")
    ]


async def test_what_is_missing_in_a_template_is_named_as_it_is_given(api, line):
    components = [{"type": "BODY", "text": "Hi {{name}}, {{when}}."}]
    await line.template(components=components, parameter_format="NAMED")
    body = {"phone_number": NEW, "template_name": "order_update", "template_language": "en_US"}
    answer = await api.post("/messages/template", {**body, "field_1": "Ana"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["field_2"])
    answer = await api.post("/messages/template", {**body, "template_name": "nothing"})
    assert list(answer.json()["errors"]) == ["template_name"]


async def test_a_template_s_picture_is_fetched_and_sent(api, line, private_urls):
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Fresh."}]
    await line.template(components=components)
    body = {"phone_number": NEW, "template_name": "order_update", "template_language": "en_US"}
    answer = await api.post("/messages/template", body)
    assert list(answer.json()["errors"]) == ["header_image"]
    async with receiving() as outside:
        outside.body, outside.headers = jpeg(40, 30), {"Content-Type": "image/jpeg"}
        await api.made("/messages/template", **body, header_image=outside.url)
    await line.dispatch()
    parameters = line.wire.sent[-1]["template"]["components"][0]["parameters"]
    assert parameters[0]["type"] == "image"


async def test_a_file_comes_by_address_or_with_the_request(api, line, private_urls):
    async with receiving() as outside:
        outside.body, outside.headers = jpeg(40, 30), {"Content-Type": "image/jpeg"}
        await api.made(
            "/messages/media",
            phone_number=KNOWN,
            media_type="image",
            media_url=outside.url,
            caption="Fresh",
        )
    answer = await api.call(
        "POST",
        "/messages/media",
        data={"phone_number": KNOWN, "media_type": "document", "filename": "list.pdf"},
        files={"media_file": ("a.pdf", b"%PDF-1.7 something", "application/pdf")},
    )
    assert answer.status_code == 201, answer.text
    await line.dispatch()
    first, second = line.wire.sent
    assert (first["type"], first["image"]["caption"]) == ("image", "Fresh")
    assert (second["type"], second["document"]["filename"]) == ("document", "list.pdf")


def kept_files(line) -> int:
    folder = files.folder_of(line.workspace_id)
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"status": 404}, "answers 404"),
        ({"status": 302, "headers": {"Location": "http://10.0.0.1/"}}, "redirects"),
        ({"body": b""}, "empty"),
        ({"body": b"<html>", "headers": {"Content-Type": "text/html"}}, "JPEG or PNG"),
        ({"body": b"nonsense", "headers": {"Content-Type": "image/jpeg"}}, "image"),
    ],
)
async def test_what_is_no_file_at_an_address_is_explained(api, line, private_urls, given, says):
    before = kept_files(line)
    async with receiving() as outside:
        for name, value in given.items():
            setattr(outside, name, value)
        body = {"phone_number": KNOWN, "media_type": "image", "media_url": outside.url}
        answer = await api.post("/messages/media", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["media_url"])
    assert says in answer.json()["errors"]["media_url"][0]
    assert kept_files(line) == before


async def test_too_large_a_file_is_413(api, line, private_urls):
    async with receiving() as outside:
        outside.body = b"\x89PNG" + b"x" * (6 * 1024 * 1024)
        body = {"phone_number": KNOWN, "media_type": "image", "media_url": outside.url}
        assert (await api.post("/messages/media", body)).status_code == 413


async def test_a_private_address_is_not_fetched_from(api):
    async with receiving() as inside:
        body = {"phone_number": KNOWN, "media_type": "image", "media_url": inside.url}
        answer = await api.post("/messages/media", body)
        assert inside.requests == []
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["media_url"])


async def test_a_refused_message_leaves_no_file(api, line, private_urls):
    before = kept_files(line)
    answer = await api.call(
        "POST",
        "/messages/media",
        data={"phone_number": NEW, "media_type": "image"},
        files={"media_file": ("a.jpg", jpeg(4, 4), "image/jpeg")},
    )
    assert "24-hour window" in answer.json()["errors"]["request"][0]
    assert kept_files(line) == before


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"data": {"phone_number": KNOWN, "media_type": "image"}}, 415, ""),
        ({"files": {"other": ("a", b"x")}, "data": {"media_type": "image"}}, 422, "phone_number"),
        (
            {
                "files": {"other": ("a", b"x")},
                "data": {"media_type": "image", "phone_number": KNOWN},
            },
            422,
            "media_file",
        ),
        (
            {
                "content": b"--x\r\nbroken",
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            },
            422,
            "phone_number",
        ),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "",
        ),
    ],
)
async def test_odd_forms_are_refused(api, given, status, field):
    answer = await api.call("POST", "/messages/media", **given)
    assert answer.status_code == status, answer.text
    if field:
        assert field in answer.json()["errors"]


async def test_repeats_of_a_message_send_it_once(api, line):
    body = {"phone_number": KNOWN, "text": "Once"}
    answers = await asyncio.gather(*(api.post("/messages/send", body, key="m1") for _ in range(6)))
    assert len({answer.text for answer in answers}) == 1
    await line.dispatch()
    assert line.wire.bodies() == ["Once"]


async def test_messages_are_listed_oldest_first_by_page_and_by_cursor(api, line):
    for number in range(4):
        await api.made("/messages/send", phone_number=KNOWN, text=f"m{number}")
    contact = (await api.get("/contacts", search=CUSTOMER[-7:])).json()["data"]["data"][0]
    path = f"/contacts/{contact['id']}/messages"
    page = (await api.get(path, per_page=3)).json()["data"]
    assert [e["text"] for e in page["data"]] == ["Hello", "m0", "m1"]
    assert [e["direction"] for e in page["data"]] == ["incoming", "outgoing", "outgoing"]
    assert (page["total"], page["last_page"]) == (5, 2)
    first = (await api.get(path, per_page=3, cursor="")).json()["data"]
    rest = (await api.get(path, per_page=3, cursor=first["next_cursor"])).json()["data"]
    assert [e["text"] for e in rest["data"]] == ["m2", "m3"]
    assert rest["next_cursor"] is None


async def test_messages_of_another_workspace_are_404(api, client):
    sent = await api.made("/messages/send", phone_number=KNOWN, text="Mine")
    other = await open_api(client)
    for reference in (sent["message_id"], "wamid.unknown", "%00"):
        answer = await other.get(f"/messages/{reference}/status")
        assert (answer.status_code, answer.json()["message"]) == (404, "Message not found")


async def test_a_disconnected_workspace_says_so(client):
    from tests.fixtures import make_empty_world

    api = await open_api(client, await make_empty_world())  # type: ignore[arg-type]
    answer = await api.post("/messages/send", {"phone_number": NEW, "text": "Hello"})
    assert answer.status_code == 422
    assert "Connect one first" in answer.json()["errors"]["request"][0]


async def test_templates_are_listed(api, line):
    await line.template(name="a_one")
    await line.template(name="b_two", category="MARKETING")
    page = (await api.get("/templates", per_page=1)).json()["data"]
    assert (page["data"][0]["name"], page["total"] >= 2) == ("a_one", True)
    rows = (await api.get("/templates", category="marketing")).json()["data"]["data"]
    assert "b_two" in [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("given", "is_valid", "e164", "country"),
    [
        ({"phone_number": "(650) 253-0000", "country": "us"}, True, "+16502530000", "US"),
        ({"phone_number": "+49 30 901820"}, True, "+4930901820", "DE"),
        ({"phone_number": "650 253 0000"}, False, None, None),
        ({"phone_number": "nobody"}, False, None, None),
    ],
)
async def test_a_number_is_judged(api, given, is_valid, e164, country):
    told = (await api.post("/phone/validate", given)).json()["data"]
    assert (told["is_valid"], told["e164"], told["country"]) == (is_valid, e164, country)
    assert bool(told["reason"]) is not is_valid
