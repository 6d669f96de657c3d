import csv
import io

import httpx
import pytest

from tests.fixtures import make_member, make_world
from xobito_app.api import transcripts
from xobito_app.api.app import build_api
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.activity.filters import ActivityFilter
from xobito_app.features.inbox.compose import send_text
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture
async def http():
    transport = httpx.ASGITransport(app=build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def sign_in(http, world, actor):
    async with unit_of_work() as uow:
        token = await accounts.open_session(uow.session, actor.user_id, world.workspace_id)
    http.cookies.set("xobito_session", token)


async def test_the_log_is_exported_whole_and_no_cell_is_a_formula(http, world):
    await sign_in(http, world, world.owner)
    async with unit_of_work(world.workspace_id) as uow:
        for number in range(501):
            activity.record(uow.session, world.owner, "staff.test", name=f"=cmd({number})")
    answer = await http.get("/exports/activity.csv", params={"area": "staff"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "When (UTC)"
    assert len(rows) == 502
    assert all(row[4].startswith("'=cmd(") for row in rows[1:])
    assert "attachment" in answer.headers["content-disposition"]


async def test_the_log_is_not_exported_to_those_who_may_not_see_it(http, world):
    assert (await http.get("/exports/activity.csv")).status_code == 401
    await sign_in(http, world, await make_member(world, "Agent"))
    assert (await http.get("/exports/activity.csv")).status_code == 403


async def test_a_filter_that_cannot_be_read_is_refused(http, world):
    await sign_in(http, world, world.owner)
    answer = await http.get("/exports/activity.csv", params={"since": "soon"})
    assert answer.status_code == 422


async def test_a_conversation_is_saved_as_a_table_and_as_a_page(http, line):
    await sign_in(http, line.world, line.world.owner)
    hostile = "=HYPERLINK(1)<script>alert(1)</script>"
    await line.write(type="text", body=hostile)
    await line.do(send_text, line.order(), body="Good morning")
    answer = await http.get(f"/exports/conversations/{line.thread_id}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["Hello", f"'{hostile}", "Good morning"]
    assert [row[1] for row in rows[1:]] == ["Customer", "Customer", "Us"]
    page = await http.get(f"/exports/conversations/{line.thread_id}.html")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    for saved in (answer, page):
        assert "attachment" in saved.headers["content-disposition"]
    async with unit_of_work(line.workspace_id) as uow:
        log = await activity.list_activity(
            uow.session, line.world.owner, narrowed=ActivityFilter(action="conversation.")
        )
    assert [entry.action for entry in log.rows].count("conversation.exported") == 2


async def test_a_long_conversation_is_saved_whole_and_in_order(http, line, monkeypatch):
    monkeypatch.setattr(transcripts, "_WINDOW", 3)
    await sign_in(http, line.world, line.world.owner)
    for number in range(8):
        await line.do(send_text, line.order(), body=f"Number {number}")
    answer = await http.get(f"/exports/conversations/{line.thread_id}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["Hello", *(f"Number {n}" for n in range(8))]


async def test_nobody_saves_a_conversation_out_of_sight(http, line):
    path = f"/exports/conversations/{line.thread_id}"
    assert (await http.get(f"{path}.csv")).status_code == 401
    await sign_in(http, line.world, line.world.owner)
    assert (await http.get(f"{path}.exe")).status_code == 404
    assert (await http.get("/exports/conversations/1.csv")).status_code == 404
    stranger = await make_world()
    await sign_in(http, stranger, stranger.owner)
    assert (await http.get(f"{path}.html")).status_code == 404
