import asyncio
from copy import deepcopy

import httpx
import pytest

from tests.api.v1.conftest import make_token, open_api
from tests.features.templates.desk import PNG, Desk, body_of
from tests.lines import CUSTOMER, graph_error
from tests.receivers import receiving
from tests.whatsapp.golden_templates import GOLDEN


@pytest.fixture
async def api(client, line):
    return await open_api(client, line.world)


@pytest.fixture
async def desk(line):
    desk = Desk(line)
    await desk.sync()
    return desk


BROKEN = body_of("{{1}} is your order today", name="Bad Name")


async def test_a_template_is_handed_in_read_changed_and_deleted(api, desk):
    made = await api.made("/templates", **body_of())
    assert (made["status"], made["category"], made["problems"]) == ("PENDING", "UTILITY", [])
    await desk.until(made["id"], "APPROVED")
    told = (await api.get(f"/templates/{made['id']}")).json()["data"]
    assert (told["name"], told["status"], told["variables"]) == (
        "shipping_note",
        "APPROVED",
        ["body.1", "body.2"],
    )
    assert told["components"] == body_of()["components"]
    change = {"components": body_of("Your order is on its way.")["components"]}
    answer = await api.call("PUT", f"/templates/{made['id']}", json=change)
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "PENDING")
    answer = await api.call("PUT", f"/templates/{made['id']}", json=change)
    assert "deciding" in answer.json()["errors"]["request"][0]
    assert (await api.call("DELETE", f"/templates/{made['id']}")).status_code == 200
    assert "shipping_note" not in {t["name"] for t in await desk.at_meta()}
    listed = (await api.get("/templates", search="shipping_note")).json()["data"]
    assert listed["total"] == 0


async def test_problems_keep_it_here_and_are_told_with_metas_numbers(api, desk):
    made = await api.made("/templates", **BROKEN)
    assert made["status"] == "DRAFT"
    told = {(problem["place"], problem["code"]) for problem in made["problems"]}
    assert told == {("name", "100"), ("body", "2388299"), ("sample.body.1", "2388043")}
    assert desk.calls("POST", "/message_templates") == 0
    linted = await api.post("/templates/lint", BROKEN)
    assert linted.json()["data"]["problems"] == made["problems"]
    mended = await api.call(
        "PUT", f"/templates/{made['id']}", json={"components": body_of()["components"]}
    )
    assert [p["place"] for p in mended.json()["data"]["problems"]] == ["name"]


async def test_the_linter_keeps_and_sends_nothing(api, desk):
    answer = await api.post("/templates/lint", body_of())
    assert (answer.status_code, answer.json()["data"]) == (200, {"problems": []})
    assert (await api.get("/templates", status="DRAFT")).json()["data"]["total"] == 0
    header = {"type": "HEADER", "format": "IMAGE", "media_url": "https://nowhere.invalid/a.png"}
    body = body_of(components=[header, *body_of()["components"]])
    assert (await api.post("/templates/lint", body)).json()["data"] == {"problems": []}


async def test_a_carousel_is_not_taken_for_its_text_alone(api, desk):
    golden = next(golden for golden in GOLDEN if golden.name == "carousel")
    answer = await api.post("/templates/lint", golden.create)
    (problem,) = answer.json()["data"]["problems"]
    assert (problem["rule"], problem["place"]) == ("components.known", "components")


async def test_the_category_of_the_answer_is_told(api, desk):
    made = await api.made("/templates", **body_of(name="recategorised_note"))
    assert (made["status"], made["category"]) == ("APPROVED", "MARKETING")


async def test_repeating_a_request_makes_one_template(api, desk):
    first = await api.post("/templates", body_of(), key="k1")
    again = await api.post("/templates", body_of(), key="k1")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert desk.calls("POST", "/message_templates") == 1


async def test_repeating_a_request_whose_answer_was_lost_tells_what_became_of_it(api, desk):
    async def lose(request, inner):
        if request.method == "POST" and request.url.path.endswith("/message_templates"):
            await inner.handle_async_request(request)
            raise httpx.ReadError("broken")
        return

    desk.line.wire.trick = lose
    answer = await api.post("/templates", body_of(), key="k1")
    assert (answer.status_code, "looked up" in answer.json()["message"]) == (503, True)
    await desk.sync()
    answer = await api.post("/templates", body_of(), key="k1")
    assert answer.status_code == 201
    assert answer.json()["data"]["status"] in {"PENDING", "APPROVED"}
    assert desk.calls("POST", "/message_templates") == 1


async def test_the_same_request_twice_at_once_is_one_template(api, desk):
    answers = await asyncio.gather(*(api.post("/templates", body_of(), key="k1") for _ in range(3)))
    assert desk.calls("POST", "/message_templates") == 1
    told = sorted(answer.status_code for answer in answers)
    assert told[0] == 201
    assert set(told) <= {201, 409}


async def test_what_meta_refuses_leaves_nothing_behind(api, desk):
    async def refuse(request, inner):
        is_creation = request.method == "POST" and request.url.path.endswith("_templates")
        return graph_error(368) if is_creation else None

    desk.line.wire.trick = refuse
    answer = await api.post("/templates", body_of())
    assert answer.status_code == 422
    assert "restricted" in answer.json()["errors"]["request"][0]
    assert (await api.get("/templates", status="DRAFT")).json()["data"]["total"] == 0


async def test_the_example_of_a_header_is_fetched_from_its_address(api, desk, private_urls):
    async with receiving() as outside:
        outside.body, outside.headers = PNG, {"Content-Type": "image/png"}
        for place in ("header", "example"):
            header = {"type": "HEADER", "format": "IMAGE"}
            url = {"media_url": outside.url}
            header |= url if place == "header" else {"example": url}
            body = body_of(name=f"note_{place}", components=[header, *body_of()["components"]])
            assert (await api.made("/templates", **body))["status"] == "PENDING"
        outside.headers = {"Content-Type": "text/html"}
        answer = await api.post("/templates", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["media_url"])
    held = [t for t in await desk.at_meta() if t["name"].startswith("note_")]
    handles = [t["components"][0]["example"]["header_handle"][0] for t in held]
    assert [handle[:3] for handle in handles] == ["4::", "4::"]


async def test_a_sync_and_all_languages(api, desk):
    await desk.put_at_meta(body_of("Hallo zusammen", name="hello_world", language="de"))
    answer = await api.post("/templates/sync", None)
    assert (answer.status_code, answer.json()["data"]) == (200, {"count": 7})
    row = await desk.named("hello_world", "de")
    answer = await api.call("DELETE", f"/templates/{row.id}?all_languages=true")
    assert answer.status_code == 200
    assert "hello_world" not in {t["name"] for t in await desk.at_meta()}


async def test_another_workspaces_templates_are_404(api, client, desk):
    stranger = await open_api(client)
    row = await desk.named("hello_world")
    change = {"components": body_of()["components"]}
    for row_id in (str(row.id), str(stranger.world.workspace_id), "nonsense"):
        for method, body in (("GET", None), ("PUT", change), ("DELETE", None)):
            answer = await stranger.call(method, f"/templates/{row_id}", json=body)
            told = (answer.status_code, answer.json()["message"])
            assert told == (404, "Template not found"), (method, row_id)
    assert (await api.get(f"/templates/{row.id}")).status_code == 200


async def test_each_ability_opens_its_own(api, desk):
    row = await desk.named("hello_world")
    api.token = await make_token(api.world, "templates.read")
    assert (await api.get(f"/templates/{row.id}")).status_code == 200
    assert (await api.post("/templates/lint", body_of())).status_code == 403
    assert (await api.post("/templates", body_of())).status_code == 403
    assert (await api.post("/templates/sync", None)).status_code == 403
    api.token = await make_token(api.world, "templates.create")
    assert (await api.post("/templates/lint", body_of())).status_code == 200
    assert (await api.post("/templates", body_of())).status_code == 201
    assert (await api.call("DELETE", f"/templates/{row.id}")).status_code == 403
    api.token = await make_token(api.world, "templates.delete")
    assert (await api.call("DELETE", f"/templates/{row.id}")).status_code == 200


async def test_a_carousel_is_sent_with_values_by_key(api, desk):
    golden = next(golden for golden in GOLDEN if golden.name == "product_carousel")
    await desk.put_at_meta(deepcopy(golden.create))
    await desk.sync()
    body = {
        "phone_number": f"+{CUSTOMER}",
        "template_name": golden.create["name"],
        "template_language": "en_US",
    }
    answer = await api.post("/messages/template", body)
    assert list(answer.json()["errors"]) == [
        "card.0.header.product",
        "card.0.header.catalog",
        "card.1.header.product",
        "card.1.header.catalog",
    ]
    await api.made("/messages/template", **body, values=golden.values)
    await desk.line.dispatch()
    assert desk.line.wire.sent[-1]["template"]["components"] == golden.send
