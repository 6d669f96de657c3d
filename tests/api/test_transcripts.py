"""A conversation saved as a file: whole, in order, harmless, for those who may see it."""

from __future__ import annotations

import csv
import io

from tests.api.test_exports import sign_in
from tests.fixtures import make_world
from xobito_app.api import transcripts
from xobito_app.features.activity import service as activity
from xobito_app.features.activity.filters import ActivityFilter
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.persistence.unit_of_work import unit_of_work


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
            uow.session, line.world.owner, activity_filter=ActivityFilter(action="conversation.")
        )
    assert [entry.action for entry in log.rows].count("conversation.exported") == 2


async def test_a_long_conversation_is_saved_whole_and_in_order(http, line, monkeypatch):
    monkeypatch.setattr(transcripts, "WINDOW", 3)
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
