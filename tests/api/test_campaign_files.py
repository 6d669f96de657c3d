"""The files of a campaign: its audience and its header go up, who is left out comes down."""

import csv
import io

import httpx
import pytest
from sqlmodel import select

from tests.api.test_exports import sign_in
from tests.features.campaigns.drafts import draft, store_people, store_template
from tests.fixtures import make_member
from xobito_app.api.app import build_api
from xobito_app.features.campaigns import service
from xobito_app.features.contacts.records import contacts
from xobito_app.models.inbox import Media
from xobito_app.persistence.unit_of_work import unit_of_work

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
async def http():
    transport = httpx.ASGITransport(app=build_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def send(http, campaign_id, kind: str, name: str, content: bytes, mime: str):
    address = f"/imports/campaigns/{campaign_id}/{kind}"
    return await http.post(address, files={"file": (name, content, mime)})


async def test_a_file_becomes_the_audience(http, line):
    await sign_in(http, line.world, line.world.owner)
    campaign = await draft(line, template_id=await store_template(line))
    content = b"phone,city\n+16505550001,Rome\n+16505550002,Oslo\n"
    answer = await send(http, campaign.id, "recipients", "people.csv", content, "text/csv")
    assert (answer.status_code, answer.json()) == (201, {"id": str(campaign.id)}), answer.text
    found = await line.do(service.get_campaign, campaign_id=campaign.id)
    assert (found.audience.file.name, found.audience.file.rows) == ("people.csv", 2)


async def test_a_file_without_phone_numbers_says_so(http, line):
    await sign_in(http, line.world, line.world.owner)
    campaign = await draft(line, template_id=await store_template(line))
    answer = await send(http, campaign.id, "recipients", "x.csv", b"city\nRome\n", "text/csv")
    assert answer.status_code == 422
    assert "phone" in answer.json()["message"]


async def test_a_picture_becomes_the_header(http, line):
    await sign_in(http, line.world, line.world.owner)
    campaign = await draft(line, template_id=await store_template(line))
    answer = await send(http, campaign.id, "header", "sale.png", PNG, "image/png")
    assert answer.status_code == 201, answer.text
    found = await line.do(service.get_campaign, campaign_id=campaign.id)
    assert found.header_media_id is not None


async def test_who_is_left_out_comes_as_a_table(http, line):
    await sign_in(http, line.world, line.world.owner)
    _, second = await store_people(line, 2)
    await line.do(contacts.update_contact, contact_id=second, draft={"opted_out": True})
    campaign = await draft(line, template_id=await store_template(line))
    answer = await http.get(f"/exports/campaigns/{campaign.id}/excluded.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Name"], row["Reason"]) for row in rows] == [("Person 1", "opted_out")]


async def test_a_campaign_that_is_not_whole_has_no_table_yet(http, line):
    await sign_in(http, line.world, line.world.owner)
    campaign = await draft(line, audience=None, template_id=await store_template(line))
    answer = await http.get(f"/exports/campaigns/{campaign.id}/excluded.csv")
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["excluded.csv", "recipients.csv"])
async def test_who_may_not_export_contacts_gets_no_table(http, line, name):
    campaign = await draft(line, template_id=await store_template(line))
    await sign_in(http, line.world, await make_member(line.world, "Viewer"))
    answer = await http.get(f"/exports/campaigns/{campaign.id}/{name}")
    assert answer.status_code == 403


async def test_who_may_not_change_campaigns_leaves_no_file(http, line):
    campaign = await draft(line, template_id=await store_template(line))
    await sign_in(http, line.world, await make_member(line.world, "Viewer"))
    for kind, name, content, mime in (
        ("recipients", "x.csv", b"phone\n+16505550001\n", "text/csv"),
        ("header", "sale.png", PNG, "image/png"),
    ):
        answer = await send(http, campaign.id, kind, name, content, mime)
        assert answer.status_code == 403
    async with unit_of_work(line.workspace_id) as uow:
        assert (await uow.session.exec(select(Media))).all() == []
