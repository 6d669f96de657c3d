"""What goes with time, and what stays."""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden
from xobito_app.features.contacts.records import contacts
from xobito_app.features.inbox.media import files
from xobito_app.features.inbox.threads import retention, search
from xobito_app.features.inbox.threads.timeline import read_thread
from xobito_app.features.ingest.retention import drop_old_deliveries
from xobito_app.models.connection import InboundEvent
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, ConversationStatus, Media, MediaState, Message
from xobito_app.models.workspaces import Workspace
from xobito_app.persistence.unit_of_work import unit_of_work


async def keep_days(world, days: int) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        row = await uow.session.get(Workspace, world.workspace_id)
        row.settings = {**row.settings, "clear_history_after_days": days}
        uow.session.add(row)


@pytest.fixture
async def old_and_new(world):
    """A thread with one entry of forty days ago, its file, and one of now."""
    sender = "16505551777"
    await deliver(deliveries.incoming(world, sender, "ancient secret"))
    async with unit_of_work(world.workspace_id) as uow:
        message = (await uow.session.exec(select(Message))).one()
        message.at = clock.now() - timedelta(days=40)
        file = Media(
            workspace_id=world.workspace_id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            state=MediaState.STORED,
        )
        uow.session.add_all([message, file])
    with files.draft(world.workspace_id) as draft:
        draft.write_bytes(b"old")
        files.keep(draft, world.workspace_id, file.id)
    await deliver(deliveries.incoming(world, sender, "fresh words"))
    return message.conversation_id, file.id


async def test_old_contents_go_and_the_rest_stays(world, old_and_new):
    conversation_id, media_id = old_and_new
    assert await retention.clear_history(world.workspace_id) == 0
    await keep_days(world, 30)
    assert await retention.clear_history(world.workspace_id) == 1
    assert await retention.clear_history(world.workspace_id) == 0
    async with unit_of_work(world.workspace_id) as uow:
        view = await read_thread(uow.session, world.owner, conversation_id=conversation_id)
        found = await search.search(uow.session, world.owner, typed="ancient")
        assert await uow.session.get(Media, media_id) is None
    assert [entry.body for entry in view.entries] == ["", "fresh words"]
    assert view.entries[0].content == {retention.CLEARED: True}
    assert found.messages == ()
    assert not files.path_of(world.workspace_id, media_id).exists()


async def test_clearing_now_is_for_those_who_may_change_settings(world):
    agent = await make_member(world, "Agent")
    async with unit_of_work(world.workspace_id) as uow:
        with pytest.raises(Forbidden):
            await retention.ask_to_clear(uow.session, agent)
        await retention.ask_to_clear(uow.session, world.owner)


@pytest.mark.parametrize(
    ("seconds_left", "status"), [(-1, "open"), (0, "open"), (1, "snoozed"), (3600, "snoozed")]
)
async def test_snoozed_threads_wake_up_when_their_time_has_come(
    world, old_and_new, seconds_left, status
):
    conversation_id, _ = old_and_new
    begun = clock.now()
    clock.use(lambda: begun)
    try:
        async with unit_of_work(world.workspace_id) as uow:
            thread = await uow.session.get(Conversation, conversation_id)
            thread.status = ConversationStatus.SNOOZED
            thread.snoozed_until = begun + timedelta(seconds=seconds_left)
            uow.session.add(thread)
        await retention.wake(world.workspace_id)
    finally:
        clock.use(None)
    async with unit_of_work(world.workspace_id) as uow:
        thread = await uow.session.get(Conversation, conversation_id)
    assert thread.status == status
    assert (thread.snoozed_until is None) is (status == "open")


async def test_a_closed_thread_is_not_opened_by_an_old_snooze(world, old_and_new):
    conversation_id, _ = old_and_new
    async with unit_of_work(world.workspace_id) as uow:
        thread = await uow.session.get(Conversation, conversation_id)
        thread.status = ConversationStatus.CLOSED
        thread.snoozed_until = clock.now() - timedelta(seconds=1)
        uow.session.add(thread)
    await retention.wake(world.workspace_id)
    async with unit_of_work(world.workspace_id) as uow:
        assert (await uow.session.get(Conversation, conversation_id)).status == "closed"


async def test_deliveries_go_after_thirty_days_unless_they_failed(world):
    old = clock.now() - timedelta(days=31)
    rows = {
        state: InboundEvent(digest=uuid4().hex, received_at=at, state=state, body=b"{}")
        for state, at in (("done", old), ("failed", old), ("partial", old), ("split", clock.now()))
    }
    ids = {state: row.id for state, row in rows.items()}
    async with unit_of_work() as uow:
        uow.session.add_all(rows.values())
    await drop_old_deliveries()
    async with unit_of_work() as uow:
        left = [state for state, i in ids.items() if await uow.session.get(InboundEvent, i)]
    assert left == ["failed", "partial", "split"]


async def test_files_go_after_the_contact_they_came_from(world, old_and_new):
    _, media_id = old_and_new
    path = files.path_of(world.workspace_id, media_id)
    long_ago = (clock.now() - timedelta(days=2)).timestamp()
    os.utime(path, (long_ago, long_ago))
    fresh = uuid4()
    with files.draft(world.workspace_id) as draft:
        files.keep(draft, world.workspace_id, fresh)
    assert await retention.drop_ownerless(world.workspace_id) == 0
    async with unit_of_work(world.workspace_id) as uow:
        for contact in (await uow.session.exec(select(Contact))).all():
            await contacts.delete_contact(uow.session, world.owner, contact_id=contact.id)
    assert await retention.drop_ownerless(world.workspace_id) == 1
    assert not path.exists()
    assert files.path_of(world.workspace_id, fresh).exists()
