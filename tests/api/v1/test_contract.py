import asyncio
import json
import re
from datetime import timedelta

import pytest
from pydantic import BaseModel

from tests.api.v1.conftest import make_token, open_api
from tests.api.v1.operations import OPERATIONS
from xobito_app import registry
from xobito_app.api.rest.shapes import Change
from xobito_app.api.v1 import contacts as contact_endpoints
from xobito_app.core import clock
from xobito_app.features.tokens import service as tokens
from xobito_app.persistence.unit_of_work import unit_of_work

ANA = {"first_name": "Ana", "phone": "+16505551234"}


def test_every_endpoint_asks_for_an_ability_of_the_closed_list():
    assert len(OPERATIONS) > 15
    # Judging a number tells nothing of the workspace, so any token may.
    free = {one.path for one in OPERATIONS if not one.ability}
    assert free <= {"/api/v1/{workspace}/phone/validate"}
    assert {one.ability for one in OPERATIONS if one.ability} <= set(registry.abilities())


async def test_a_success_has_its_envelope_and_times_with_microseconds(api):
    answer = await api.post("/contacts", ANA)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["status"], told["message"]) == ("success", "Contact created")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told["data"]["created_at"])
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({}, "API token is required"),
        ({"Authorization": "Basic abc"}, "API token is required"),
        ({"Authorization": "Bearer "}, "API token is required"),
        ({"Authorization": "Bearer nonsense"}, "Invalid API token"),
        ({"Authorization": "Bearer apitk_" + "a" * 64}, "Invalid API token"),
        ({"Authorization": "Bearer apitk_" + "a" * 63 + "é"}, "Invalid API token"),
    ],
)
async def test_without_a_good_token_it_is_401(client, api, headers, says):
    sent = {name: value.encode() for name, value in headers.items()}
    answer = await client.get(f"/api/v1/{api.slug}/contacts", headers=sent)
    assert (answer.status_code, answer.json()) == (
        401,
        {"status": "error", "message": says, "errors": {}},
    )


@pytest.mark.parametrize("slug", ["acme%00", "acme%0a", "Acme", "-acme", "a" * 61, "%F0%9F%98%80"])
async def test_what_is_no_slug_is_404(client, api, slug):
    answer = await client.get(f"/api/v1/{slug}/contacts", headers=api.headers)
    assert answer.status_code == 404
    assert set(answer.json()) == {"status", "message", "errors"}


async def test_a_token_of_another_workspace_or_for_no_workspace_is_401(client, api):
    other = await open_api(client)
    for slug in (other.slug, "nowhere"):
        api.slug = slug
        answer = await api.get("/contacts")
        assert (answer.status_code, answer.json()["message"]) == (401, "Invalid API token")


async def test_revoked_and_expired_tokens_open_nothing(client, api):
    late = await make_token(api.world, expires_at=clock.now() + timedelta(seconds=0.2))
    early = api.token
    api.token = late
    assert (await api.get("/contacts")).status_code == 200
    await asyncio.sleep(0.25)
    assert (await api.get("/contacts")).status_code == 401
    api.token = early
    async with unit_of_work(api.world.workspace_id) as uow:
        listed = await tokens.list_tokens(uow.session, api.world.owner)
        for view in listed:
            await tokens.revoke_token(uow.session, api.world.owner, token_id=view.id)
    assert (await api.get("/contacts")).status_code == 401


@pytest.mark.parametrize(
    "one",
    [one for one in OPERATIONS if one.ability],
    ids=lambda one: f"{one.method} {one.path[21:]}",
)
async def test_without_the_ability_it_is_403_and_names_it(client, api, one):
    others = set(registry.abilities()) - {one.ability}
    api.token = await make_token(api.world, *others)
    path = re.sub(
        r"\{\w+\}", str(api.world.workspace_id), one.path.removeprefix("/api/v1/{workspace}")
    )
    answer = await api.call(one.method, path, json={} if one.body else None)
    assert answer.status_code == 403
    told = f"Token does not have the required ability: {one.ability}"
    assert answer.json()["message"] == told


async def test_another_workspaces_ids_are_404_like_ids_nobody_has(client, api):
    other = await open_api(client)
    ids = {
        "contacts": (await other.made("/contacts", **ANA))["id"],
        "statuses": (await other.made("/statuses", name="Theirs"))["id"],
        "sources": (await other.made("/sources", name="Theirs"))["id"],
        "groups": (await other.made("/groups", name="Theirs"))["id"],
        "segments": (await other.made("/segments", name="Theirs", filter={}))["id"],
        "custom-fields": (await other.made("/custom-fields", label="Theirs"))["id"],
    }
    things = {
        "contacts": "Contact",
        "statuses": "Status",
        "sources": "Source",
        "groups": "Group",
        "segments": "Segment",
        "custom-fields": "Custom field",
    }
    for kind, their_id in ids.items():
        for row_id in (their_id, str(api.world.workspace_id), "nonsense", "%00"):
            for method, body in (("GET", None), ("PUT", {"name": "Mine now"}), ("DELETE", None)):
                answer = await api.call(method, f"/{kind}/{row_id}", json=body)
                assert answer.status_code == 404, (method, kind, row_id, answer.text)
                assert answer.json()["message"] == f"{things[kind]} not found"
        assert (await other.get(f"/{kind}/{their_id}")).status_code == 200


async def test_what_belongs_to_another_workspaces_contacts_is_404_too(client, api):
    other = await open_api(client)
    kept, dropped = [
        (await other.made("/contacts", phone=f"+1650555123{n}"))["id"] for n in range(2)
    ]
    note = (await other.made(f"/contacts/{kept}/notes", body="Theirs"))["id"]
    merged = await other.post(f"/contacts/{kept}/merge", {"other_id": dropped})
    job = await other.post("/contacts/bulk", {"action": "opt_in", "filter": {}})
    merge_id, job_id = merged.json()["data"]["merge"]["id"], job.json()["data"]["id"]
    mine = (await api.made("/contacts", **ANA))["id"]
    for method, path, thing in (
        ("GET", f"/contacts/{kept}/notes", "Contact"),
        ("POST", f"/contacts/{kept}/notes", "Contact"),
        ("PUT", f"/contacts/{kept}/notes/{note}", "Note"),
        ("DELETE", f"/contacts/{kept}/notes/{note}", "Note"),
        ("DELETE", f"/contacts/{mine}/notes/{note}", "Note"),
        ("GET", f"/contacts/{kept}/timeline", "Contact"),
        ("GET", f"/contacts/bulk/{job_id}", "Bulk action"),
        ("POST", f"/contacts/bulk/{job_id}/stop", "Bulk action"),
        ("POST", f"/contacts/merges/{merge_id}/undo", "Merge"),
    ):
        answer = await api.call(method, path, json={"body": "Mine now"})
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json()["message"] == f"{thing} not found"
    for path in ("/contacts/merges", "/contacts/duplicates", "/contacts/imports"):
        assert (await api.get(path)).json()["data"]["data"] == []
    assert kept not in (await api.get("/contacts/export")).text


async def test_a_token_that_may_only_read_changes_nothing(api):
    reading = [ability for ability in registry.abilities() if ability.endswith(".read")]
    api.token = await make_token(api.world, *reading)
    tried = 0
    for one in OPERATIONS:
        if one.method != "GET" and one.ability:
            path = re.sub(
                r"\{\w+\}",
                str(api.world.workspace_id),
                one.path.removeprefix("/api/v1/{workspace}"),
            )
            answer = await api.call(one.method, path, json={} if one.body else None)
            assert answer.status_code == 403, (one.method, one.path)
            tried += 1
    assert tried > 25


@pytest.mark.parametrize(
    ("content", "kind", "status", "says"),
    [
        (b"{", "application/json", 400, "not valid JSON"),
        (b"", "application/json", 400, "not valid JSON"),
        (b'{"first_name": "\xff"}', "application/json", 400, "not valid JSON"),
        (b'{"first_name": "\\ud800"}', "application/json", 400, "not valid JSON"),
        (b"[" * 100_000, "application/json", 400, "not valid JSON"),
        (b"{}", "text/plain", 415, "application/json"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "application/json"),
        (b"{}", "multipart/form-data; boundary=x", 415, "application/json"),
        (b'"' + b"x" * 1_100_000 + b'"', "application/json", 413, "1024 KB"),
    ],
)
async def test_bodies_that_cannot_be_read(api, content, kind, status, says):
    answer = await api.call("POST", "/contacts", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["status"]) == (status, "error")
    assert says in answer.json()["message"]


async def test_each_wrong_field_is_named_with_its_rule(api):
    answer = await api.post(
        "/contacts",
        {"first_name": "x" * 192, "type": "guest", "groups": ["a", 5], "is_enabled": "yes"},
    )
    assert (answer.status_code, answer.json()["message"]) == (422, "Validation failed")
    errors = answer.json()["errors"]
    assert set(errors) == {"first_name", "type", "groups.1", "is_enabled", "phone"}
    assert errors["phone"] == ["This field is required."]
    assert "191" in errors["first_name"][0]
    answer = await api.post("/contacts", {**ANA, "email": "nobody", "country": "Atlantis"})
    assert set(answer.json()["errors"]) == {"email", "country"}


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "one"},
        {"per_page": "101"},
        {"per_page": "0"},
        {"sort": "color"},
        {"status_id": "7"},
        {"type": "friend"},
        {"updated_since": "5"},
        {"cursor": "damaged"},
    ],
)
async def test_a_wrong_query_is_422_and_names_the_parameter(api, query):
    answer = await api.get("/contacts", **query)
    assert answer.status_code == 422
    if "cursor" not in query:
        assert list(answer.json()["errors"]) == list(query)


def test_whatever_changes_tells_what_is_left_out_from_null():
    changing = [one for one in OPERATIONS if one.method == "PUT"]
    assert len(changing) > 6
    for one in changing:
        assert one.route.body_field
        body = one.route.body_field.field_info.annotation
        assert body
        assert issubclass(body, BaseModel)
        left_out = {name for name, field in body.model_fields.items() if not field.is_required()}
        assert issubclass(body, Change) or not left_out, one.name


@pytest.mark.parametrize(
    ("path", "new", "never_null"),
    [
        ("/contacts", ANA, ["type", "custom", "is_enabled", "opted_out"]),
        ("/statuses", {"name": "Warm"}, ["name", "color", "is_default", "position"]),
        ("/sources", {"name": "Fair"}, ["name", "is_default"]),
        ("/groups", {"name": "VIP"}, ["name"]),
        ("/segments", {"name": "All", "filter": {}}, ["name", "filter"]),
        ("/custom-fields", {"label": "Tier"}, ["label", "is_required", "position"]),
    ],
)
async def test_what_can_never_be_empty_is_never_null(api, path, new, never_null):
    made = await api.made(path, **new)
    answer = await api.call("PUT", f"{path}/{made['id']}", json=dict.fromkeys(never_null))
    assert (answer.status_code, set(answer.json()["errors"])) == (422, set(never_null))
    assert (await api.get(f"{path}/{made['id']}")).json()["data"] == made


async def test_wrong_methods_and_addresses_keep_the_shape(api, client):
    answer = await api.call("PATCH", "/contacts")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json()["status"] == "error"
    for path in ("/nothing", "/contacts/a/b/c", "/contacts/"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["message"]) == (404, "Not found")
    assert (await client.get("/api/v2/x")).json()["status"] == "error"


async def test_a_failure_nobody_foresaw_is_500_without_its_inside(api, monkeypatch):
    async def fail(*_args, **_given):
        raise RuntimeError("secret inside: /etc/passwd line 7")

    monkeypatch.setattr(contact_endpoints.listing, "page_contacts", fail)
    answer = await api.get("/contacts")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["status"] == "error"


async def test_over_the_limit_it_is_429_and_says_when_to_come_back(api):
    api.token = await make_token(api.world, rate_limit=3)
    answers = [await api.get("/groups") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert [a.headers["x-ratelimit-remaining"] for a in answers[:3]] == ["2", "1", "0"]
    told = answers[3].json()
    assert told["message"] == "Too many requests"
    assert 1 <= told["retry_after"] <= 60
    assert answers[3].headers["retry-after"] == str(told["retry_after"])


async def test_repeats_at_the_same_time_are_done_once_and_answered_alike(api):
    answers = await asyncio.gather(*(api.post("/contacts", ANA, key="k1") for _ in range(8)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    assert sum("idempotent-replayed" in a.headers for a in answers) == 7
    assert (await api.get("/contacts")).json()["data"]["total"] == 1


async def test_without_a_key_the_second_is_a_duplicate(api):
    answers = await asyncio.gather(*(api.post("/contacts", ANA) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 422, 422, 422]


async def test_a_key_belongs_to_one_request_of_one_token(api, client):
    assert (await api.post("/groups", {"name": "A"}, key="k")).status_code == 201
    for path, body in (("/groups", {"name": "B"}), ("/sources", {"name": "A"})):
        answer = await api.post(path, body, key="k")
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    api.token = await make_token(api.world)
    assert (await api.post("/groups", {"name": "B"}, key="k")).status_code == 201


async def test_a_refused_request_leaves_its_key_free(api):
    assert (await api.post("/contacts", {"phone": "12"}, key="k")).status_code == 422
    assert (await api.post("/contacts", ANA, key="k")).status_code == 201


async def test_a_key_is_free_again_after_a_day(api):
    body = {"name": "Daily"}
    assert (await api.post("/groups", body, key="k")).status_code == 201
    clock.use(lambda: clock.system_now() + timedelta(hours=25))
    try:
        assert (await api.post("/groups", body, key="k")).status_code == 422, "done anew"
    finally:
        clock.use(None)


@pytest.mark.parametrize("key", ["x" * 256, "tab\there"])
async def test_an_odd_key_is_refused(api, key):
    answer = await api.post("/groups", {"name": "A"}, key=key)
    assert answer.status_code == 422


async def test_what_the_api_does_stands_in_the_activity_log(api):
    from xobito_app.features.activity.service import list_activity

    made = await api.made("/contacts", **ANA)
    await api.call("DELETE", f"/contacts/{made['id']}")
    async with unit_of_work(api.world.workspace_id) as uow:
        entries = (await list_activity(uow.session, api.world.owner)).rows
    told = {(entry.action, entry.actor_name) for entry in entries}
    assert {("contact.created", "API: ci"), ("contact.deleted", "API: ci")} <= told
    assert api.token not in json.dumps([str(entry) for entry in entries])
