import pytest

TIER = {"label": "Tier", "kind": "dropdown", "options": ["Gold", "Silver"]}
ANA = {"first_name": "Ana", "phone": "+16505551234"}


async def test_a_custom_field_is_made_read_changed_and_deleted(api):
    made = await api.made("/custom-fields", **TIER, help="How loyal")
    assert (made["slug"], made["kind"], made["is_active"]) == ("tier", "dropdown", True)
    path = f"/custom-fields/{made['id']}"
    assert (await api.get(path)).json()["data"] == made
    change = {"label": "Level", "options": ["Gold", "Tin"], "slug": "other", "kind": "text"}
    changed = (await api.call("PUT", path, json=change)).json()["data"]
    assert changed == {**made, "label": "Level", "options": ["Gold", "Tin"]}
    assert (await api.get("/custom-fields")).json()["data"]["data"] == [changed]
    answer = await api.call("DELETE", path)
    assert answer.json()["message"] == "Custom field deleted"
    assert (await api.get(path)).json()["message"] == "Custom field not found"


async def test_null_empties_a_fact_and_nothing_is_emptied_that_must_not_be(api):
    made = await api.made("/custom-fields", label="Own", help="How", placeholder="P", default="D")
    path = f"/custom-fields/{made['id']}"
    answer = await api.call("PUT", path, json=dict.fromkeys(("help", "placeholder", "default")))
    assert answer.json()["data"] == {**made, "help": "", "placeholder": "", "default": ""}
    answer = await api.call("PUT", path, json={"label": None, "is_active": None})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"label", "is_active"})
    tier = await api.made("/custom-fields", **TIER)
    answer = await api.call("PUT", f"/custom-fields/{tier['id']}", json={"options": None})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["options"])


async def test_a_position_moves_a_field_among_the_others(api):
    made = [await api.made("/custom-fields", label=label) for label in ("One", "Two", "Three")]
    answer = await api.call("PUT", f"/custom-fields/{made[2]['id']}", json={"position": 0})
    assert answer.json()["data"]["position"] == 0
    rows = (await api.get("/custom-fields")).json()["data"]["data"]
    assert [row["label"] for row in rows] == ["Three", "One", "Two"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"label"}),
        ({"label": " "}, {"label", "slug"}),
        ({"label": "Tier", "kind": "color"}, {"kind"}),
        ({"label": "Tier", "kind": "dropdown"}, {"options"}),
        ({"label": "Tier", "slug": "Ä b"}, {"slug"}),
        ({"label": "Age", "kind": "number", "default": "old"}, {"default"}),
        ({"label": "x" * 192, "help": "x" * 501}, {"label", "help"}),
    ],
)
async def test_each_broken_rule_of_a_definition_is_named(api, body, fields):
    answer = await api.post("/custom-fields", body)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == fields


async def test_a_slug_is_unique(api):
    await api.made("/custom-fields", label="Tier")
    answer = await api.post("/custom-fields", {"label": "tier"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["slug"])


async def test_contacts_keep_values_by_the_rules_of_their_fields(api):
    await api.made("/custom-fields", **TIER)
    await api.made("/custom-fields", label="Born", kind="date", is_required=True)
    await api.made("/custom-fields", label="Likes", kind="checkboxes", options=["Tea", "Pie"])
    await api.made("/custom-fields", label="Points", kind="number", default="5")
    wrong = {"tier": "Lead", "born": "yesterday", "likes": ["Rum"], "points": "many", "odd": 1}
    answer = await api.post("/contacts", {**ANA, "custom": wrong})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {f"custom.{slug}" for slug in wrong}
    answer = await api.post("/contacts", ANA)
    assert answer.json()["errors"] == {"custom.born": ["Born is required."]}
    given = {"tier": "gold", "born": "1990-04-16", "likes": ["Pie", "Tea"]}
    made = await api.made("/contacts", **ANA, custom=given)
    held = {"tier": "Gold", "born": "1990-04-16", "likes": ["Tea", "Pie"], "points": 5}
    assert made["custom"] == held
    path = f"/contacts/{made['id']}"
    answer = await api.call("PUT", path, json={"custom": {"tier": None, "points": 7.5}})
    assert answer.json()["data"]["custom"] == {
        "born": "1990-04-16",
        "likes": ["Tea", "Pie"],
        "points": 7.5,
    }


async def test_a_deleted_field_takes_its_values_along(api):
    field = await api.made("/custom-fields", **TIER)
    made = await api.made("/contacts", **ANA, custom={"tier": "Gold"})
    await api.call("DELETE", f"/custom-fields/{field['id']}")
    assert (await api.get(f"/contacts/{made['id']}")).json()["data"]["custom"] == {}
