from datetime import timedelta

import pytest

from tests.api.v1.conftest import make_token, open_api
from xobito_app.core import clock

ANA = {"first_name": "Ana", "last_name": "Ruiz", "company": "Bakery", "phone": "+16505551234"}
TWIN = {"first_name": "Ana", "last_name": "Ruiz", "company": "bakery", "phone": "+16505559999"}


async def two(api):
    kept = await api.made("/contacts", **ANA, groups=["VIP"])
    other = await api.made("/contacts", **TWIN, email="ana@example.com", groups=["News"])
    await api.made(f"/contacts/{other['id']}/notes", body="Likes tea")
    return kept["id"], other["id"]


async def test_doubles_are_found_with_their_reason(api):
    kept, other = await two(api)
    (pair,) = (await api.get("/contacts/duplicates")).json()["data"]["data"]
    assert (pair["first"]["id"], pair["second"]["id"]) == (kept, other)
    assert pair["reasons"] == ["Same name and company"]


async def test_a_dry_run_tells_and_changes_nothing(api):
    kept, other = await two(api)
    answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other, "dry_run": True})
    told = answer.json()["data"]
    assert (told["dry_run"], told["merge"], told["notes"]) == (True, None, 1)
    facts = {fact["field"]: fact for fact in told["fields"]}
    assert facts["email"]["result"] == "ana@example.com"
    assert facts["groups"]["result"] == "News; VIP"
    assert (await api.get(f"/contacts/{other}")).status_code == 200
    assert (await api.get("/contacts/merges")).json()["data"]["total"] == 0


async def test_two_become_one_and_two_again(api):
    kept, other = await two(api)
    answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other}, key="m1")
    merge = answer.json()["data"]["merge"]
    assert (answer.json()["message"], merge["kept_id"]) == ("Contacts merged", kept)
    again = await api.post(f"/contacts/{kept}/merge", {"other_id": other}, key="m1")
    assert again.json() == answer.json(), "a repeat does not look for the dropped contact"
    assert (await api.get(f"/contacts/{other}")).status_code == 404
    one = (await api.get(f"/contacts/{kept}")).json()["data"]
    assert one["email"] == "ana@example.com"
    assert (await api.get(f"/contacts/{kept}/notes")).json()["data"]["total"] == 1
    listed = (await api.get("/contacts/merges", contact_id=kept)).json()["data"]["data"]
    assert listed == [merge]
    assert (await api.get("/contacts/merges", contact_id=other)).json()["data"]["data"] == []
    undone = await api.post(f"/contacts/merges/{merge['id']}/undo", None)
    assert undone.json()["message"] == "Merge undone"
    assert (await api.get(f"/contacts/{other}/notes")).json()["data"]["total"] == 1
    assert (await api.get(f"/contacts/{kept}")).json()["data"]["email"] == ""
    answer = await api.post(f"/contacts/merges/{merge['id']}/undo", None)
    assert (answer.status_code, answer.json()["message"]) == (409, "This merge is undone already.")


async def test_after_thirty_days_it_stays(api):
    kept, other = await two(api)
    answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other})
    merge = answer.json()["data"]["merge"]
    clock.use(lambda: clock.system_now() + timedelta(days=31))
    try:
        answer = await api.post(f"/contacts/merges/{merge['id']}/undo", None)
    finally:
        clock.use(None)
    assert answer.status_code == 409


async def test_only_two_different_contacts_of_the_workspace_are_merged(api, client):
    kept, other = await two(api)
    theirs, _ = await two(await open_api(client))
    for other_id in (theirs, kept, str(api.world.workspace_id), "x", None):
        answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other_id})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["other_id"])
    answer = await api.post(f"/contacts/{theirs}/merge", {"other_id": other})
    assert (answer.status_code, answer.json()["message"]) == (404, "Contact not found")


@pytest.mark.parametrize("lacking", ["contacts.update", "contacts.delete"])
async def test_a_merge_takes_both_abilities_even_dry(api, lacking):
    kept, other = await two(api)
    abilities = {"contacts.read", "contacts.create", "contacts.update", "contacts.delete"}
    api.token = await make_token(api.world, *(abilities - {lacking}))
    answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other, "dry_run": True})
    assert answer.status_code == 403
    assert answer.json()["message"].endswith(lacking)


async def test_parting_takes_the_ability_to_create(api):
    kept, other = await two(api)
    answer = await api.post(f"/contacts/{kept}/merge", {"other_id": other})
    merge = answer.json()["data"]["merge"]
    api.token = await make_token(api.world, "contacts.read", "contacts.update", "contacts.delete")
    answer = await api.post(f"/contacts/merges/{merge['id']}/undo", None)
    assert (answer.status_code, answer.json()["message"][-15:]) == (403, "contacts.create")
