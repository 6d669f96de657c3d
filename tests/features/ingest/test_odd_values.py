"""Old words, missing and over-long values, and messages that come late."""

from __future__ import annotations

import json
import time

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.odd import SENDER, deliver, only, receive, shown
from tests.features.ingest.test_drain import add_answer
from xobito_app.models.connection import InboundEvent, Number
from xobito_app.models.contacts import Contact, ContactIdentity
from xobito_app.models.inbox import Conversation, Message
from xobito_app.persistence.unit_of_work import unit_of_work

# --- old words and missing ones ----------------------------------------------------------------


async def test_voice_is_an_old_word_for_audio(world):
    await receive(world, type="voice", voice={"id": "5", "mime_type": "audio/ogg"})
    (entry,) = await shown(world)
    assert (entry.kind, entry.is_voice, entry.has_media) == ("audio", True, True)


async def test_who_opens_the_chat_for_the_first_time_is_told(world):
    await receive(world, type="request_welcome")
    (entry,) = await shown(world)
    assert (entry.side, entry.text) == ("event", "Opened this chat for the first time")


async def test_a_changed_user_id_without_a_sender_stays_one_person(world):
    await receive(world, from_user_id="US.old", **{"from": None}, text={"body": "before"})
    change = {"type": "user_changed_user_id", "previous_user_id": "US.old", "user_id": "US.new"}
    await receive(world, **{"from": None}, type="system", system=change)
    await receive(world, from_user_id="US.new", **{"from": None}, text={"body": "after"})
    entries = await shown(world)
    assert [entry.text for entry in entries] == [
        "before",
        "The WhatsApp user id changed",
        "after",
    ]
    assert await only(world, Contact)


async def test_cards_show_e_mails_too(world):
    card = {
        "name": {"formatted_name": "Bo Li"},
        "phones": [{"phone": "+1 650 555 0002"}],
        "emails": [{"email": "bo@example.com"}, {"email": "li@example.com"}],
    }
    await receive(world, type="contacts", contacts=[card])
    (entry,) = await shown(world)
    assert entry.cards[0].detail == "+1 650 555 0002 · bo@example.com, li@example.com"


async def test_without_metadata_the_only_number_of_the_account_is_meant(world):
    change = deliveries.change(world, messages=[deliveries.text(SENDER, "which number?")])
    del change["value"]["metadata"]
    await deliver(world, change)
    assert (await only(world, Message)).number_id == world.number_id


async def test_without_metadata_nobody_guesses_among_several_numbers(world):
    async with unit_of_work(world.workspace_id) as uow:
        uow.session.add(
            Number(
                workspace_id=world.workspace_id,
                connection_id=world.connection_id,
                phone_number_id=f"{world.phone_number_id}2",
            )
        )
    change = deliveries.change(world, messages=[deliveries.text(SENDER, "which number?")])
    del change["value"]["metadata"]
    await deliver(world, change)
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(InboundEvent.workspace_id == world.workspace_id)
        event = (await uow.session.exec(statement)).one()
    assert (event.state, "which business number" in event.error) == ("failed", True)


# --- over-long ids and codes -------------------------------------------------------------------


async def test_over_long_ids_stay_apart_and_are_found_again(world):
    """Two ids that differ only after 255 characters; each finds its edit and its reaction."""
    start = "wamid." + "A" * 300
    for end in ("1", "2"):
        await receive(world, id=start + end, text={"body": f"message {end}"})
        await receive(world, id=start + end, text={"body": "a repeat"})
    edit = {
        "original_message_id": start + "2",
        "message": {"type": "text", "text": {"body": "new"}},
    }
    await receive(world, type="edit", edit=edit)
    reaction = {"message_id": start + "1", "emoji": "👍"}
    await receive(world, type="reaction", reaction=reaction)
    entries = {entry.text: entry.reaction for entry in await shown(world)}
    assert entries == {"message 1": "👍", "new": ""}


async def test_over_long_user_ids_are_two_people(world):
    for end in ("1", "2"):
        await receive(world, from_user_id="US." + "9" * 300 + end, **{"from": None})
    async with unit_of_work(world.workspace_id) as uow:
        names = (await uow.session.exec(select(ContactIdentity.value))).all()
    assert len(set(names)) == 2


@pytest.mark.parametrize("code", [131026, 2**40, 2**70, "x" * 500, -1])
async def test_codes_of_any_size_cost_nothing(world, code):
    await receive(world, text={"body": "hello"})
    thread = await only(world, Conversation)
    async with unit_of_work(world.workspace_id) as uow:
        sent = await add_answer(
            uow.session, await uow.session.get(Conversation, thread.id), status="accepted"
        )
        sent.wamid = deliveries.wamid()
    failed = deliveries.status(sent.wamid, "failed", errors=[{"code": code, "title": "t"}])
    await deliver(world, deliveries.change(world, statuses=[failed]))
    async with unit_of_work(world.workspace_id) as uow:
        assert (await uow.session.get(Message, sent.id)).status == "failed"
    async with unit_of_work() as uow:
        statement = select(InboundEvent.body).where(InboundEvent.workspace_id == world.workspace_id)
        assert any(json.dumps(code).encode() in raw for raw in await uow.session.exec(statement))


# --- order -------------------------------------------------------------------------------------


async def test_an_older_message_that_comes_late_moves_nothing_back(world):
    """Neither the preview nor the time of the thread nor the reply window."""
    now = int(time.time())
    await receive(world, text={"body": "newer"}, timestamp=str(now))
    await receive(world, text={"body": "older"}, timestamp=str(now - 3600))
    thread = await only(world, Conversation)
    contact = await only(world, Contact)
    assert thread.last_preview == "newer"
    assert int(thread.last_message_at.timestamp()) == now
    assert int(thread.last_msg_time.timestamp()) == now
    assert int(contact.last_msg_time.timestamp()) == now
    assert [entry.text for entry in await shown(world)] == ["older", "newer"]


async def test_a_late_reaction_moves_the_window_forward_and_never_back(world):
    now = int(time.time())
    await receive(world, text={"body": "hello"}, timestamp=str(now - 3600))
    for at in (now, now - 1800):
        await receive(
            world,
            type="reaction",
            reaction={"message_id": "wamid.x", "emoji": "👍"},
            timestamp=str(at),
        )
    thread = await only(world, Conversation)
    assert int(thread.last_msg_time.timestamp()) == now
    assert int(thread.last_message_at.timestamp()) == now - 3600
