"""All kinds of messages: what is checked, what the bubble keeps, what Meta gets."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.inbox.composing import compose, compose_template, message_actions
from xobito_app.features.inbox.composing.compose_template import suggestions
from xobito_app.features.inbox.sending.receipts import send_receipt
from xobito_app.features.inbox.threads import thread_actions, timeline
from xobito_app.features.workspaces.service import rename_workspace
from xobito_app.models.contacts import Contact
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.cards import CardPhone, ContactCard
from xobito_app.whatsapp.payloads_interactive import Button, Row, Section
from xobito_app.whatsapp.templates import Template

BODY = {
    "type": "BODY",
    "text": "Hi {{1}}, order {{2}} is ready.",
    "example": {"body_text": [["a", "b"]]},
}


async def send(line, service, **given):
    order = line.order(is_template=service is compose_template.send_template)
    entry = await line.do(service, order, **given)
    await line.dispatch()
    row = await line.message(entry.id)
    assert row.status in ("accepted", "sent", "delivered"), row.error_text
    return entry, line.wire.sent[-1]


async def change_contact(line, **changes) -> None:
    thread = await line.thread()
    async with unit_of_work(line.workspace_id) as uow:
        contact = await uow.session.get(Contact, thread.contact_id)
        for name, value in changes.items():
            setattr(contact, name, value)
        uow.session.add(contact)


async def test_a_place(line):
    entry, sent = await send(
        line, compose.send_location, latitude=48.2, longitude=16.37, name=" Shop ", address="Ring 1"
    )
    assert entry.content["location"] == {
        "latitude": 48.2,
        "longitude": 16.37,
        "name": "Shop",
        "address": "Ring 1",
    }
    assert sent["location"]["name"] == "Shop"
    with pytest.raises(Invalid):
        await line.do(compose.send_location, line.order(), latitude=91, longitude=0)


async def test_contact_cards(line):
    card = ContactCard("Ben Brown", phones=(CardPhone("+16505551234"),))
    entry, sent = await send(line, compose.send_contact_card, cards=[card])
    assert entry.content["cards"][0]["formatted_name"] == "Ben Brown"
    assert sent["contacts"][0]["name"]["formatted_name"] == "Ben Brown"
    thread = await line.thread()
    (own,) = await line.do(compose.cards_of, [thread.contact_id])
    assert own.phones[0].phone == "+16505550121"


async def test_buttons_lists_and_links(line):
    entry, sent = await send(
        line,
        compose.send_interactive,
        body="Which one?",
        choice=compose.Buttons([Button("a", "Red"), Button("b", "Blue")]),
        header="Colors",
        footer="Take your time",
    )
    assert entry.content["interactive"] == {
        "kind": "button",
        "header": "Colors",
        "body": "Which one?",
        "footer": "Take your time",
        "buttons": [{"id": "a", "title": "Red"}, {"id": "b", "title": "Blue"}],
    }
    assert sent["interactive"]["type"] == "button"
    section = Section([Row("r1", "Small", "up to 2 kg"), Row("r2", "Large")], "Sizes")
    entry, sent = await send(
        line, compose.send_interactive, body="Size?", choice=compose.ChoiceList("Choose", [section])
    )
    assert [r["title"] for r in entry.content["interactive"]["sections"][0]["rows"]] == [
        "Small",
        "Large",
    ]
    assert sent["interactive"]["action"]["button"] == "Choose"
    link = compose.LinkButton("Open", "https://shop.example/1")
    _, sent = await send(line, compose.send_interactive, body="Look", choice=link)
    assert sent["interactive"]["action"]["parameters"]["url"] == "https://shop.example/1"
    four = compose.Buttons([Button(str(n), str(n)) for n in range(4)])
    with pytest.raises(Invalid):
        await line.do(compose.send_interactive, line.order(), body="x", choice=four)


async def test_a_template_with_values(line):
    await change_contact(line, first_name="Ana")
    template = await line.template(
        components=[
            {"type": "HEADER", "format": "TEXT", "text": "Shop news"},
            BODY,
            {"type": "FOOTER", "text": "Your shop"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]},
        ]
    )
    values = await line.do(
        compose_template.suggest_values, conversation_id=line.thread_id, template_id=template.id
    )
    assert values == {"body.1": "Ana"}
    with pytest.raises(Invalid) as caught:
        await line.do(
            compose_template.send_template,
            line.order(is_template=True),
            template_id=template.id,
            values=values,
        )
    assert set(caught.value.fields) == {"body.2"}
    assert await line.outgoing() == []

    async def taken(request, inner):
        return httpx.Response(200, json={"messages": [{"id": "wamid.template"}]})

    line.wire.trick = taken
    entry, sent = await send(
        line,
        compose_template.send_template,
        template_id=template.id,
        values={**values, "body.2": "7"},
    )
    assert entry.body == "Hi Ana, order 7 is ready."
    shown = entry.content["template"]
    assert (shown["header"], shown["footer"]) == ("Shop news", "Your shop")
    assert shown["buttons"][0]["title"] == "Thanks"
    parameters = sent["template"]["components"][0]["parameters"]
    assert [p["text"] for p in parameters] == ["Ana", "7"]
    async with unit_of_work(line.workspace_id) as uow:
        row = await uow.session.get(type(template), template.id)
    assert row.use_count == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "PENDING"},
        {"status": "PAUSED"},
        {"components": [BODY, {"type": "CAROUSEL"}]},
    ],
)
async def test_only_approved_templates_that_can_be_filled_go_out(line, changes):
    template = await line.template(**changes)
    with pytest.raises(Invalid):
        await line.do(
            compose_template.send_template,
            line.order(is_template=True),
            template_id=template.id,
            values={"body.1": "a", "body.2": "b"},
        )


async def test_gone_and_foreign_templates_are_not_there(line, world):
    gone = await line.template(gone_at=clock.now())
    with pytest.raises(NotFound):
        await line.do(
            compose_template.send_template,
            line.order(is_template=True),
            template_id=gone.id,
            values={},
        )
    with pytest.raises(NotFound):
        await line.do(
            compose_template.send_template,
            line.order(is_template=True),
            template_id=world.number_id,
            values={},
        )


async def test_marketing_spares_those_who_opted_out(line):
    await change_contact(line, opted_out_at=clock.now())
    marketing = await line.template(category="MARKETING")
    with pytest.raises(Invalid, match="opted out"):
        await line.do(
            compose_template.send_template,
            line.order(is_template=True),
            template_id=marketing.id,
            values={},
        )
    utility = await line.template(name="receipt")
    await line.do(
        compose_template.send_template,
        line.order(is_template=True),
        template_id=utility.id,
        values={},
    )


def test_named_blanks_are_filled_by_facts_of_that_name():
    text = "Hi {{first_name}} of {{company}}: {{points}} points, {{other}}"
    chosen = Template.of(
        {"parameter_format": "NAMED", "components": [{"type": "BODY", "text": text}]}
    )
    contact = Contact(
        workspace_id=uuid4(),
        profile_name="Ana Ruiz",
        company="Acme",
        custom={"points": 12},
    )
    assert suggestions(chosen, contact) == {
        "body.first_name": "Ana",
        "body.company": "Acme",
        "body.points": "12",
    }


async def test_somebody_known_only_by_user_id_is_written_to_by_it(line):
    from tests import deliveries

    message = {**deliveries.text("", "hi"), "from_user_id": "US.1349"}
    message.pop("from")
    person = {"profile": {"name": "Kim"}, "user_id": "US.1349"}
    body = deliveries.envelope(
        line.world, deliveries.change(line.world, contacts=[person], messages=[message])
    )
    await line.deliver(body)
    thread_id = await line.until_received(message["id"])
    await line.do(compose.send_text, line.order(conversation_id=thread_id), body="hello")
    await line.dispatch()
    assert line.wire.sent[-1]["recipient"] == "US.1349"
    assert "to" not in line.wire.sent[-1]


async def test_reading_tells_the_customer(line):
    await line.do(thread_actions.mark_read, conversation_id=line.thread_id, shown=None)
    assert await send_receipt(line.workspace_id, line.thread_id, also="typing")
    (sent,) = line.wire.sent
    assert sent["status"] == "read"
    assert sent["typing_indicator"] == {"type": "text"}


async def test_the_customer_is_told_only_of_what_somebody_has_seen(line):
    assert not await send_receipt(line.workspace_id, line.thread_id)
    await line.do(thread_actions.mark_read, conversation_id=line.thread_id, shown=None)
    (seen,) = (await line.do(timeline.read_thread, conversation_id=line.thread_id)).entries
    await line.write()
    assert await send_receipt(line.workspace_id, line.thread_id)
    (sent,) = line.wire.sent
    assert sent["message_id"] == seen.wamid


async def test_typing_is_shown_by_those_who_may_reply(line):
    viewer = await make_member(line.world, "Viewer")
    with pytest.raises(Forbidden):
        await line.do(message_actions.show_typing, conversation_id=line.thread_id, actor=viewer)
    await line.do(message_actions.show_typing, conversation_id=line.thread_id)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " ", "phone": "+43664123456"}, "name"),
        ({"name": "Ben"}, "phone"),
        ({"name": "Ben", "phone": "12"}, "phone"),
        ({"name": "Ben", "email": "nobody"}, "email"),
    ],
)
async def test_a_typed_card_needs_a_name_and_a_way_to_reach(line, typed, field):
    with pytest.raises(Invalid) as caught:
        await line.do(compose.typed_card, **typed)
    assert set(caught.value.fields) == {field}


async def test_a_number_on_a_typed_card_is_read_in_the_workspaces_country(line):
    await line.do(rename_workspace, name="Shop", time_zone="UTC", country="AT")
    card = await line.do(compose.typed_card, name=" Ben  Brown ", phone="0664 1234567")
    assert (card.formatted_name, card.phones[0].phone) == ("Ben Brown", "+436641234567")
