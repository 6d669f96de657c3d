from copy import deepcopy
from datetime import timedelta

import pytest

from tests.features.templates.desk import Desk
from tests.fixtures import make_empty_world
from tests.whatsapp.golden_templates import GOLDEN, Golden, each_golden
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.composing import compose_template, template_draft
from xobito_app.features.inbox.threads import template_results
from xobito_app.features.templates import service
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture
async def desk(line):
    return Desk(line)


def _golden(name: str) -> Golden:
    return next(golden for golden in GOLDEN if golden.name == name)


async def _synced(desk: Desk, golden: Golden):
    await desk.put_at_meta(deepcopy(golden.create))
    await desk.sync()
    return await desk.named(golden.create["name"])


async def _send(desk: Desk, template_id, values):
    return await desk.do(
        compose_template.send_template,
        desk.line.order(is_template=True),
        template_id=template_id,
        values=values,
    )


@each_golden
async def test_each_mix_is_offered_filled_and_taken(desk: Desk, golden: Golden):
    row = await _synced(desk, golden)
    offered = await desk.do(
        template_draft.list_sendable,
        conversation_id=desk.line.thread_id,
        search=golden.create["name"],
    )
    assert row.id in {template.id for template in offered}
    shown = await desk.do(
        template_draft.draft_template, conversation_id=desk.line.thread_id, template_id=row.id
    )
    assert {blank.key for blank in shown.blanks} <= set(golden.values)
    # Ids of files are Meta's: what a person has not uploaded is given by its address.
    links = {
        key: f"https://shop.example.com/{value}" if value.isdigit() else value
        for key, value in golden.values.items()
        if key.endswith("header.media")
    }
    entry = await _send(desk, row.id, golden.values | links)
    await desk.line.dispatch()
    message = await desk.line.message(entry.id)
    assert (message.status, message.error_text) in {("accepted", ""), ("sent", "")}
    assert message.template_id == row.id
    sent = desk.line.wire.sent[-1]["template"].get("components", [])
    assert [part["type"] for part in sent] == [part["type"] for part in golden.send]
    if not links:
        assert sent == golden.send


async def test_the_thread_says_what_the_cards_say(desk: Desk):
    golden = _golden("carousel")
    row = await _synced(desk, golden)
    values = {**golden.values, "card.0.header.media": "https://shop.example.com/rye.jpg"}
    entry = await _send(desk, row.id, values)
    assert (await desk.line.message(entry.id)).body == (
        "Hi Bo, our breads of the week are here.\n"
        "1. Rye with 5 % off this week only.\n"
        "2. Spelt with 7 % off this week only."
    )


async def _live_in(session, actor, *, zone: str) -> None:
    workspace = await get_workspace(session, actor.workspace_id)
    workspace.time_zone = zone
    session.add(workspace)


async def test_the_end_of_an_offer_is_the_workspaces_time(desk: Desk):
    golden = _golden("limited_time_offer")
    row = await _synced(desk, golden)
    await desk.do(_live_in, zone="Europe/Rome")
    given = {
        **golden.values,
        "header.media": "https://shop.example.com/a.jpg",
        "offer.expires": "2026-12-24T19:00",
    }
    await _send(desk, row.id, given)
    await desk.line.dispatch()
    parts = {part["type"]: part for part in desk.line.wire.sent[-1]["template"]["components"]}
    (ends,) = parts["limited_time_offer"]["parameters"]
    assert ends["limited_time_offer"] == {"expiration_time_ms": 1798135200000}
    with pytest.raises(Invalid, match="when the offer ends"):
        await _send(desk, row.id, {**given, "offer.expires": "soon"})


async def test_an_uploaded_file_fills_the_header_of_a_card(desk: Desk):
    golden = _golden("carousel")
    row = await _synced(desk, golden)
    for wrong in ("nonsense", ""):
        with pytest.raises(Invalid) as told:
            await _send(desk, row.id, {**golden.values, "card.0.header.media": wrong})
        assert list(told.value.fields) == ["card.0.header.media"]


async def test_what_came_of_a_template_is_counted(desk: Desk):
    row = await _synced(desk, _golden("without_blanks"))
    since = clock.now() - timedelta(days=30)

    async def results(actor=None):
        return await desk.line.do(
            template_results.read_results, actor=actor, template_id=row.id, since=since
        )

    assert (await results()) == template_results.TemplateResults(0, 0, 0, 0, 0, 0)
    entries = [await _send(desk, row.id, {}) for _ in range(4)]
    for entry, status in zip(entries, ("queued", "sent", "read", "failed"), strict=True):
        at = clock.now() - timedelta(days=10 if status == "sent" else 1)
        message = await desk.line.message(entry.id)
        await desk.line.change(message, status=status, at=at, wamid=f"wamid.{entry.id}")
    counted = await results()
    assert (counted.sent, counted.delivered, counted.read, counted.failed) == (2, 1, 1, 1)
    # Whoever wrote when the test began did so a day after the newer one, ten after the older.
    assert (counted.replied, counted.tapped) == (1, 0)
    stranger = (await make_empty_world()).owner
    async with unit_of_work(stranger.workspace_id) as uow:
        theirs = await template_results.read_results(
            uow.session, stranger, template_id=row.id, since=since
        )
    assert theirs.sent == 0


async def test_a_tap_on_a_quick_reply_is_counted(desk: Desk):
    row = await _synced(desk, _golden("all_buttons"))
    entry = await _send(desk, row.id, _golden("all_buttons").values)
    await desk.line.dispatch()
    sent = await desk.line.until(entry.id, "delivered", "read")
    await desk.line.write(type="button", text="Tell me more", payload="more", reply_to=sent.wamid)
    counted = await desk.do(
        template_results.read_results,
        template_id=row.id,
        since=clock.now() - timedelta(days=1),
    )
    assert (counted.sent, counted.replied, counted.tapped) == (1, 1, 1)


async def test_values_come_from_fields_columns_and_fixed_words(desk: Desk):
    row = await _synced(desk, _golden("text_named"))
    template = service.read_template(row)
    values = service.read_values(
        template,
        {
            "header": {"order_number": {"column": "Order", "fallback": "your order"}},
            "body": {
                "first_name": {"field": "contact.first_name", "fallback": "there"},
                "ship_date": {"value": " June 1 "},
            },
        },
    )
    filled = service.render(template, values, {"contact.first_name": "Bo\n"}, {"Order": "B-7"})
    assert isinstance(filled, service.Rendered)
    assert filled.components == _golden("text_named").send
    fallen = service.render(template, values, {}, {})
    assert isinstance(fallen, service.Rendered)
    assert fallen.texts["body.first_name"] == "there"
    bare = service.render(template, {}, {}, {})
    assert isinstance(bare, service.Missing)
    assert set(bare.reasons) == {"header.order_number", "body.first_name", "body.ship_date"}
    long = {**values, "header.order_number": service.FixedValue("x" * 61)}
    refused = service.render(template, long, {}, {})
    assert isinstance(refused, service.Missing)
    assert list(refused.reasons) == ["header.order_number"]


@pytest.mark.parametrize(
    "odd",
    [
        {"body": {"first_name": "Bo"}},
        {"body": {"first_name": {"value": "Bo", "field": "contact.name"}}},
        {"body": {"first_name": {"field": "contact.name", "fallback": 5}}},
        {"body": {"first_name": {}}},
        {"body": {"nobody": {"value": "Bo"}}},
        {"body": {"first_name": {"value": "x" * 2001}}},
        {"cards": {"0": {"body": {"1": {"value": "Bo"}}}}},
    ],
)
async def test_odd_values_are_told_by_their_place(desk: Desk, odd):
    row = await _synced(desk, _golden("text_named"))
    with pytest.raises(Invalid) as told:
        service.read_values(service.read_template(row), odd)
    (place,) = told.value.fields
    assert place.startswith("variables.")
