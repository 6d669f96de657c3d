import asyncio

import pytest

ANA = {"first_name": "Ana", "phone": "+16505551234"}


async def test_a_contact_is_made_read_changed_and_deleted(api):
    made = await api.made("/contacts", **ANA, groups=["VIP", "News"], email="ana@example.com")
    assert made["phone"] == "+16505551234"
    assert sorted(group["name"] for group in made["groups"]) == ["News", "VIP"]
    assert made["status"]["id"] == made["status_id"]
    path = f"/contacts/{made['id']}"
    assert (await api.get(path)).json()["data"] == made
    answer = await api.call("PUT", path, json={"company": "Bakery", "groups": ["VIP"]})
    changed = answer.json()["data"]
    assert (answer.json()["message"], changed["company"]) == ("Contact updated", "Bakery")
    assert [group["name"] for group in changed["groups"]] == ["VIP"]
    assert changed["email"] == "ana@example.com", "what is not given stays"
    answer = await api.call("DELETE", path)
    assert answer.json() == {"status": "success", "data": None, "message": "Contact deleted"}
    assert (await api.get(path)).status_code == 404


async def test_a_number_somebody_has_is_refused(api):
    await api.made("/contacts", **ANA)
    answer = await api.post("/contacts", {"phone": "+1 (650) 555-1234"})
    assert answer.status_code == 422
    assert "belongs to Ana" in answer.json()["errors"]["phone"][0]


async def test_pages_have_all_their_keys(api):
    for number in range(7):
        await api.made("/contacts", phone=f"+1650555120{number}", first_name=f"N{number}")
    page = (await api.get("/contacts", page=2, per_page=3, sort="name")).json()["data"]
    assert [row["first_name"] for row in page.pop("data")] == ["N3", "N4", "N5"]
    base = f"http://localhost:3000/api/v1/{api.slug}/contacts"
    assert page.pop("next_page_url").removeprefix(base) == "?page=3&per_page=3&sort=name"
    assert page.pop("prev_page_url").removeprefix(base) == "?page=1&per_page=3&sort=name"
    assert page == {
        "current_page": 2,
        "per_page": 3,
        "total": 7,
        "last_page": 3,
        "from": 4,
        "to": 6,
        "next_cursor": None,
    }
    beyond = (await api.get("/contacts", page=999_999)).json()["data"]
    assert (beyond["data"], beyond["from"], beyond["total"]) == ([], None, 7)


async def test_a_long_walk_by_cursor_sees_everybody_once(api):
    for number in range(7):
        await api.made("/contacts", phone=f"+1650555120{number}")
    seen, cursor = [], ""
    while True:
        page = (await api.get("/contacts", cursor=cursor, per_page=3)).json()["data"]
        seen += [row["phone"] for row in page["data"]]
        assert page["total"] is None
        if not (cursor := page["next_cursor"]):
            break
        assert f"cursor={cursor[:8]}" in page["next_page_url"]
    assert (len(seen), len(set(seen))) == (7, 7)
    assert page["next_page_url"] is None


async def test_filters_narrow(api):
    warm = await api.made("/statuses", name="Warm")
    ana = await api.made("/contacts", **ANA, status_id=warm["id"], groups=["VIP"], type="customer")
    await api.made("/contacts", first_name="Bo", phone="+16505551235")

    async def found(**query):
        rows = (await api.get("/contacts", **query)).json()["data"]["data"]
        return [row["first_name"] for row in rows]

    group_id = ana["groups"][0]["id"]
    for query in (
        {"search": "ana"},
        {"type": "customer"},
        {"status_id": warm["id"]},
        {"group": "vip"},
        {"group": group_id},
        {"sort": "name", "per_page": "1"},
    ):
        assert await found(**query) == ["Ana"], query
    assert await found(group="nobody") == []
    assert await found(updated_since="2999-01-01T00:00:00Z") == []
    assert await found(updated_since="2020-01-01T00:00:00Z", sort="-name") == ["Bo", "Ana"]


async def test_null_empties_whatever_can_be_empty(api):
    source = await api.made("/sources", name="Fair")
    warm = await api.made("/statuses", name="Warm")
    facts = {
        "first_name": "Ana",
        "email": "ana@example.com",
        "description": "Likes tea",
        "country": "AT",
        "language": "de",
        "opt_out_reason": "asked",
        "groups": ["VIP"],
        "source_id": source["id"],
        "assignee_id": str(api.world.owner.user_id),
    }
    path = "/contacts/" + (await api.made("/contacts", **ANA | facts, status_id=warm["id"]))["id"]
    answer = await api.call("PUT", path, json=dict.fromkeys((*facts, "status_id")))
    emptied = answer.json()["data"]
    assert {name: emptied[name] for name in facts} == {
        **dict.fromkeys(facts, ""),
        "groups": [],
        "source_id": None,
        "assignee_id": None,
    }
    assert emptied["status"]["name"] != "Warm", "the default: a contact is in one always"
    answer = await api.call("PUT", path, json={"phone": None})
    assert answer.json()["errors"] == {"phone": ["A contact needs a phone number."]}


async def test_of_a_new_contact_null_says_nothing(api):
    said = dict.fromkeys(("type", "email", "custom", "is_enabled", "opted_out", "source_id"))
    made = await api.made("/contacts", **ANA, **said)
    assert (made["type"], made["is_enabled"], made["opted_out_at"]) == ("lead", True, None)


@pytest.mark.parametrize("kind", ["statuses", "sources", "groups"])
async def test_lists_are_made_read_changed_and_deleted(api, kind):
    made = await api.made(f"/{kind}", name="Warm one")
    path = f"/{kind}/{made['id']}"
    assert (await api.get(path)).json()["data"] == made
    changed = await api.call("PUT", path, json={"name": "Warmer"})
    assert changed.json()["data"]["name"] == "Warmer"
    rows = (await api.get(f"/{kind}", per_page=100)).json()["data"]["data"]
    assert "Warmer" in [row["name"] for row in rows]
    answer = await api.post(f"/{kind}", {"name": "warmer"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])
    assert (await api.call("DELETE", path)).status_code == 200
    assert (await api.get(path)).status_code == 404


async def test_a_status_in_use_needs_a_replacement(api):
    warm, cold = [await api.made("/statuses", name=name) for name in ("Warm", "Cold")]
    made = await api.made("/contacts", **ANA, status_id=warm["id"])
    answer = await api.call("DELETE", f"/statuses/{warm['id']}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["replace_with"])
    query = {"replace_with": cold["id"]}
    answer = await api.call("DELETE", f"/statuses/{warm['id']}", params=query)
    assert answer.status_code == 200
    row = (await api.get(f"/contacts/{made['id']}")).json()["data"]
    assert row["status"]["name"] == "Cold"


async def test_the_same_new_group_from_many_sides_is_one(api):
    await asyncio.gather(
        *(
            api.made("/contacts", phone=f"+1650555120{n}", groups=["Fresh"], first_name="N")
            for n in range(6)
        )
    )
    rows = (await api.get("/groups")).json()["data"]["data"]
    assert [(row["name"], row["contacts"]) for row in rows] == [("Fresh", 6)]
