import hashlib

import pytest

from tests.simulator.conftest import Simulator, eventually


async def _upload(sim: Simulator, content: bytes = b"\x89PNG", kind: str = "image/png"):
    return await sim.graph(
        "POST",
        f"{sim.phone_id}/media",
        data={"messaging_product": "whatsapp", "type": kind},
        files={"file": ("a.png", content, kind)},
    )


async def test_media_go_round(sim: Simulator):
    media_id = (await _upload(sim)).json()["id"]
    found = (await sim.graph("GET", media_id)).json()
    assert found["sha256"] == hashlib.sha256(b"\x89PNG").hexdigest()
    assert (found["mime_type"], found["file_size"]) == ("image/png", 4)
    bearer = {"Authorization": f"Bearer {sim.waba['access_token']}"}
    assert (await sim.client.get(found["url"])).status_code == 401
    assert (await sim.client.get(found["url"], headers=bearer)).content == b"\x89PNG"
    await sim.write()
    assert (await sim.send(type="image", image={"id": media_id})).status_code == 200
    answer = await sim.send(type="video", video={"id": media_id})
    assert answer.json()["error"]["code"] == 131053
    shown = (await sim.chat())["data"][0]["media"]
    assert (await sim.client.get(shown["url"])).content == b"\x89PNG"
    assert (await sim.client.get(shown["url"][:-1])).status_code == 404
    await sim.control("POST", "/clock", json={"advance_seconds": 301})
    assert (await sim.client.get(found["url"], headers=bearer)).status_code == 404
    assert (await sim.graph("DELETE", media_id)).json() == {"success": True}
    assert (await sim.graph("GET", media_id)).json()["error"]["code"] == 100


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"x", "application/zip", 100),
        (b"", "image/png", 131053),
        (b"x" * (5 * 1024 * 1024 + 1), "image/jpeg", 131053),
    ],
)
async def test_media_over_a_limit_are_refused(sim: Simulator, content, kind, code):
    assert (await _upload(sim, content, kind)).json()["error"]["code"] == code


async def test_resumable_upload_gives_a_handle(sim: Simulator):
    start = {"file_name": "a.png", "file_length": 6, "file_type": "image/png"}
    session = (await sim.graph("POST", f"{sim.waba['app_id']}/uploads", params=start)).json()["id"]
    first = await sim.graph("POST", session, content=b"abc", headers={"file_offset": "0"})
    assert first.json() == {"id": session, "file_offset": 3}
    assert (await sim.graph("GET", session)).json()["file_offset"] == 3
    last = await sim.graph("POST", session, content=b"def", headers={"file_offset": "3"})
    body = {"messaging_product": "whatsapp", "profile_picture_handle": last.json()["h"]}
    path = f"{sim.phone_id}/whatsapp_business_profile"
    assert (await sim.graph("POST", path, json=body)).json() == {"success": True}
    body["profile_picture_handle"] = "4::made-up"
    assert (await sim.graph("POST", path, json=body)).json()["error"]["code"] == 100


@pytest.mark.parametrize(
    ("headers", "code"), [({}, 104), ({"Authorization": "Bearer nonsense"}, 190)]
)
async def test_tokens_are_checked(sim: Simulator, headers, code):
    answer = await sim.client.get(f"/v26.0/{sim.waba['waba_id']}", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


@pytest.mark.parametrize("version", ["v23.0", "v26.0"])
async def test_any_version_is_served(sim: Simulator, version):
    bearer = {"Authorization": f"Bearer {sim.waba['access_token']}"}
    answer = await sim.client.get(f"/{version}/{sim.phone_id}", headers=bearer)
    assert answer.json()["verified_name"] == "Bakery"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "{waba_id}/nonsense", 2500),
        ("GET", "123456", 100),
        ("DELETE", "{waba_id}/phone_numbers", 100),
        ("GET", "", 100),
    ],
)
async def test_unknown_paths_answer_like_meta(sim: Simulator, method, path, code):
    answer = await sim.graph(method, path.format(**sim.waba))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


async def test_a_path_without_version_is_unknown(sim: Simulator):
    answer = await sim.client.get(f"/{sim.phone_id}")
    assert answer.json()["error"]["code"] == 2500


async def test_damaged_bodies_are_refused(sim: Simulator):
    for content in (b"{", b"[1]"):
        answer = await sim.graph(
            "POST",
            f"{sim.phone_id}/messages",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        assert answer.json()["error"]["code"] == 100


async def test_numbers_and_account(sim: Simulator):
    rows = (await sim.graph("GET", f"{sim.waba['waba_id']}/phone_numbers")).json()["data"]
    assert rows[0]["id"] == sim.phone_id
    assert rows[0]["quality_rating"] == "GREEN"
    fields = "throughput,whatsapp_business_manager_messaging_limit,health_status,status"
    number = (await sim.graph("GET", sim.phone_id, params={"fields": fields})).json()
    assert number["throughput"] == {"level": "STANDARD"}
    assert number["whatsapp_business_manager_messaging_limit"] == "TIER_2K"
    assert number["health_status"]["can_send_message"] == "AVAILABLE"
    added = await sim.control("POST", f"/wabas/{sim.waba['waba_id']}/numbers", json={})
    rows = (await sim.graph("GET", f"{sim.waba['waba_id']}/phone_numbers")).json()["data"]
    assert added.json()["phone_number_id"] in {row["id"] for row in rows}
    waba = (await sim.graph("GET", sim.waba["waba_id"], params={"fields": "name,currency"})).json()
    assert waba == {"name": "Bakery", "currency": "USD", "id": sim.waba["waba_id"]}


async def test_business_profile(sim: Simulator):
    path = f"{sim.phone_id}/whatsapp_business_profile"
    body = {
        "messaging_product": "whatsapp",
        "about": "Fresh bread",
        "websites": ["https://b.example"],
    }
    assert (await sim.graph("POST", path, json=body)).json() == {"success": True}
    (profile,) = (await sim.graph("GET", path)).json()["data"]
    assert profile["about"] == "Fresh bread"
    answer = await sim.graph("POST", path, json=body | {"about": "x" * 140})
    assert answer.json()["error"]["code"] == 100


async def test_registration_and_pin(sim: Simulator):
    await sim.write()
    assert (await sim.graph("POST", f"{sim.phone_id}/deregister")).status_code == 200
    assert (await sim.send_text()).json()["error"]["code"] == 133010
    body = {"messaging_product": "whatsapp", "pin": "123456"}
    assert (await sim.graph("POST", f"{sim.phone_id}/register", json=body)).status_code == 200
    body["pin"] = "654321"
    answer = await sim.graph("POST", f"{sim.phone_id}/register", json=body)
    assert answer.json()["error"]["code"] == 133005
    assert (await sim.send_text()).status_code == 200


async def test_debug_token_names_the_account_and_revoking_ends_it(sim: Simulator):
    app_token = f"{sim.waba['app_id']}|{sim.waba['app_secret']}"
    params = {"input_token": sim.waba["access_token"]}
    seen = (await sim.graph("GET", "debug_token", token=app_token, params=params)).json()["data"]
    assert seen["is_valid"]
    assert seen["app_id"] == sim.waba["app_id"]
    assert seen["expires_at"] == 0
    assert seen["granular_scopes"][0]["target_ids"] == [sim.waba["waba_id"]]
    assert (await sim.graph("DELETE", "me/permissions")).json() == {"success": True}
    seen = (await sim.graph("GET", "debug_token", token=app_token, params=params)).json()["data"]
    assert not seen["is_valid"]
    assert (await sim.send_text()).json()["error"]["code"] == 190


async def test_a_token_expires(sim: Simulator):
    path = f"/wabas/{sim.waba['waba_id']}/tokens"
    minted = (await sim.control("POST", path, json={"lifetime_seconds": 60})).json()
    token = minted["access_token"]
    assert (await sim.graph("GET", sim.phone_id, token=token)).status_code == 200
    await sim.control("POST", "/clock", json={"advance_seconds": 61})
    answer = await sim.graph("GET", sim.phone_id, token=token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


async def test_a_sign_up_code_is_exchanged_once(sim: Simulator):
    code = (await sim.control("POST", f"/wabas/{sim.waba['waba_id']}/codes")).json()["code"]
    params = {
        "client_id": sim.waba["app_id"],
        "client_secret": sim.waba["app_secret"],
        "code": code,
    }
    answer = await sim.client.get("/v26.0/oauth/access_token", params=params)
    token = answer.json()["access_token"]
    assert (await sim.graph("GET", sim.phone_id, token=token)).status_code == 200
    answer = await sim.client.get("/v26.0/oauth/access_token", params=params)
    assert answer.json()["error"]["code"] == 100
    params = {**params, "client_secret": "wrong"}
    answer = await sim.client.get("/v26.0/oauth/access_token", params=params)
    assert answer.status_code == 400


async def test_analytics_count_what_was_sent(sim: Simulator):
    await sim.write()
    for _ in range(3):
        await sim.send_text()
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    await sim.send(to="+34600000142", type="template", template=template)
    await eventually(lambda: len(sim.receiver.statuses()) == 8)
    span = "start(0).end(9999999999)"
    fields = (
        f"analytics.{span}.granularity(DAY),"
        f"pricing_analytics.{span}.granularity(MONTHLY)"
        '.dimensions(["COUNTRY","PRICING_CATEGORY","PRICING_TYPE"]),'
        f"conversation_analytics.{span}.granularity(DAILY)"
    )
    found = (await sim.graph("GET", sim.waba["waba_id"], params={"fields": fields})).json()
    assert sum(p["sent"] for p in found["analytics"]["data_points"]) == 4
    assert sum(p["delivered"] for p in found["analytics"]["data_points"]) == 4
    points = found["pricing_analytics"]["data"][0]["data_points"]
    shown = {(p["country"], p["pricing_category"], p["pricing_type"], p["volume"]) for p in points}
    assert shown == {
        ("US", "SERVICE", "FREE_CUSTOMER_SERVICE", 3),
        ("ES", "UTILITY", "REGULAR", 1),
    }
    conversations = found["conversation_analytics"]["data"][0]["data_points"]
    assert sum(p["conversation"] for p in conversations) == 4
    answer = await sim.graph("GET", sim.waba["waba_id"], params={"fields": "analytics.start(1)"})
    assert answer.json()["error"]["code"] == 100
