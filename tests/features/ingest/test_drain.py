"""Deliveries under disorder: everything once, nothing lost, nothing held up."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import deliveries
from tests.fixtures import World, make_world
from xobito_app.features.ingest.drain import drain
from xobito_app.models.connection import InboundEvent
from xobito_app.models.contacts import Contact, ContactIdentity
from xobito_app.models.inbox import Conversation, Message, PendingEffect, Reaction
from xobito_app.persistence.unit_of_work import unit_of_work


async def add_answer(session: AsyncSession, thread: Conversation, *, status: str) -> Message:
    """Store an outgoing text of a thread."""
    answer = Message(
        workspace_id=thread.workspace_id,
        conversation_id=thread.id,
        number_id=thread.number_id,
        contact_id=thread.contact_id,
        direction="out",
        body="reply",
        status=status,
        at=thread.last_message_at,
    )
    session.add(answer)
    await session.flush()
    return answer


async def deliver(*bodies: object) -> None:
    for body in bodies:
        await deliveries.store(body)
    await drain()


async def count(world: World, model: type) -> int:
    async with unit_of_work(world.workspace_id) as uow:
        statement = select(func.count()).select_from(model)
        return (
            await uow.session.exec(statement.where(model.workspace_id == world.workspace_id))
        ).one()


async def messages(world: World) -> list[Message]:
    async with unit_of_work(world.workspace_id) as uow:
        return list((await uow.session.exec(select(Message).order_by(col(Message.at)))).all())


async def events(world: World) -> list[InboundEvent]:
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(InboundEvent.workspace_id == world.workspace_id)
        return list((await uow.session.exec(statement.order_by(col(InboundEvent.id)))).all())


async def flood(bodies: list[dict[str, Any]]) -> None:
    """Post each delivery three times, and once more in another envelope, shuffled, eight at once.

    Meta repeats a delivery, and a second app may get the same message in another envelope.
    """
    raw = [json.dumps(body).encode() for body in bodies] * 3
    raw += [json.dumps({**body, "again": True}).encode() for body in bodies]
    random.Random(7).shuffle(raw)

    async def post_and_drain(chunk: list[bytes]) -> None:
        for body in chunk:
            await deliveries.store(body)
        await drain()

    await asyncio.gather(*(post_and_drain(raw[i::8]) for i in range(8)))
    await drain()


async def test_each_message_is_stored_once_whatever_the_order_and_the_repeats(world):
    senders = [f"1650555{n:04}" for n in range(50)]
    await flood([deliveries.incoming(world, s, f"message {i}") for s in senders for i in range(5)])
    assert await count(world, Message) == 250
    assert await count(world, Contact) == 50
    assert await count(world, Conversation) == 50
    assert {event.state for event in await events(world)} == {"done"}


async def test_known_contacts_keep_their_thread_and_answers_their_furthest_status(world):
    senders = [f"1650555{n:04}" for n in range(50)]
    await deliver(*(deliveries.incoming(world, s, "hello") for s in senders))
    async with unit_of_work(world.workspace_id) as uow:
        answers: list[Message] = []
        for number, thread in enumerate((await uow.session.exec(select(Conversation))).all()):
            thread.status = "closed" if number % 2 else "open"
            answer = await add_answer(uow.session, thread, status="accepted")
            answer.wamid = deliveries.wamid()
            answers.append(answer)
    words = [
        deliveries.envelope(
            world, deliveries.change(world, statuses=[deliveries.status(answer.wamid, word)])
        )
        for answer in answers
        for word in ("sent", "delivered", "read")
    ]
    await flood(
        [deliveries.incoming(world, s, f"again {i}") for s in senders for i in range(4)] + words
    )
    assert await count(world, Contact) == 50
    assert await count(world, Conversation) == 50
    stored = await messages(world)
    assert sum(m.direction == "in" for m in stored) == 250
    assert {m.status for m in stored if m.direction == "out"} == {"read"}
    async with unit_of_work(world.workspace_id) as uow:
        threads = (await uow.session.exec(select(Conversation))).all()
    assert {(thread.status, thread.inbound_count) for thread in threads} == {("open", 5)}


async def test_a_returning_contact_keeps_the_thread(world):
    await deliver(deliveries.incoming(world, "16505550001", "first"))
    async with unit_of_work(world.workspace_id) as uow:
        thread = (await uow.session.exec(select(Conversation))).one()
        thread.status = "closed"
        uow.session.add(thread)
    await deliver(deliveries.incoming(world, "16505550001", "again"))
    async with unit_of_work(world.workspace_id) as uow:
        thread = (await uow.session.exec(select(Conversation))).one()
    assert (thread.status, thread.inbound_count, thread.last_preview) == ("open", 2, "again")


async def test_brazilian_spellings_are_one_contact(world):
    await deliver(
        deliveries.incoming(world, "5511987654321", "with nine"),
        deliveries.incoming(world, "551187654321", "without"),
    )
    assert await count(world, Contact) == 1
    assert await count(world, Message) == 2


async def test_a_person_without_a_phone_is_known_by_the_user_id(world):
    hidden = {**deliveries.text("", "hi"), "from_user_id": "US.1349"}
    del hidden["from"]
    for body in ("hi", "there"):
        message = {**hidden, "id": deliveries.wamid(), "text": {"body": body}}
        value = deliveries.change(
            world, contacts=[{"profile": {"name": "Sam"}, "user_id": "US.1349"}], messages=[message]
        )
        await deliver(deliveries.envelope(world, value))
    # Later the phone is disclosed together with the id: still the same person.
    shown = deliveries.change(
        world,
        contacts=[deliveries.person("16505550009", "Sam", "US.1349")],
        messages=[deliveries.text("16505550009", "me", from_user_id="US.1349")],
    )
    await deliver(deliveries.envelope(world, shown))
    async with unit_of_work(world.workspace_id) as uow:
        contact = (await uow.session.exec(select(Contact))).one()
        kinds = (await uow.session.exec(select(ContactIdentity.kind))).all()
    assert contact.phone == "+16505550009"
    assert sorted(kinds) == ["bsuid", "wa_id"]
    assert await count(world, Message) == 3


async def test_statuses_only_move_forward_and_may_come_first(world):
    await deliver(deliveries.incoming(world, "16505550001", "hello"))
    async with unit_of_work(world.workspace_id) as uow:
        thread = (await uow.session.exec(select(Conversation))).one()
        sent = await add_answer(uow.session, thread, status="unresolved")
    first = deliveries.wamid()
    for word in ("delivered", "sent", "read", "delivered"):
        body = deliveries.status(first, word, biz_opaque_callback_data=str(sent.id))
        await deliver(deliveries.envelope(world, deliveries.change(world, statuses=[body])))
    stored = next(m for m in await messages(world) if m.id == sent.id)
    assert (stored.status, stored.wamid) == ("read", first)
    assert stored.delivered_at is not None
    assert stored.sent_at is not None


async def test_edits_deletions_and_reactions_may_come_before_their_message(world):
    original = deliveries.text("16505550001", "teh stock?")
    edit = {
        **deliveries.text("16505550001", ""),
        "type": "edit",
        "edit": {
            "original_message_id": original["id"],
            "message": {"type": "text", "text": {"body": "the stock?"}},
        },
    }
    reaction = {
        **deliveries.text("16505550001", ""),
        "type": "reaction",
        "reaction": {"message_id": original["id"], "emoji": "👍"},
    }
    for message in (edit, reaction, original):
        value = deliveries.change(
            world, contacts=[deliveries.person("16505550001")], messages=[message]
        )
        await deliver(deliveries.envelope(world, value))
    (stored,) = await messages(world)
    assert (stored.body, stored.content["edits"]) == ("the stock?", ["teh stock?"])
    assert await count(world, Reaction) == 1
    assert await count(world, PendingEffect) == 0


async def test_odd_parts_are_kept_and_do_not_hold_up_their_neighbours(world):
    good = deliveries.text("16505550001", "good")
    strange = {**deliveries.text("16505550002", ""), "type": "hologram", "hologram": {"x": 1}}
    nobody = {"id": deliveries.wamid(), "timestamp": "1", "type": "text", "text": {"body": "?"}}
    odd_time = {**deliveries.text("16505550003", "when"), "timestamp": "not a time"}
    value = deliveries.change(world, messages=[nobody, "rubbish", strange, good, odd_time])
    unknown = {"field": "brand_new_field", "value": {"anything": [1, 2]}}
    await deliver(deliveries.envelope(world, value, unknown))
    stored = {m.kind: m for m in await messages(world)}
    assert await count(world, Message) == 3
    assert stored["unknown"].content["raw"]["hologram"] == {"x": 1}
    (event,) = await events(world)
    assert event.state == "partial"
    assert "nobody" in event.error
    assert json.loads(event.body)["entry"][0]["changes"][1] == unknown


async def test_a_delivery_for_two_workspaces_is_split(world):
    other = await make_world()
    mixed = deliveries.incoming(world, "16505550001", "for the first")
    mixed["entry"] += deliveries.incoming(other, "16505550001", "for the second")["entry"]
    await deliver(mixed)
    assert [m.body for m in await messages(world)] == ["for the first"]
    assert [m.body for m in await messages(other)] == ["for the second"]
    (event,) = await events(world)
    assert b"second" not in event.body


async def test_what_is_nobodys_is_kept_unclaimed(world):
    stranger = {"object": "x", "entry": [{"id": "no-such-account", "changes": [{"field": "f"}]}]}
    await deliver(stranger)
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(InboundEvent.state == "unclaimed")
        kept = (await uow.session.exec(statement)).all()
    assert any(b"no-such-account" in event.body for event in kept)
