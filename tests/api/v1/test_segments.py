import base64
import json

import pytest
from sqlalchemy import text

from tests import statements
from tests.api.v1.conftest import make_token, open_api
from xobito_app.persistence.unit_of_work import unit_of_work

ANA = {"first_name": "Ana", "phone": "+16505551234"}
BO = {"first_name": "Bo", "phone": "+16505551235"}


async def test_a_segment_is_made_counted_changed_and_deleted(api):
    await api.made("/contacts", **ANA, type="customer", groups=["VIP"])
    group_id = (await api.get("/groups")).json()["data"]["data"][0]["id"]
    wanted = {"type": "customer", "group_ids": [group_id], "created_from": "2020-01-01T00:00:00Z"}
    made = await api.made("/segments", name="Ours", filter=wanted)
    assert made["contacts"] == 1
    assert made["filter"]["group_ids"] == [group_id]
    assert made["filter"]["created_from"] == "2020-01-01T00:00:00.000000Z"
    await api.made("/contacts", **BO, type="customer", groups=["VIP"])
    path = f"/segments/{made['id']}"
    assert (await api.get(path)).json()["data"]["contacts"] == 2
    with statements.noted() as asked:
        renamed = (await api.call("PUT", path, json={"name": "All ours"})).json()["data"]
    assert sum("count(*)" in statement for statement in asked) == 1
    assert (renamed["name"], renamed["filter"]) == ("All ours", made["filter"])
    emptied = (await api.call("PUT", path, json={"filter": {"search": "zzz"}})).json()["data"]
    assert (emptied["name"], emptied["contacts"]) == ("All ours", 0)
    rows = (await api.get("/segments")).json()["data"]["data"]
    assert rows == [emptied]
    assert (await api.call("DELETE", path)).json()["message"] == "Segment deleted"
    assert (await api.get(path)).json()["message"] == "Segment not found"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "A"}, {"filter"}),
        ({"name": "", "filter": {}}, {"name"}),
        ({"name": "A", "filter": {"type": "friend"}}, {"filter.type"}),
        ({"name": "A", "filter": {"status_ids": ["x"]}}, {"filter.status_ids.0"}),
        ({"name": "A", "filter": {"search": "a\0"}}, {"filter.search"}),
        ({"name": "A", "filter": {"created_from": 5}}, {"filter.created_from"}),
        (
            {"name": "A", "filter": {"custom": [{"slug": "a", "op": "like"}]}},
            {"filter.custom.0.op"},
        ),
    ],
)
async def test_each_broken_rule_of_a_segment_is_named(api, body, fields):
    answer = await api.post("/segments", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, fields)


async def test_a_name_is_taken_once(api):
    await api.made("/segments", name="Ours", filter={})
    answer = await api.post("/segments", {"name": "ours", "filter": {}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])


async def test_contacts_are_narrowed_to_a_segment_together_with_other_filters(api, client):
    await api.made("/contacts", **ANA, type="customer")
    await api.made("/contacts", **BO, type="customer", company="Bakery")
    await api.made("/contacts", first_name="Cy", phone="+16505551236", company="Bakery")
    made = await api.made("/segments", name="Ours", filter={"type": "customer"})

    async def found(**query):
        told = (await api.get("/contacts", segment_id=made["id"], sort="name", **query)).json()
        return [row["first_name"] for row in told["data"]["data"]]

    assert await found() == ["Ana", "Bo"]
    assert await found(search="bakery") == ["Bo"]
    assert await found(search="bakery", cursor="") == ["Bo"]
    assert await found(type="lead") == []
    theirs = await (await open_api(client)).made("/segments", name="Theirs", filter={})
    for segment_id in (theirs["id"], str(api.world.workspace_id)):
        for path in ("/contacts", "/contacts/export"):
            answer = await api.get(path, segment_id=segment_id)
            assert answer.status_code == 422
            assert answer.json()["errors"] == {"segment_id": ["This segment no longer exists."]}


async def test_notes_are_written_rewritten_and_deleted(api):
    path = f"/contacts/{(await api.made('/contacts', **ANA))['id']}/notes"
    made = await api.made(path, body=" Likes tea ")
    assert (made["body"], made["author_name"], made["is_own"]) == ("Likes tea", "API: ci", True)
    answer = await api.call("PUT", f"{path}/{made['id']}", json={"body": "Likes pie"})
    assert answer.json()["data"]["body"] == "Likes pie"
    assert [row["body"] for row in (await api.get(path)).json()["data"]["data"]] == ["Likes pie"]
    elsewhere = f"/contacts/{(await api.made('/contacts', **BO))['id']}/notes/{made['id']}"
    for method in ("PUT", "DELETE"):
        answer = await api.call(method, elsewhere, json={"body": "x"})
        assert (answer.status_code, answer.json()["message"]) == (404, "Note not found")
    assert (await api.call("DELETE", f"{path}/{made['id']}")).status_code == 200
    assert (await api.get(path)).json()["data"]["total"] == 0
    for body in ("", " ", "x" * 5001, "a\0b"):
        assert (await api.post(path, {"body": body})).status_code == 422


async def test_notes_of_others_are_only_deleted_and_only_by_whoever_may_delete(api):
    path = f"/contacts/{(await api.made('/contacts', **ANA))['id']}/notes"
    made = await api.made(path, body="Likes tea")
    api.token = await make_token(api.world, "contacts.read", "contacts.update", name="other")
    note = f"{path}/{made['id']}"
    assert (await api.get(path)).json()["data"]["data"][0]["is_own"] is False
    assert (await api.call("PUT", note, json={"body": "x"})).status_code == 403
    answer = await api.call("DELETE", note)
    assert answer.status_code == 403
    assert answer.json()["message"].endswith("required ability: contacts.delete")
    api.token = await make_token(api.world, "contacts.delete", "contacts.update", name="other")
    assert (await api.call("DELETE", note)).status_code == 200


async def test_a_note_whose_author_was_deleted_is_not_the_tokens(api):
    path = f"/contacts/{(await api.made('/contacts', **ANA))['id']}/notes"
    note = await api.made(path, body="Likes tea")
    async with unit_of_work(api.world.workspace_id) as uow:
        # As the database leaves it when a person goes; notes of tokens have no author either.
        await (await uow.session.connection()).execute(
            text("UPDATE contact_note SET author_name = 'Ana Agent' WHERE id = :id"),
            {"id": note["id"]},
        )
    answer = await api.call("PUT", f"{path}/{note['id']}", json={"body": "x"})
    assert answer.status_code == 403


def packed(position) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


async def test_a_timeline_is_walked_newest_first_and_sees_everything_once(api):
    made = await api.made("/contacts", **ANA)
    path = f"/contacts/{made['id']}"
    for number in range(4):
        await api.made(f"{path}/notes", body=f"Note {number}")
        await api.call("PUT", path, json={"city": f"City {number}"})
    whole = (await api.get(f"{path}/timeline", per_page=100)).json()["data"]
    kinds = [row["kind"] for row in whole["data"]]
    assert kinds == ["changed", "note"] * 4 + ["created"]
    assert whole["data"][0]["changes"] == {"city": ["City 2", "City 3"]}
    assert whole["next_cursor"] is None
    walked, cursor = [], ""
    while True:
        page = (await api.get(f"{path}/timeline", per_page=2, cursor=cursor)).json()["data"]
        walked += page["data"]
        assert len(page["data"]) <= 2
        if not (cursor := page["next_cursor"]):
            break
    assert walked == whole["data"]
    for wrong in (
        "damaged",
        packed(["2026-01-01T00:00:00", made["id"]]),
        packed(["2026-01-01T00:00:00Z", 5]),
    ):
        answer = await api.get(f"{path}/timeline", cursor=wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["cursor"])
    answer = await api.get("/contacts", cursor=packed(["created_at", "2026-01-01T00:00:00Z", 5]))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["cursor"])


async def test_messages_stand_in_the_timeline_of_those_who_may_read_them(client, line):
    await line.write("16505551234")
    api = await open_api(client, line.world)
    (contact,) = (await api.get("/contacts", search="16505551234")).json()["data"]["data"]
    path = f"/contacts/{contact['id']}/timeline"
    rows = (await api.get(path)).json()["data"]["data"]
    assert sorted(row["kind"] for row in rows) == ["created", "message_in"]
    api.token = await make_token(api.world, "contacts.read")
    rows = (await api.get(path)).json()["data"]["data"]
    assert [row["kind"] for row in rows] == ["created"]
