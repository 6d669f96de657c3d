import csv
import io

import httpx
import pytest

from tests.api.test_exports import sign_in
from tests.features.contacts.book import do
from tests.features.contacts.files import run, workbook
from tests.fixtures import make_empty_world, make_member
from xobito_app.api.app import build_api
from xobito_app.core import ids
from xobito_app.features.contacts.imports import files, importing


@pytest.fixture
async def http():
    transport = httpx.ASGITransport(app=build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def send(http, content: bytes, name: str = "people.csv"):
    return await http.post("/imports/contacts", files={"file": (name, content, "text/plain")})


async def test_a_file_is_taken_read_and_its_refused_rows_come_back(http, world):
    await sign_in(http, world, world.owner)
    answer = await send(http, b"phone;name\n+16505550001;Ana\n12;Bob\n")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["filename"], told["columns"], told["total"]) == (
        "people.csv",
        ["phone", "name"],
        2,
    )
    import_id = ids.parse(told["id"])
    assert (await http.get(f"/imports/{import_id}/errors.csv")).status_code == 404
    view = await run(world, import_id)
    assert (view.created, view.failed) == (1, 1)
    refused = await http.get(f"/imports/{import_id}/errors.csv")
    rows = list(csv.DictReader(io.StringIO(refused.content.decode("utf-8-sig"))))
    assert [(row["Row"], row["Column"], row["Value"], row["name"]) for row in rows] == [
        ("3", "phone", "12", "Bob")
    ]
    assert "attachment" in refused.headers["content-disposition"]


async def test_a_workbook_is_known_by_its_bytes(http, world):
    await sign_in(http, world, world.owner)
    answer = await send(http, workbook([["Phone"], ["+16505550001"]]), "x.csv")
    assert (answer.json()["kind"], answer.json()["total"]) == ("xlsx", 1)


async def test_what_is_no_table_leaves_nothing_behind(http, world):
    await sign_in(http, world, world.owner)
    for content, words in ((b"\x00\x01\x02", "no table"), (b"", "empty"), (b"phone\n", "no rows")):
        answer = await send(http, content)
        assert answer.status_code == 422
        assert words in answer.json()["message"]
    assert list(files.folder_of(world.workspace_id).iterdir()) == []
    assert await do(world, importing.list_imports) == []


async def test_a_file_over_the_limit_is_refused_with_the_limit_named(http, world, monkeypatch):
    await sign_in(http, world, world.owner)
    assert files.MOST_BYTES == 50 * 1024 * 1024
    monkeypatch.setattr(files, "MOST_BYTES", 2 * 1024 * 1024)
    for size in (2 * 1024 * 1024 + 1, 3 * 1024 * 1024):
        answer = await send(http, b"phone\n" + b"+" * size)
        assert answer.status_code == 413
        assert "over 2 MB, the most an import takes" in answer.json()["message"]
    assert list(files.folder_of(world.workspace_id).iterdir()) == []


async def test_only_those_who_may_and_only_from_our_pages(http, world):
    assert (await send(http, b"phone\n1\n")).status_code == 401
    await sign_in(http, world, await make_member(world, "Agent"))
    assert (await send(http, b"phone\n1\n")).status_code == 403
    await sign_in(http, world, world.owner)
    foreign = await http.post(
        "/imports/contacts",
        files={"file": ("a.csv", b"phone\n1\n")},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert foreign.status_code == 403
    mine = (await send(http, b"phone\n12\n")).json()["id"]
    await run(world, ids.parse(mine))
    assert (await http.get(f"/imports/{mine}/errors.csv")).status_code == 200
    stranger = await make_empty_world()
    await sign_in(http, stranger, stranger.owner)
    for guess in (mine, ids.new(), "x"):
        assert (await http.get(f"/imports/{guess}/errors.csv")).status_code == 404
