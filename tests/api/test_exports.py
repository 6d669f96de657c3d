import csv
import io

from tests.features.contacts.book import add, do, where
from tests.fixtures import make_empty_world, make_member
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.lists import exporting, listing, segments
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


async def export(http, world, **query):
    await sign_in(http, world, world.owner)
    answer = await http.get("/exports/contacts.csv", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_contacts_are_exported_with_every_fact_and_no_formula(http, world, monkeypatch):
    monkeypatch.setattr(exporting, "WINDOW", 2)
    await do(world, custom_fields.create_field, draft={"label": "Tier"})
    for index in range(5):
        await add(
            world,
            first_name=f"P{index}",
            company="=HYPERLINK(1)",
            groups=["VIP", "A,B"],
            custom={"tier": "gold"},
            country="DE" if index else "FR",
        )
    rows = await export(http, world)
    assert sorted(row["First name"] for row in rows) == ["P0", "P1", "P2", "P3", "P4"]
    assert rows[0]["Company"] == "'=HYPERLINK(1)"
    assert rows[0]["Phone"].startswith("'+1650")
    assert (rows[0]["Status"], rows[0]["Groups"], rows[0]["Tier"]) == ("New", "A,B; VIP", "gold")
    french = await export(http, world, filter='{"country": "FR"}')
    assert [row["First name"] for row in french] == ["P0"]
    segment = await do(world, segments.save_segment, name="F", contact_filter=where(country="FR"))
    assert len(await export(http, world, segment=str(segment.id))) == 1
    everybody = await do(world, listing.list_contacts)
    contact_ids = tuple(contact.id for contact in everybody.rows[:2])
    posted = await http.post(
        "/exports/contacts.csv", data={"filter": where(ids=contact_ids).model_dump_json()}
    )
    assert len(posted.text.strip().splitlines()) == 3


async def test_contacts_are_exported_only_to_those_who_may(http, world):
    assert (await http.get("/exports/contacts.csv")).status_code == 401
    await sign_in(http, world, await make_member(world, "Agent"))
    assert (await http.get("/exports/contacts.csv")).status_code == 403
    await sign_in(http, world, world.owner)
    for query in ({"filter": "{"}, {"filter": '{"type": "robot"}'}):
        assert (await http.get("/exports/contacts.csv", params=query)).status_code == 422
    foreign = await do(
        await make_empty_world(), segments.save_segment, name="F", contact_filter=where()
    )
    for wrong in (str(foreign.id), "x"):
        answer = await http.get("/exports/contacts.csv", params={"segment": wrong})
        assert answer.status_code == 404
    posted = await http.post("/exports/contacts.csv", headers={"sec-fetch-site": "cross-site"})
    assert posted.status_code == 403
