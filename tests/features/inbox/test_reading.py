"""What counts as read: what was before somebody's eyes, and nothing that came after."""

from __future__ import annotations

import time

import pytest

from tests import deliveries
from tests.fixtures import make_member
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import mentions, thread_actions, threads, timeline
from xobito_app.features.ingest.drain import drain
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work

CUSTOMER = "16505551300"


async def do(world, service, actor=None, **given):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, actor or world.owner, **given)


async def write(world, *bodies, at=None, sender=CUSTOMER):
    for body in bodies:
        await deliveries.store(deliveries.incoming(world, sender, body, at=at or time.time()))
        await drain()


async def line(world, actor=None):
    return (await do(world, threads.list_threads, actor, wanted=ThreadFilter())).rows[0]


@pytest.fixture
async def thread(world):
    """A thread with three messages; returns its id and the ids of what stands in it."""
    await write(world, "one", "two", "three", at=time.time() - 100)
    thread_id = (await line(world)).id
    return thread_id, await shown(world, thread_id)


async def shown(world, thread_id, limit=50):
    found = await do(world, timeline.read_thread, conversation_id=thread_id, limit=limit)
    return [entry.id for entry in found.entries]


async def test_what_came_after_the_screen_was_read_stays_unread(world, thread):
    thread_id, seen = thread
    await write(world, "four", "five")
    assert await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=seen)
    assert (await line(world)).unread == 2
    seen = await shown(world, thread_id)
    assert await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=seen)
    assert (await line(world)).unread == 0


async def test_an_older_message_that_comes_late_is_unread_until_it_is_shown(world):
    began = time.time() - 100
    await write(world, "one", at=began)
    thread_id = (await line(world)).id
    await write(world, "three", at=began + 50)
    seen = await shown(world, thread_id)
    await write(world, "two", at=began + 25)
    await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=seen)
    assert (await line(world)).unread == 1


async def test_what_stands_above_the_window_is_read_with_it(world, thread):
    thread_id, _ = thread
    newest = await shown(world, thread_id, limit=1)
    await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=newest)
    assert (await line(world)).unread == 0


async def test_nothing_shown_marks_nothing(world, thread):
    thread_id, seen = thread
    assert not await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=[])
    assert not await do(world, mentions.mark_seen, conversation_id=thread_id, shown=[])
    assert (await line(world)).unread == 3
    assert seen


async def test_a_tab_that_shows_less_takes_nothing_back(world, thread):
    thread_id, seen = thread
    await write(world, "four")
    everything = await shown(world, thread_id)
    await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=everything)
    assert not await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=seen)
    assert (await line(world)).unread == 0


async def test_entries_of_ours_and_of_before_the_connection_are_not_counted(world, thread):
    thread_id, seen = thread
    await do(world, thread_actions.add_note, conversation_id=thread_id, body="a note", key="n")
    async with unit_of_work(world.workspace_id) as uow:
        row = await uow.session.get(Message, seen[-1])
        assert row
        kept = {name: getattr(row, name) for name in type(row).model_fields}
        del kept["id"], kept["wamid"]
        uow.session.add(Message(**{**kept, "origin": "history"}))
    await do(world, thread_actions.mark_read, conversation_id=thread_id, shown=seen)
    assert (await line(world)).unread == 0


async def test_a_newer_mention_stays_on_the_list(world, thread):
    thread_id, seen = thread
    ana = await make_member(world, "Agent", "Ana Ruiz")
    await do(world, thread_actions.add_note, conversation_id=thread_id, body="@Ana Ruiz", key="n")
    assert not await do(world, mentions.mark_seen, ana, conversation_id=thread_id, shown=seen)
    seen = await shown(world, thread_id)
    assert await do(world, mentions.mark_seen, ana, conversation_id=thread_id, shown=seen)
