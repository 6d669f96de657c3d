import csv
import io

import pytest

from tests.api.v1.conftest import make_token, open_api
from xobito_app.core import ids
from xobito_app.features.contacts.bulk import bulk_work

PHONES = [f"+1650555120{number}" for number in range(5)]


async def fill(api) -> list[str]:
    rows = [
        await api.made("/contacts", first_name=f"N{number}", phone=phone)
        for number, phone in enumerate(PHONES)
    ]
    return [row["id"] for row in rows]


async def begin(api, **body):
    answer = await api.post("/contacts/bulk", body)
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]


async def test_a_bulk_action_is_begun_worked_off_and_watched(api):
    contact_ids = await fill(api)
    group = await api.made("/groups", name="VIP")
    job = await begin(api, action="add_group", target_id=group["id"], contact_ids=contact_ids[:3])
    assert (job["state"], job["total"], job["done"]) == ("waiting", 3, 0)
    await bulk_work.work(api.world.workspace_id, ids.parse(job["id"]))
    done = (await api.get(f"/contacts/bulk/{job['id']}")).json()["data"]
    assert (done["state"], done["percent"], done["changed"]) == ("done", 100, 3)
    assert (await api.get("/contacts", group="VIP")).json()["data"]["total"] == 3
    again = (await api.post(f"/contacts/bulk/{job['id']}/stop", None)).json()["data"]
    assert again == done


async def test_a_stopped_action_does_nothing_more(api):
    await fill(api)
    job = await begin(api, action="delete", filter={})
    assert job["total"] == 5
    stopped = (await api.post(f"/contacts/bulk/{job['id']}/stop", None)).json()["data"]
    assert stopped["state"] == "stopped"
    await bulk_work.work(api.world.workspace_id, ids.parse(job["id"]))
    assert (await api.get("/contacts")).json()["data"]["total"] == 5


async def test_whom_a_filter_or_a_segment_means(api):
    await fill(api)
    segment = await api.made("/segments", name="Two", filter={"search": "N2"})
    for whom, total in ({"filter": {"search": "N"}}, 5), ({"segment_id": segment["id"]}, 1):
        assert (await begin(api, action="opt_out", reason="Asked", **whom))["total"] == total


async def test_a_repeated_order_is_begun_once(api):
    await fill(api)
    body = {"action": "opt_out", "filter": {}}
    first, second = [await api.post("/contacts/bulk", body, key="b1") for _ in range(2)]
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"action": "opt_in"}, {"request"}),
        ({"action": "opt_in", "filter": {}, "contact_ids": [str(ids.new())]}, {"request"}),
        ({"action": "opt_in", "contact_ids": []}, {"contact_ids"}),
        ({"action": "opt_in", "contact_ids": [str(ids.new())]}, {"request"}),
        ({"action": "opt_in", "segment_id": str(ids.new())}, {"segment_id"}),
        ({"action": "explode", "filter": {}}, {"action"}),
        ({"action": "delete", "filter": {"serch": "N1"}}, {"filter.serch"}),
        ({"action": "add_group", "filter": {}}, {"target_id"}),
        ({"action": "set_status", "filter": {}, "target_id": str(ids.new())}, {"target_id"}),
        ({"action": "assign", "filter": {}, "target_id": str(ids.new())}, {"target_id"}),
    ],
)
async def test_wrong_orders_are_refused(api, body, fields):
    answer = await api.post("/contacts/bulk", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, fields), answer.text


async def test_deleting_many_takes_the_ability_to_delete(api):
    await fill(api)
    api.token = await make_token(api.world, "contacts.read", "contacts.update")
    answer = await api.post("/contacts/bulk", {"action": "delete", "filter": {}})
    assert answer.status_code == 403
    assert answer.json()["message"].endswith("required ability: contacts.delete")


async def test_other_workspaces_contacts_and_groups_are_out_of_reach(api, client):
    other = await open_api(client)
    theirs = await fill(other)
    answer = await api.post("/contacts/bulk", {"action": "delete", "contact_ids": theirs})
    assert answer.json()["errors"] == {"request": ["No contact is selected."]}
    await fill(api)
    group = await other.made("/groups", name="Theirs")
    body = {"action": "add_group", "target_id": group["id"], "filter": {}}
    answer = await api.post("/contacts/bulk", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["target_id"])


async def rows_of(api, **query):
    answer = await api.get("/contacts/export", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "contacts-" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_an_export_is_csv_narrowed_like_the_list(api):
    await fill(api)
    await api.made("/custom-fields", label="Tier")
    await api.made("/contacts", first_name="=1+1", phone="+16505559999", custom={"tier": "Gold"})
    rows = await rows_of(api)
    assert len(rows) == 6
    assert (rows[0]["First name"], rows[0]["Tier"]) == ("'=1+1", "Gold")
    assert [row["First name"] for row in await rows_of(api, search="N3")] == ["N3"]
    assert await rows_of(api, group="nobody") == []
    segment = await api.made("/segments", name="Two", filter={"search": "N2"})
    assert [row["First name"] for row in await rows_of(api, segment_id=segment["id"])] == ["N2"]
    answer = await api.get("/contacts/export", status_id="7")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["status_id"])
