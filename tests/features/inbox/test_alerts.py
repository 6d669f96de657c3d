"""Who is told of what: sight, whose chat it is, and each person's own switches decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import deliveries
from tests.fixtures import make_member, make_world
from xobito_app import registry
from xobito_app.core.events import Notice, Topic
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import alerts, thread_actions, threads
from xobito_app.features.inbox.threads.alerts import AlertKind
from xobito_app.features.ingest.drain import drain
from xobito_app.features.workspaces.service import save_settings
from xobito_app.persistence import unit_of_work as units
from xobito_app.persistence.unit_of_work import unit_of_work

BOTH = {"sound": True, "browser_notifications": True}


@pytest.fixture
def notices(monkeypatch):
    """The alerts that left with commits."""
    registry.register_listeners()
    left: list[Notice] = []

    async def hear(post_commit):
        left.extend(n for n in post_commit.notices if n.topic is Topic.ALERT)

    monkeypatch.setattr(units, "sinks", [hear])
    return left


async def receive(world, body="Is it in stock?", sender="16505550121"):
    await deliveries.store(deliveries.incoming(world, sender, body))
    await drain()
    async with unit_of_work(world.workspace_id) as uow:
        page = await threads.list_threads(uow.session, world.owner, ThreadFilter())
    return page.rows[0].id


async def told(actor, notices, preferences=BOTH):
    """Return what a person is told of the alerts that left."""
    found = [alert for notice in notices if (alert := alerts.read_notice(notice))]
    async with unit_of_work(actor.workspace_id) as uow:
        matter = await alerts.load_matter(uow.session, actor.workspace_id, found)
    views = [alerts.view_for(actor, preferences, alert, matter) for alert in found]
    return [view for view in views if view]


async def give(actor, thread_id, assignee_id):
    async with unit_of_work(actor.workspace_id) as uow:
        await thread_actions.assign(
            uow.session, actor, conversation_id=thread_id, assignee_id=assignee_id
        )


async def test_a_message_in_a_chat_of_nobodys_tells_those_who_see_it(world, notices):
    ana = await make_member(world, "Agent", "Ana Ruiz")
    await receive(world)
    (view,) = await told(ana, notices)
    assert view.kind is AlertKind.UNASSIGNED
    assert (view.title, view.body) == ("Ana Ruiz", "Is it in stock?")
    assert (view.by_sound, view.by_browser) == (True, True)
    assert await told(replace(ana, permissions=frozenset()), notices) == []


async def test_a_message_in_somebodys_chat_tells_them_alone(world, notices):
    ana = await make_member(world, "Agent", "Ana")
    bruno = await make_member(world, "Agent", "Bruno")
    thread_id = await receive(world)
    await give(world.owner, thread_id, ana.user_id)
    notices.clear()
    await receive(world, "Hello?")
    assert [view.kind for view in await told(ana, notices)] == [AlertKind.ASSIGNED]
    assert await told(bruno, notices) == []
    assert await told(world.owner, notices) == []


async def test_a_chat_that_is_given_tells_whom_it_is_given_to(world, notices):
    ana = await make_member(world, "Agent", "Ana")
    thread_id = await receive(world)
    notices.clear()
    await give(world.owner, thread_id, ana.user_id)
    assert [view.kind for view in await told(ana, notices)] == [AlertKind.ASSIGNMENT]
    assert await told(world.owner, notices) == []


async def test_taking_a_chat_oneself_or_giving_it_to_nobody_tells_nobody(world, notices):
    thread_id = await receive(world)
    notices.clear()
    await give(world.owner, thread_id, world.owner.user_id)
    await give(world.owner, thread_id, None)
    assert notices == []


async def test_a_chat_that_is_assigned_by_itself_tells_whom(world, notices):
    ana = await make_member(world, "Agent", "Ana")
    async with unit_of_work(world.workspace_id) as uow:
        await save_settings(uow.session, world.owner, {"auto_assign": "least_busy"})
    thread_id = await receive(world)
    async with unit_of_work(world.workspace_id) as uow:
        lines = await threads.load_lines(uow.session, world.workspace_id, [thread_id])
    chosen = ana if lines[thread_id].assignee_id == ana.user_id else world.owner
    kinds = {view.kind for view in await told(chosen, notices)}
    assert kinds == {AlertKind.ASSIGNED, AlertKind.ASSIGNMENT}


async def test_a_mention_tells_who_is_called(world, notices):
    ana = await make_member(world, "Agent", "Ana Ruiz")
    thread_id = await receive(world)
    notices.clear()
    async with unit_of_work(world.workspace_id) as uow:
        await thread_actions.add_note(
            uow.session,
            world.owner,
            conversation_id=thread_id,
            body="@Ana Ruiz please",
            key="n",
        )
    (view,) = await told(ana, notices)
    assert view.kind is AlertKind.MENTION
    assert view.title == "Olga Owner mentioned you: Ana Ruiz"
    assert await told(world.owner, notices) == []


@pytest.mark.parametrize(
    ("preferences", "ways"),
    [
        ({}, None),
        ({"sound": True}, (True, False)),
        ({"browser_notifications": True}, (False, True)),
        ({**BOTH, "notify_unassigned": False}, None),
        ({**BOTH, "notify_assigned": False}, (True, True)),
    ],
)
async def test_each_persons_switches_decide(world, notices, preferences, ways):
    await receive(world)
    views = await told(world.owner, notices, preferences)
    assert [(view.by_sound, view.by_browser) for view in views] == ([ways] if ways else [])


async def test_another_workspace_is_told_nothing(world, notices):
    await receive(world)
    stranger = (await make_world()).owner
    assert await told(stranger, notices) == []


def test_a_notice_of_another_version_is_passed_over():
    assert alerts.read_notice(Notice("w", Topic.ALERT, "no id", "x:y")) is None
