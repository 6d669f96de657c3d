"""Kinds that are easily lost or shown as something else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.odd import SENDER, deliver, only, receive, shown
from tests.features.ingest.test_drain import add_answer
from tests.fixtures import World
from xobito_app.core.errors import Forbidden
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.outgoing import Order
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, Media, Message
from xobito_app.persistence.unit_of_work import unit_of_work

# --- history -----------------------------------------------------------------------------------


def old(wamid: str, **content: Any) -> dict[str, Any]:
    return {
        "from": SENDER,
        "id": wamid,
        "timestamp": str(int(time.time()) - 86_400),
        "history_context": {"status": "READ"},
        **content,
    }


def history(world: World, message: dict[str, Any]) -> dict[str, Any]:
    threads_ = [{"id": SENDER, "messages": [message]}]
    change = deliveries.change(world, history=[{"metadata": {"phase": 1}, "threads": threads_}])
    return {**change, "field": "history"}


PICTURE = {"id": "991", "mime_type": "image/jpeg", "sha256": "x", "caption": "The old oven"}


@pytest.mark.parametrize(
    "placeholder",
    [
        {"type": "media_placeholder"},
        {"type": "image", "image": {"mime_type": "image/jpeg"}},
        {"type": "unsupported", "unsupported": {"type": "media_placeholder"}},
    ],
    ids=["placeholder", "without an id", "unsupported"],
)
@pytest.mark.parametrize("field", ["history", "messages"])
async def test_a_placeholder_is_replaced_when_its_file_follows(world, placeholder, field):
    wamid = deliveries.wamid()
    await deliver(world, history(world, old(wamid, **placeholder)))
    (before,) = await shown(world)
    assert not before.has_media
    follows = deliveries.change(world, messages=[old(wamid, type="image", image=PICTURE)])
    for _ in range(2):
        await deliver(world, {**follows, "field": field})
    (entry,) = await shown(world)
    assert (entry.kind, entry.text, entry.has_media) == ("image", "The old oven", True)
    media = await only(world, Media)
    assert (media.meta_media_id, str(media.state)) == ("991", "pending")
    thread = await only(world, Conversation)
    assert thread.last_preview == "The old oven"
    assert thread.inbound_count == 0


async def test_a_message_that_is_no_placeholder_is_not_replaced(world):
    wamid = deliveries.wamid()
    await receive(world, id=wamid, text={"body": "words"})
    await receive(world, id=wamid, type="image", image=PICTURE)
    (entry,) = await shown(world)
    assert (entry.kind, entry.text) == ("text", "words")


# --- groups ------------------------------------------------------------------------------------


async def test_a_group_has_a_thread_of_its_own_and_names_who_wrote(world):
    await receive(world, text={"body": "privately"})
    await receive(world, text={"body": "to all"}, group_id="group-123456")
    await receive(world, text={"body": "me too"}, group_id="group-123456")
    private, (first, second) = await shown(world, 0), await shown(world, 1)
    assert [entry.text for entry in private] == ["privately"]
    assert (first.text, first.author, first.shows_author) == ("to all", "Ana Ruiz", True)
    assert (second.joins_previous, second.shows_author) == (True, False)
    async with unit_of_work(world.workspace_id) as uow:
        page = await threads.list_threads(uow.session, world.owner, ThreadFilter())
        people = (await uow.session.exec(select(Contact))).all()
    lines = {line.is_group: line for line in page.rows}
    assert lines[True].name == "WhatsApp group …123456"
    assert lines[True].preview == "Ana Ruiz: me too"
    assert lines[False].preview == "privately"
    assert sorted(person.phone or "" for person in people) == ["", f"+{SENDER}"]


async def test_nobody_writes_into_a_group_from_here(world):
    await receive(world, text={"body": "to all"}, group_id="group-1")
    thread = await only(world, Conversation)
    async with unit_of_work(world.workspace_id) as uow:
        view = await read_thread(uow.session, world.owner, conversation_id=thread.id)
        assert (view.can_reply, "group" in view.why_not) == (False, True)
        order = Order(conversation_id=thread.id, key="k")
        with pytest.raises(Forbidden, match="group"):
            await send_text(uow.session, world.owner, order, body="hello all")


async def test_a_word_to_a_group_opts_nobody_out(world):
    await receive(world, text={"body": "unsubscribe"}, group_id="group-1")
    assert (await only(world, Contact)).opted_out_at is None


# --- presses and payments ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "is_permanent", "text"),
    [
        ("accept", False, "Calls are allowed for a limited time"),
        ("accept", True, "Calls are allowed"),
        ("reject", False, "Calls are not allowed"),
        ("", False, "Answered about calls"),
    ],
)
async def test_an_answer_to_the_question_of_calls(world, answer, is_permanent, text):
    reply = {"response": answer, "is_permanent": is_permanent, "response_source": "user_action"}
    await receive(
        world,
        type="interactive",
        interactive={"type": "call_permission_reply", "call_permission_reply": reply},
    )
    (entry,) = await shown(world)
    assert (entry.text, entry.chosen) == (text, "Answered whether we may call")
    assert entry.note == ""


@pytest.mark.parametrize(
    "item",
    [
        {
            "type": "interactive",
            "interactive": {
                "type": "payment_method",
                "payment_method": {
                    "payment_method": "upi",
                    "payment_timestamp": 1,
                    "reference_id": "order-7",
                },
            },
        },
        {
            "type": "payment_method",
            "payment_method": {"payment_method": "upi", "reference_id": "order-7"},
        },
    ],
    ids=["interactive", "by itself"],
)
async def test_a_chosen_payment_method(world, item):
    await receive(world, **item)
    (entry,) = await shown(world)
    assert (entry.text, entry.chosen, entry.note) == ("upi", "Payment", "reference id: order-7")


async def test_a_payment_notification(world):
    told = {"reference_id": "order-7", "status": "captured"}
    await receive(world, type="payment_notification", payment_notification=told)
    (entry,) = await shown(world)
    assert (entry.text, entry.chosen) == ("Payment", "Payment")
    assert set(entry.note.split("\n")) == {"reference id: order-7", "status: captured"}


async def test_a_payment_that_failed_is_no_message_that_failed(world):
    await receive(world, text={"body": "hello"})
    thread = await only(world, Conversation)
    async with unit_of_work(world.workspace_id) as uow:
        sent = await add_answer(
            uow.session, await uow.session.get(Conversation, thread.id), status="delivered"
        )
        sent.wamid = deliveries.wamid()
    failed = deliveries.status(sent.wamid, "failed", type="payment", payment={"amount": {}})
    await deliver(world, deliveries.change(world, statuses=[failed]))
    async with unit_of_work(world.workspace_id) as uow:
        stored = await uow.session.get(Message, sent.id)
    assert (stored.status, stored.failed_at) == ("delivered", None)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ('{"size": "L"}', "size: L"),
        ('["L", "XL"]', "answer: ['L', 'XL']"),
        ('"L"', "answer: L"),
        ("12", "answer: 12"),
        ("not json", "answer: not json"),
        ("null", ""),
        ("[" * 5000, "answer: [["),
    ],
)
async def test_a_form_whose_answers_are_no_object(world, said, note):
    reply = {"name": "flow", "body": "Sent", "response_json": said}
    await receive(world, type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
    (entry,) = await shown(world)
    assert entry.note.startswith(note)
    assert bool(entry.note) is bool(note)


# --- calls -------------------------------------------------------------------------------------


def call(event: str, at: float, **extra: Any) -> dict[str, Any]:
    return {
        "id": "wacid.1",
        "from": SENDER,
        "to": "15550783881",
        "event": event,
        "direction": "USER_INITIATED",
        "timestamp": str(int(at)),
        **extra,
    }


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([("connect", {})], "Incoming call"),
        ([("connect", {}), ("terminate", {"status": "FAILED"})], "Missed call"),
        (
            [("connect", {}), ("terminate", {"status": "Completed", "duration": 75})],
            "Incoming call, 1:15",
        ),
        ([("terminate", {"duration": 75}), ("connect", {})], "Incoming call, 1:15"),
        ([("connect", {}), ("connect", {})], "Incoming call"),
    ],
    ids=["rings", "missed", "taken", "out of order", "twice"],
)
async def test_a_call_is_one_entry_of_the_timeline(world, events, text):
    began = time.time() - 200
    for event, extra in events:
        at = began + (100 if event == "terminate" else 0)
        change = deliveries.change(
            world, contacts=[deliveries.person(SENDER)], calls=[call(event, at, **extra)]
        )
        await deliver(world, {**change, "field": "calls"})
    (entry,) = await shown(world)
    assert (entry.side, entry.kind, entry.text) == ("event", "call", text)
    thread = await only(world, Conversation)
    assert (thread.inbound_count, thread.last_kind, thread.last_preview) == (1, "call", text)
    # A customer's call opens the window as a message does.
    assert int(thread.last_msg_time.timestamp()) == int(began)


async def test_a_call_of_ours_opens_no_window_and_is_told_by_its_statuses(world):
    ours = call("connect", time.time(), direction="BUSINESS_INITIATED", to=SENDER)
    ours["from"] = "15550783881"
    rejected = {
        "id": "wacid.1",
        "status": "REJECTED",
        "type": "call",
        "recipient_id": SENDER,
        "timestamp": str(int(time.time())),
    }
    for value in ({"calls": [ours]}, {"statuses": [rejected]}):
        await deliver(world, {**deliveries.change(world, **value), "field": "calls"})
    (entry,) = await shown(world)
    assert entry.text == "Outgoing call, declined"
    thread = await only(world, Conversation)
    assert (thread.inbound_count, thread.last_msg_time) == (0, None)
