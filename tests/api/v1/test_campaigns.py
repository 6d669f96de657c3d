"""Campaigns over REST: from a draft to its recipients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.v1.conftest import make_token, open_api
from tests.features.campaigns.drafts import store_people, store_template
from xobito_app.core import clock

SPRING = {
    "name": "Spring",
    "template_name": "bienvenida",
    "template_language": "es",
    "audience": {"filter": {"search": "Person"}},
    "variables": {"body": {"1": {"field": "contact.first_name", "fallback": "there"}}},
}
COUNTS = (
    "audience excluded queued claimed dispatching accepted held sent delivered read failed"
    " expired unresolved cancelled"
)


@pytest.fixture
async def api(client, line):
    await store_template(line, language="es")
    return await open_api(client, line.world)


async def test_a_campaign_from_draft_to_recipients(api, line):
    await store_people(line, 3)
    made = await api.made("/campaigns", **SPRING)
    assert (made["status"], made["reason"]) == ("draft", None)
    assert list(made["counts"]) == COUNTS.split()
    at = f"/campaigns/{made['id']}"
    told = (await api.post(f"{at}/dry-run", {})).json()["data"]
    assert (told["audience"], told["will_send"], told["seconds"]) == (3, 3, 1)
    assert set(told["excluded"]) == {
        "opted_out",
        "no_number",
        "missing_variable",
        "duplicate",
        "recently_contacted",
        "over_limit",
        "invalid",
    }
    wrong = await api.post(f"{at}/launch", {"confirm": 4})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["confirm"])
    launched = await api.post(f"{at}/launch", {"confirm": 3}, key="k1")
    assert launched.json()["data"]["status"] == "sending"
    again = await api.post(f"{at}/launch", {"confirm": 3}, key="k1")
    assert again.json() == launched.json()
    assert (await api.post(f"{at}/launch", {"confirm": 3})).status_code == 409
    page = (await api.get(f"{at}/recipients", per_page=2)).json()["data"]
    assert len(page["data"]) == 2
    rest = (await api.get(f"{at}/recipients", cursor=page["next_cursor"])).json()["data"]
    assert len(rest["data"]) == 1
    assert set(rest["data"][0]) == set(
        "id phone contact_id name state reason error_code wamid updated_at".split()
    )
    listed = (await api.get("/campaigns", status="sending")).json()["data"]
    assert (listed["total"], listed["data"][0]["counts"]["queued"]) == (1, 3)
    csv = await api.get(f"{at}/export")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.count("\r\n") == 4
    for verb, status in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        assert (await api.post(f"{at}/{verb}", {})).json()["data"]["status"] == status
    assert (await api.post(f"{at}/retry", {})).json()["data"]["counts"]["queued"] == 3


async def test_recipients_need_not_be_contacts(api):
    made = await api.made(
        "/campaigns",
        **{
            **SPRING,
            "audience": {
                "recipients": [
                    {"phone": "+16505550142", "columns": {"city": "Rome"}},
                    {"phone": "+16505550143", "columns": {}},
                ]
            },
            "variables": {"body": {"1": {"column": "city", "fallback": ""}}},
        },
    )
    told = (await api.post(f"/campaigns/{made['id']}/dry-run", {})).json()["data"]
    assert (told["will_send"], told["excluded"]["missing_variable"]) == (1, 1)


async def test_a_draft_and_a_scheduled_one_are_changed_and_deleted(api, line):
    await store_people(line, 1)
    at = (clock.now() + timedelta(days=1)).isoformat()
    made = await api.made("/campaigns", **SPRING, scheduled_at=at)
    path = f"/campaigns/{made['id']}"
    launched = (await api.post(f"{path}/launch", {})).json()["data"]
    assert launched["status"] == "scheduled"
    changed = await api.call("PUT", path, json={"scheduled_at": None, "canary": 1})
    assert changed.json()["data"]["status"] == "draft"
    gone = await api.call("DELETE", path)
    assert gone.status_code == 200, gone.text
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template_name": "gone"}, "template_name"),
        ({"audience": {}}, "audience"),
        ({"audience": {"groups": ["Nobody"]}}, "audience.groups"),
        ({"audience": {"groups": ["A"], "filter": {}}}, "audience"),
        ({"variables": {"body": {"1": {}}}}, "variables.body.1"),
        ({"variables": {"buttons": {"7": {"value": "x"}}}}, "variables.buttons.7"),
        ({"skip_contacted_within": "soon"}, "skip_contacted_within"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "scheduled_at"),
        ({"header_media_url": "https://example.com/a.jpg"}, "header_media_url"),
    ],
)
async def test_what_is_wrong_is_told_by_its_own_name(api, changes, field):
    answer = await api.post("/campaigns", {**SPRING, **changes})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


async def test_a_launch_needs_its_own_ability(api, line):
    made = await api.made("/campaigns", **SPRING)
    api.token = await make_token(line.world, "campaigns.read", "campaigns.create")
    answer = await api.post(f"/campaigns/{made['id']}/launch", {})
    assert answer.status_code == 403
    assert "campaigns.launch" in answer.json()["message"]


async def test_an_address_with_a_line_break_is_answered_in_the_one_shape(api):
    answer = await api.post("/campaigns/%C3%A9%0A/dry-run", {})
    assert answer.status_code == 404
    assert answer.json()["status"] == "error"


RATE = {
    "country": "US",
    "category": "UTILITY",
    "currency": "USD",
    "amount": "0.25",
    "valid_from": "2020-01-01T00:00:00Z",
}


async def test_rates_are_kept_and_estimates_count_with_them(api, line):
    await store_people(line, 2)
    made = await api.made("/campaigns", **SPRING)
    for amount in ("0.5", "0.25"):
        told = await api.call("PUT", "/rates", json={**RATE, "amount": amount})
        assert told.status_code == 200, told.text
    await store_template(line, category="UTILITY")
    (rate,) = (await api.get("/rates")).json()["data"]["data"]
    assert (rate["amount"], rate["valid_from"]) == ("0.250000", "2020-01-01T00:00:00.000000Z")
    dry = (await api.post(f"/campaigns/{made['id']}/dry-run", {})).json()["data"]
    assert dry["estimate"]["currency"] == "USD"


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "1A"},
        {"category": "SERVICE"},
        {"currency": "12A"},
        {"amount": "-1"},
        {"amount": "much"},
        {"amount": "0.1234567"},
        {"valid_from": "soon"},
    ],
)
async def test_a_wrong_rate_is_told_at_its_field(api, wrong):
    told = await api.call("PUT", "/rates", json={**RATE, **wrong})
    assert told.status_code == 422
    assert list(told.json()["errors"]) == list(wrong)
