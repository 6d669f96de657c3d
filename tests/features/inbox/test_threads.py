"""Who sees which thread, in lists, counts, search and by id; and the work done on threads."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_member, make_world
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.inbox.schemas import ListView, ThreadFilter
from xobito_app.features.inbox.threads import search, thread_actions, threads, timeline
from xobito_app.persistence.unit_of_work import unit_of_work


async def listed(actor, view=ListView.ALL, **wanted):
    async with unit_of_work(actor.workspace_id) as uow:
        page = await threads.list_threads(uow.session, actor, ThreadFilter(view, **wanted))
    return page.rows


@pytest.fixture
async def inbox(world):
    """Three threads: the agent's, the manager's, nobody's."""
    agent = await make_member(world, "Agent", "Ana Agent")
    manager = await make_member(world, "Manager", "Max Manager")
    for n, body in enumerate(("mine to answer", "for the manager", "up for grabs")):
        await deliver(deliveries.incoming(world, f"1650555100{n}", body, at=1_790_000_000 + n))
    rows = {row.preview: row for row in await listed(world.owner)}
    async with unit_of_work(world.workspace_id) as uow:
        for preview, who in (("mine to answer", agent), ("for the manager", manager)):
            await thread_actions.assign(
                uow.session,
                world.owner,
                conversation_id=rows[preview].id,
                assignee_id=who.user_id,
            )
    return agent, manager, rows


async def test_an_agent_sees_own_and_unassigned_threads_everywhere(world, inbox):
    agent, _, rows = inbox
    assert [r.preview for r in await listed(agent)] == ["up for grabs", "mine to answer"]
    assert [r.preview for r in await listed(agent, ListView.MINE)] == ["mine to answer"]
    assert [r.preview for r in await listed(agent, ListView.TEAM)] == ["mine to answer"]
    async with unit_of_work(world.workspace_id) as uow:
        counts = await threads.count_threads(uow.session, agent)
        found = await search.search(uow.session, agent, typed="the manager")
        with pytest.raises(NotFound):
            await timeline.read_thread(
                uow.session, agent, conversation_id=rows["for the manager"].id
            )
        with pytest.raises(NotFound):
            await thread_actions.close(
                uow.session, agent, conversation_id=rows["for the manager"].id
            )
    assert (counts.mine, counts.unassigned, counts.all, counts.unread) == (1, 1, 2, 2)
    assert found.messages == ()


async def test_a_manager_sees_all(world, inbox):
    _, manager, _ = inbox
    assert len(await listed(manager)) == 3
    async with unit_of_work(world.workspace_id) as uow:
        found = await search.search(uow.session, manager, typed="answ")
    assert [hit.excerpt for hit in found.messages] == ["mine to answer"]


async def test_another_workspace_sees_nothing_by_list_search_or_id(world, inbox):
    *_, rows = inbox
    stranger = (await make_world()).owner
    async with unit_of_work(stranger.workspace_id) as uow:
        assert (await threads.list_threads(uow.session, stranger, ThreadFilter())).rows == ()
        assert (await search.search(uow.session, stranger, typed="answer")).messages == ()
        for row in rows.values():
            with pytest.raises(NotFound):
                await timeline.read_thread(uow.session, stranger, conversation_id=row.id)


async def test_the_database_itself_hides_other_workspaces(world, inbox):
    """Even a statement that forgot its workspace finds nothing."""
    from sqlalchemy import text

    other = await make_world()
    async with unit_of_work(other.workspace_id) as uow:
        connection = await uow.session.connection()
        for table in ("message", "conversation", "contact", "role", "wa_connection"):
            rows = await connection.execute(
                text(f"SELECT count(*) FROM {table} WHERE workspace_id = :w"),
                {"w": world.workspace_id},
            )
            assert rows.scalar() == 0, table


async def test_unread_is_counted_per_person(world, inbox):
    agent, manager, rows = inbox
    async with unit_of_work(world.workspace_id) as uow:
        given = {"conversation_id": rows["up for grabs"].id, "shown": None}
        seen = await thread_actions.mark_read(uow.session, agent, **given)
        again = await thread_actions.mark_read(uow.session, agent, **given)
    assert (seen, again) == (True, False)
    unread = {r.preview: r.unread for r in await listed(agent)}
    assert unread == {"up for grabs": 0, "mine to answer": 1}
    assert {r.unread for r in await listed(manager)} == {1}
    assert [r.preview for r in await listed(agent, unread=True)] == ["mine to answer"]


async def test_pages_follow_each_other_without_gaps(world, inbox):
    agent, *_ = inbox
    for n in range(7):
        await deliver(deliveries.incoming(world, f"1650555200{n}", f"m{n}", at=1_790_001_000))
    seen, cursor = [], ""
    async with unit_of_work(world.workspace_id) as uow:
        for _ in range(10):
            page = await threads.list_threads(
                uow.session, agent, ThreadFilter(), cursor=cursor, limit=2
            )
            seen += [row.id for row in page.rows]
            cursor = page.cursor
            if not cursor:
                break
    assert len(seen) == len(set(seen)) == 9


async def test_closing_snoozing_and_reopening_move_between_lists(world, inbox):
    agent, _, rows = inbox
    thread = rows["mine to answer"].id
    async with unit_of_work(world.workspace_id) as uow:
        await thread_actions.close(uow.session, agent, conversation_id=thread)
    assert [r.id for r in await listed(agent, ListView.MINE, status="closed")] == [thread]
    async with unit_of_work(world.workspace_id) as uow:
        with pytest.raises(Invalid, match="90 days"):
            await thread_actions.snooze(
                uow.session, agent, conversation_id=thread, until=clock.now() - timedelta(hours=1)
            )
        await thread_actions.snooze(
            uow.session, agent, conversation_id=thread, until=clock.now() + timedelta(hours=1)
        )
    assert [r.id for r in await listed(agent, ListView.MINE, status="snoozed")] == [thread]
    await deliver(deliveries.incoming(world, "16505551000", "hello?"))
    assert [r.id for r in await listed(agent, ListView.MINE)] == [thread]
    async with unit_of_work(world.workspace_id) as uow:
        view = await timeline.read_thread(uow.session, agent, conversation_id=thread)
    assert sorted(e.direction for e in view.entries) == ["event", "event", "event", "in", "in"]


async def test_a_note_is_added_once_per_key_and_needs_the_right(world, inbox):
    agent, _, rows = inbox
    viewer = await make_member(world, "Viewer", "Vera Viewer")
    thread, key = rows["mine to answer"].id, uuid4().hex
    async with unit_of_work(world.workspace_id) as uow:
        for _ in range(2):
            await thread_actions.add_note(
                uow.session, agent, conversation_id=thread, body="call back", key=key
            )
        with pytest.raises(Forbidden):
            await thread_actions.add_note(
                uow.session, viewer, conversation_id=thread, body="x", key="k"
            )
        view = await timeline.read_thread(uow.session, viewer, conversation_id=thread)
    assert [e.body for e in view.entries if e.direction == "note"] == ["call back"]
    assert view.why_not == "Your role does not allow replying."


async def test_assigning_to_a_stranger_is_refused(world, inbox):
    agent, _, rows = inbox
    stranger = (await make_world()).owner
    async with unit_of_work(world.workspace_id) as uow:
        with pytest.raises(NotFound):
            await thread_actions.assign(
                uow.session,
                agent,
                conversation_id=rows["mine to answer"].id,
                assignee_id=stranger.user_id,
            )
