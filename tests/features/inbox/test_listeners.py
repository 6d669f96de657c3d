"""Keywords and turns: what happens by itself when a customer writes."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_member
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.features.inbox.receiving.listeners import is_keyword, next_answerer
from xobito_app.features.workspaces import assignment_rota, service as workspaces, team
from xobito_app.features.workspaces.assignment_rota import Answerer
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture(autouse=True)
def _listening():
    registry.register_listeners()


@pytest.mark.parametrize(
    ("text", "fits"),
    [("stop", True), (" STOP! ", True), ("Help  me", True), ("please stop it", False), ("", False)],
)
def test_a_keyword_is_the_whole_message(text, fits):
    assert is_keyword(text, ("stop", "help me")) is fits


def test_turns():
    now = clock.now()
    first = Answerer(uuid4(), "A", "", "", now - timedelta(hours=2))
    second = Answerer(uuid4(), "B", "", "", now - timedelta(hours=1))
    fresh = Answerer(uuid4(), "C", "", "", None)
    assert next_answerer([second, first, fresh], {}, mode="round_robin") is fresh
    assert next_answerer([second, first], {}, mode="round_robin") is first
    busy = {first.user_id: 3, second.user_id: 1}
    assert next_answerer([first, second], busy, mode="least_busy") is second
    assert next_answerer([], {}, mode="least_busy") is None


async def test_chats_go_round_and_stay_where_they_are(world):
    agent = await make_member(world, "Agent", "Ana Agent")
    await make_member(world, "Viewer", "Vera Viewer")
    async with unit_of_work(world.workspace_id) as uow:
        await workspaces.save_settings(uow.session, world.owner, {"auto_assign": "round_robin"})
    for n in range(4):
        await deliver(deliveries.incoming(world, f"1650555300{n}", "hello"))
    await deliver(deliveries.incoming(world, "16505553000", "still me"))
    async with unit_of_work(world.workspace_id) as uow:
        threads = (await uow.session.exec(select(Conversation))).all()
    given = [thread.assignee_id for thread in threads]
    assert sorted(map(str, given)) == sorted(
        map(str, [agent.user_id, world.owner.user_id, agent.user_id, world.owner.user_id])
    )


async def test_words_stop_bots_and_marketing(world):
    await deliver(deliveries.incoming(world, "16505553000", "Unsubscribe"))
    await deliver(deliveries.incoming(world, "16505553001", "HUMAN"))
    async with unit_of_work(world.workspace_id) as uow:
        contacts = (await uow.session.exec(select(Contact))).all()
        threads = (await uow.session.exec(select(Conversation))).all()
    opted_out = {contact.phone: contact.opt_out_reason for contact in contacts}
    assert opted_out == {"+16505553000": "Wrote “Unsubscribe”", "+16505553001": ""}
    assert sum(thread.bots_paused_until is not None for thread in threads) == 1


async def test_nobody_who_is_inactive_or_gone_or_may_not_reply_is_given_chats(world):
    async def offered() -> set[str]:
        async with unit_of_work(world.workspace_id) as uow:
            return {
                one.name
                for one in await assignment_rota.list_answerers(uow.session, world.workspace_id)
            }

    async def change(service, person, **given):
        async with unit_of_work(world.workspace_id) as uow:
            await service(uow.session, world.owner, user_id=person.user_id, **given)

    ana, bruno, vera = [
        await make_member(world, role, name)
        for role, name in (("Agent", "Ana"), ("Agent", "Bruno"), ("Viewer", "Vera"))
    ]
    assert await offered() == {"Olga Owner", "Ana", "Bruno"}
    await change(team.change_member, ana, is_active=False)
    assert await offered() == {"Olga Owner", "Bruno"}
    async with unit_of_work(world.workspace_id) as uow:
        await workspaces.save_settings(uow.session, world.owner, {"auto_assign": "round_robin"})
    for n in range(3):
        await deliver(deliveries.incoming(world, f"1650555310{n}", "hello"))
    async with unit_of_work(world.workspace_id) as uow:
        given = {one.assignee_id for one in await uow.session.exec(select(Conversation))}
    assert given == {world.owner.user_id, bruno.user_id}
    await change(team.change_member, ana, is_active=True)
    await change(team.remove_member, bruno)
    assert await offered() == {"Olga Owner", "Ana"}
    assert vera.name == "Vera"
