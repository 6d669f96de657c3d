import csv
import io
import json

import pytest

from tests.api.v1.conftest import make_token, open_api
from tests.api.v1.operations import OPERATIONS
from tests.features.contacts.files import workbook
from xobito_app.api.v1.imports import ImportForm
from xobito_app.core import ids
from xobito_app.features.contacts.imports import files, work
from xobito_app.features.contacts.records.columns import PLAIN

MIXED = "Mobile;Vorname;Tier;Gruppen\n+16505550001;Ana;Gold;VIP\n12;Bob;;\n+16505550002;Cy;;\n"


async def send(api, content: str | bytes, key: str = "", name: str = "people.csv", **fields):
    data = content.encode() if isinstance(content, str) else content
    fields.setdefault("create_labels", "true")
    return await api.call(
        "POST",
        "/contacts/imports",
        files={"file": (name, data, "text/csv")},
        data=fields,
        headers={"Idempotency-Key": key} if key else {},
    )


async def taken_in(api, content: str | bytes, **fields):
    answer = await send(api, content, **fields)
    assert answer.status_code == 202, answer.text
    begun = answer.json()["data"]
    assert begun["state"] == "waiting"
    await work.work(api.world.workspace_id, ids.parse(begun["id"]))
    return (await api.get(f"/contacts/imports/{begun['id']}")).json()["data"]


async def book(api):
    rows = (await api.get("/contacts", sort="name")).json()["data"]["data"]
    return [(row["first_name"], row["phone"]) for row in rows]


def counts(told):
    return tuple(told[name] for name in ("created", "updated", "skipped", "failed"))


async def test_a_file_is_taken_in_by_its_headings_and_refused_rows_come_back(api):
    await api.made("/custom-fields", label="Tier")
    done = await taken_in(api, MIXED)
    assert done["mapping"] == ["phone", "first_name", "custom.tier", "groups"]
    assert (done["state"], done["percent"], counts(done)) == ("done", 100, (2, 0, 0, 1))
    assert await book(api) == [("Ana", "+16505550001"), ("Cy", "+16505550002")]
    ana = (await api.get("/contacts", search="Ana")).json()["data"]["data"][0]
    assert (ana["custom"], ana["groups"][0]["name"]) == ({"tier": "Gold"}, "VIP")
    answer = await api.get(f"/contacts/imports/{done['id']}/errors")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Row"], row["Value"], row["Vorname"]) for row in rows] == [("3", "12", "Bob")]
    listed = (await api.get("/contacts/imports")).json()["data"]["data"]
    assert [row["id"] for row in listed] == [done["id"]]


async def test_a_mapping_says_which_columns_are_wanted(api):
    mapping = json.dumps({"Mobile": "phone", "Tier": "company"})
    done = await taken_in(api, MIXED, mapping=mapping)
    assert done["mapping"] == ["phone", "", "company", ""]
    (ana,) = (await api.get("/contacts", search="6505550001")).json()["data"]["data"]
    assert (ana["first_name"], ana["company"], ana["groups"]) == ("", "Gold", [])


def test_the_documentation_names_every_field_a_column_can_be():
    told = ImportForm.model_fields["mapping"].description or ""
    assert [column.field for column in PLAIN if f"`{column.field}`" in told] == [
        column.field for column in PLAIN if column.is_read
    ]
    assert "`email`" in told


async def test_a_dry_run_tells_the_same_and_writes_nothing(api):
    tried = await taken_in(api, MIXED, dry_run="true")
    assert (tried["dry_run"], counts(tried)) == (True, (2, 0, 0, 1))
    assert await book(api) == []
    path = f"/contacts/imports/{tried['id']}/start"
    answer = await api.post(path, {"create_labels": True})
    assert (answer.status_code, answer.json()["data"]["state"]) == (202, "waiting")
    await work.work(api.world.workspace_id, ids.parse(tried["id"]))
    done = (await api.get(f"/contacts/imports/{tried['id']}")).json()["data"]
    assert (done["dry_run"], counts(done)) == (False, counts(tried))
    assert len(await book(api)) == 2
    again = await api.post(path, {})
    assert (again.status_code, "Upload it again" in again.json()["message"]) == (409, True)


async def test_known_numbers_are_skipped_or_updated(api):
    await api.made("/contacts", first_name="Old", phone="+16505550001")
    content = "phone,first name\n+16505550001,New\n"
    assert counts(await taken_in(api, content)) == (0, 0, 1, 0)
    assert await book(api) == [("Old", "+16505550001")]
    assert counts(await taken_in(api, content, update_existing="true")) == (0, 1, 0, 0)
    assert await book(api) == [("New", "+16505550001")]


async def test_missing_labels_are_made_only_when_that_is_asked_for(api):
    content = "phone;groups\n+16505550001;VIP, News\n"
    tried = await taken_in(api, content, dry_run="true", create_labels="false")
    assert (tried["create_labels"], counts(tried)) == (False, (0, 0, 0, 1))
    assert tried["labels"] == "2 groups do not exist: VIP, News."
    asked = await taken_in(api, content, dry_run="true")
    assert (asked["create_labels"], counts(asked)) == (True, (1, 0, 0, 0))
    assert asked["labels"] == "2 groups would be made: VIP, News."
    answer = await api.post(f"/contacts/imports/{asked['id']}/start", {"create_labels": True})
    assert answer.status_code == 202
    await work.work(api.world.workspace_id, ids.parse(asked["id"]))
    (ana,) = (await api.get("/contacts")).json()["data"]["data"]
    assert [group["name"] for group in ana["groups"]] == ["News", "VIP"]


async def test_no_refused_rows_make_an_empty_file_and_a_workbook_is_read(api):
    done = await taken_in(api, workbook([["Phone"], ["+16505550001"]]), name="people.xlsx")
    answer = await api.get(f"/contacts/imports/{done['id']}/errors")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_stopped_import_takes_nothing_more(api):
    begun = (await send(api, MIXED)).json()["data"]
    answer = await api.post(f"/contacts/imports/{begun['id']}/stop", None)
    assert answer.json()["data"]["state"] == "stopped"
    await work.work(api.world.workspace_id, ids.parse(begun["id"]))
    assert await book(api) == []


async def test_a_repeated_upload_is_begun_once(api):
    first, second = [await send(api, MIXED, key="i1") for _ in range(2)]
    assert (first.status_code, first.json()) == (202, second.json())
    assert (await api.get("/contacts/imports")).json()["data"]["total"] == 1
    other = await send(api, MIXED + "+16505550003;Di;;\n", key="i1")
    assert list(other.json()["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("content", "fields", "wrong"),
    [
        (b"\x00\x01", {}, "file"),
        (b"", {}, "file"),
        ("phone\n", {}, "file"),
        ("name\nAna\n", {}, "mapping"),
        (MIXED, {"mapping": "[]"}, "mapping"),
        (MIXED, {"mapping": '{"Color": "phone"}'}, "mapping"),
        (MIXED, {"mapping": '{"Mobile": "shoe"}'}, "mapping"),
        (MIXED, {"mapping": '{"Mobile": "phone", "Tier": "phone"}'}, "mapping"),
        (MIXED, {"dry_run": "maybe"}, "dry_run"),
    ],
)
async def test_what_cannot_be_taken_in_is_named_and_leaves_nothing(api, content, fields, wrong):
    answer = await send(api, content, **fields)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [wrong]), answer.text
    folder = files.folder_of(api.world.workspace_id)
    assert not folder.exists() or list(folder.iterdir()) == []
    assert (await api.get("/contacts/imports")).json()["data"]["total"] == 0


async def test_other_bodies_are_refused(api):
    answer = await api.post("/contacts/imports", {"mapping": ""})
    assert (answer.status_code, answer.json()["message"]) == (
        415,
        "Send the body as multipart/form-data.",
    )
    answer = await api.call("POST", "/contacts/imports", files={"mapping": (None, "{}")})
    assert answer.json()["errors"] == {"file": ["Attach a file."]}


async def test_only_a_file_may_be_large(api):
    (one,) = [one for one in OPERATIONS if one.name == "start_import"]
    assert one.route.most_file == 50 * 1024 * 1024
    answer = await send(api, b"phone\n" + b"1" * one.route.most_file)
    told = "The file is over 50 MB."
    assert (answer.status_code, answer.json()["message"]) == (413, told)
    answer = await send(api, b"phone\n" + b"1" * (one.route.most_file + 100_000))
    assert (answer.status_code, answer.json()["message"]) == (413, told)
    answer = await api.post("/contacts", {"description": "x" * 1_100_000})
    assert answer.status_code == 413


async def test_changing_known_contacts_takes_the_ability_to_update(api):
    api.token = await make_token(api.world, "contacts.read", "contacts.create")
    answer = await send(api, MIXED, update_existing="true")
    assert answer.status_code == 403
    assert answer.json()["message"].endswith("required ability: contacts.update")
    tried = await taken_in(api, MIXED, dry_run="true")
    path = f"/contacts/imports/{tried['id']}/start"
    assert (await api.post(path, {"update_existing": True})).status_code == 403
    assert (await send(api, MIXED, update_existing="false")).status_code == 202


async def test_names_are_made_only_by_a_token_that_may_make_them(api):
    api.token = await make_token(api.world, "contacts.read", "contacts.create")
    done = await taken_in(api, MIXED)
    assert counts(done) == (1, 0, 0, 2)
    refused = (await api.get(f"/contacts/imports/{done['id']}/errors")).text
    assert "There is no group of this name" in refused


async def test_another_workspaces_import_does_not_exist(api, client):
    other = await open_api(client)
    theirs = (await send(other, MIXED)).json()["data"]["id"]
    for method, end in (("GET", ""), ("GET", "/errors"), ("POST", "/start"), ("POST", "/stop")):
        body = {"json": {}} if end == "/start" else {}
        answer = await api.call(method, f"/contacts/imports/{theirs}{end}", **body)
        assert (answer.status_code, answer.json()["message"]) == (404, "Import not found")
    assert (await other.get(f"/contacts/imports/{theirs}")).json()["data"]["state"] == "waiting"
