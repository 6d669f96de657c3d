import csv
import io

from tests.fixtures import make_member
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.persistence.unit_of_work import unit_of_work


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
