import json
from uuid import UUID

import pytest

from tests import deliveries
from tests.deliveries import envelope, incoming
from tests.fixtures import World, make_member, make_world
from xobito_app.core.errors import Forbidden, NotFound
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.threads import threads
from xobito_app.features.ingest import drain, journal
from xobito_app.models.connection import EventState
from xobito_app.persistence.unit_of_work import unit_of_work


async def _deliver(*bodies: dict) -> None:
    for body in bodies:
        await deliveries.store(body)
    await drain.drain()


async def _list(world: World, **wanted):
    async with unit_of_work(world.workspace_id) as uow:
        return await journal.list_deliveries(uow.session, world.owner, **wanted)


async def _replay(world: World, actor: Actor, event_id: UUID) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        await journal.replay(uow.session, actor, event_id=event_id)
    await drain.drain()


async def test_newest_first_in_pages_with_what_each_did(world: World):
    await _deliver(*(incoming(world, f"1650555{place:04}", "hi") for place in range(5)))
    first = await _list(world, limit=3)
    second = await _list(world, limit=3, cursor=first.cursor)
    lines = (*first.rows, *second.rows)
    assert [len(first.rows), len(second.rows), second.cursor] == [3, 2, ""]
    assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
    assert {line.state for line in lines} == {EventState.DONE}
    assert lines[0].fields == ("messages",)
    assert {line.summary for line in lines} == {"1 × message"}


async def test_what_failed_is_filtered_with_its_reason_and_can_be_replayed(world: World):
    nobody = {"field": "messages", "value": {"messages": [{"id": "wamid.x", "type": "text"}]}}
    await _deliver(incoming(world, "16505550601", "fine"), envelope(world, nobody))
    page = await _list(world, state="failed")
    (line,) = page.rows
    assert line.error
    await _replay(world, world.owner, line.id)
    async with unit_of_work(world.workspace_id) as uow:
        view = await journal.read_delivery(uow.session, world.owner, event_id=line.id)
    assert view.attempts == 1
    assert json.loads(view.body)["entry"]
    assert '\n  "entry"' in view.body


async def test_a_replay_does_nothing_twice(world: World):
    await _deliver(incoming(world, "16505550602", "once"))
    (line,) = (await _list(world)).rows
    await _replay(world, world.owner, line.id)
    async with unit_of_work(world.workspace_id) as uow:
        counts = await threads.count_threads(uow.session, world.owner)
    assert counts.all == 1
    assert (await _list(world)).rows[0].state == EventState.DONE


async def test_another_workspace_reads_and_replays_none_of_it(world: World):
    await _deliver(incoming(world, "16505550603", "private"))
    (line,) = (await _list(world)).rows
    stranger = await make_world()
    assert (await _list(stranger)).rows == ()
    async with unit_of_work(stranger.workspace_id) as uow:
        with pytest.raises(NotFound):
            await journal.read_delivery(uow.session, stranger.owner, event_id=line.id)
    with pytest.raises(NotFound):
        await _replay(stranger, stranger.owner, line.id)


async def test_agents_do_not_see_the_journal_and_viewers_do_not_replay(world: World):
    await _deliver(incoming(world, "16505550604", "hi"))
    (line,) = (await _list(world)).rows
    agent, viewer = await make_member(world, "Agent"), await make_member(world, "Viewer")
    async with unit_of_work(world.workspace_id) as uow:
        with pytest.raises(Forbidden):
            await journal.list_deliveries(uow.session, agent)
        assert (await journal.list_deliveries(uow.session, viewer)).rows
    with pytest.raises(Forbidden):
        await _replay(world, viewer, line.id)
