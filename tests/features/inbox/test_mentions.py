"""Calling colleagues in notes: who is meant, who learns of it, and who does not."""

from __future__ import annotations

import pytest

from tests import deliveries
from tests.fixtures import make_member, make_world
from xobito_app.core.errors import NotFound
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import mentions, thread_actions, threads, timeline
from xobito_app.features.inbox.threads.mentions import names_in
from xobito_app.features.ingest.drain import drain
from xobito_app.persistence.unit_of_work import unit_of_work

PEOPLE = ["Ana", "Ana Ruiz", "Bo (night)", "Émile"]


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("@Ana please", ["Ana"]),
        ("@ana ruiz, and @Ana", ["Ana Ruiz", "Ana"]),
        ("ask (@Bo (night))", ["Bo (night)"]),
        ("@émile!", ["Émile"]),
        ("@Anabel", []),
        ("mail me at x@Ana", []),
        ("@Ana @ana", ["Ana"]),
        ("nobody", []),
    ],
)
def test_names_after_an_at_sign_are_found(body, called):
    assert names_in(body, PEOPLE) == called


def test_without_people_nobody_is_called():
    assert names_in("@Ana", []) == []


async def thread_of(world):
    await deliveries.store(deliveries.incoming(world, "16505550121", "Hello"))
    await drain()
    async with unit_of_work(world.workspace_id) as uow:
        page = await threads.list_threads(uow.session, world.owner, ThreadFilter())
    return page.rows[0].id


async def do(service, actor, **given):
    async with unit_of_work(actor.workspace_id) as uow:
        return await service(uow.session, actor, **given)


async def test_who_is_called_finds_the_note_until_they_look(world):
    ana = await make_member(world, "Agent", "Ana Ruiz")
    thread_id = await thread_of(world)
    note = {"conversation_id": thread_id, "body": "@Ana Ruiz your turn", "key": "n1"}
    await do(thread_actions.add_note, world.owner, **note)
    await do(thread_actions.add_note, world.owner, **note)
    assert await do(mentions.count_unseen, ana) == 1
    (found,) = await do(mentions.list_mentions, ana)
    assert (found.author, found.excerpt) == ("Olga Owner", "@Ana Ruiz your turn")
    entries = (await do(timeline.read_thread, ana, conversation_id=thread_id)).entries
    assert entries[-1].content["mentions"] == ["Ana Ruiz"]
    shown = {"conversation_id": thread_id, "shown": [entry.id for entry in entries]}
    assert await do(mentions.mark_seen, ana, **shown)
    assert not await do(mentions.mark_seen, ana, **shown)
    assert await do(mentions.count_unseen, ana) == 0
    assert (await do(mentions.list_mentions, ana))[0].is_seen
    assert await do(mentions.list_mentions, world.owner) == []


async def test_a_mention_in_a_thread_out_of_sight_is_not_shown(world):
    ana = await make_member(world, "Agent", "Ana Ruiz")
    thread_id = await thread_of(world)
    await do(
        thread_actions.assign,
        world.owner,
        conversation_id=thread_id,
        assignee_id=world.owner.user_id,
    )
    await do(
        thread_actions.add_note, world.owner, conversation_id=thread_id, body="@Ana Ruiz", key="n2"
    )
    assert await do(mentions.count_unseen, ana) == 0
    assert await do(mentions.list_mentions, ana) == []
    await do(thread_actions.assign, world.owner, conversation_id=thread_id, assignee_id=ana.user_id)
    assert await do(mentions.count_unseen, ana) == 1


async def test_calling_oneself_or_a_stranger_makes_no_mention(world):
    other = await make_world()
    await make_member(other, "Agent", "Bo Li")
    thread_id = await thread_of(world)
    await do(
        thread_actions.add_note,
        world.owner,
        conversation_id=thread_id,
        body="@Olga Owner and @Bo Li",
        key="n3",
    )
    assert await do(mentions.count_unseen, world.owner) == 0
    assert await do(mentions.count_unseen, other.owner) == 0
    with pytest.raises(NotFound):
        await do(
            thread_actions.add_note, other.owner, conversation_id=thread_id, body="@x", key="n4"
        )
