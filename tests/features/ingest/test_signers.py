"""Whose a delivery is: only theirs whose own app secret signed it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from tests import deliveries
from tests.fixtures import World, make_world
from xobito_app.features.ingest import journal
from xobito_app.features.ingest.claims import claim_deliveries
from xobito_app.features.ingest.drain import drain
from xobito_app.features.ingest.intake import Delivery, store_deliveries
from xobito_app.models.connection import InboundEvent, Route, WebhookSecret
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings
from xobito_app.whatsapp.signature import digest_of, sign

pytestmark = pytest.mark.reliability("deliveries that are somebody else's")


async def texts(world: World) -> list[str]:
    async with unit_of_work(world.workspace_id) as uow:
        statement = select(Message.body).where(Message.workspace_id == world.workspace_id)
        return list((await uow.session.exec(statement)).all())


async def journal_of(world: World) -> list[tuple[str, str]]:
    async with unit_of_work(world.workspace_id) as uow:
        page = await journal.list_deliveries(uow.session, world.owner)
    return [(line.state.value, line.error) for line in page.rows]


async def keep_secret(world: World, secret: str, app_id: str = "1") -> None:
    async with unit_of_work() as uow:
        uow.session.add(
            WebhookSecret(
                connection_id=world.connection_id,
                app_id=app_id,
                app_secret_sealed=vault().seal(secret),
                verify_token_sealed=vault().seal("a verify token"),
            )
        )


async def post(body: dict, secret: str, *signers: World) -> None:
    """Store a delivery as the endpoint does that knew so many signers of it."""
    raw = json.dumps(body).encode()
    connections = tuple(world.connection_id for world in signers)
    async with unit_of_work() as uow:
        proof = digest_of(sign(secret, raw))
        await store_deliveries(uow.session, [Delivery(raw, proof, connections)])


async def test_nobody_writes_into_another_s_inbox_with_a_secret_of_their_own(world):
    """Signed by one workspace, about another's number: refused, and said in that one's journal."""
    mine = await make_world()
    await deliveries.store(deliveries.incoming(world, "16505550001", "forged"), mine.connection_id)
    await drain()
    assert await texts(world) == []
    assert await texts(mine) == []
    ((state, reason),) = await journal_of(world)
    assert state == "refused"
    assert "not signed with the app secret" in reason


async def test_of_a_mixed_delivery_everybody_gets_only_what_they_signed(world):
    """Two workspaces in one post, signed by one of them."""
    other = await make_world()
    mixed = deliveries.incoming(world, "16505550001", "mine")
    mixed["entry"] += deliveries.incoming(other, "16505550001", "not mine to send")["entry"]
    await deliveries.store(mixed, world.connection_id)
    await drain()
    assert await texts(world) == ["mine"]
    assert await texts(other) == []
    assert [state for state, _ in await journal_of(other)] == ["refused"]


async def test_two_connections_of_one_app_both_get_their_part(world):
    """One Meta app may serve several: its secret is the own one of each."""
    other = await make_world()
    mixed = deliveries.incoming(world, "16505550001", "first")
    mixed["entry"] += deliveries.incoming(other, "16505550001", "second")["entry"]
    await deliveries.store(mixed, world.connection_id, other.connection_id)
    await drain()
    assert (await texts(world), await texts(other)) == (["first"], ["second"])


async def test_a_number_decides_before_the_account_it_stands_under(world):
    """A split that preferred the account would put it into the wrong inbox."""
    other = await make_world()
    body = deliveries.incoming(world, "16505550001", "to the number")
    body["entry"][0]["id"] = other.waba_id
    await deliveries.store(body, world.connection_id, other.connection_id)
    await drain()
    assert (await texts(world), await texts(other)) == (["to the number"], [])


async def test_an_account_that_signed_does_not_stand_in_for_the_number_s_owner(world):
    """My account around your number is still yours, and you did not sign it."""
    mine = await make_world()
    body = deliveries.incoming(world, "16505550001", "sneaky")
    body["entry"][0]["id"] = mine.waba_id
    await deliveries.store(body, mine.connection_id)
    await drain()
    assert (await texts(world), await texts(mine)) == ([], [])


async def test_who_connects_later_with_the_secret_proves_it_by_the_signature(world):
    """The endpoint knew nobody by then; the kept signature still tells whose it is."""
    await post(deliveries.incoming(world, "16505550001", "early"), "the app's secret")
    await drain()
    assert await texts(world) == []
    await keep_secret(world, "the app's secret")
    async with unit_of_work(world.workspace_id) as uow:
        assert await claim_deliveries(uow.session, [world.waba_id]) == 1
    await drain()
    assert await texts(world) == ["early"]


@pytest.mark.parametrize("part", ["", "before{}", "{}after"])
async def test_a_claim_is_of_what_names_the_whole_id(world, part):
    await post(deliveries.incoming(world, "16505550001", "early"), "the app's secret")
    await drain()
    names = [part.format(world.waba_id)] if part else []
    async with unit_of_work(world.workspace_id) as uow:
        assert await claim_deliveries(uow.session, names) == 0


async def test_a_claim_without_the_secret_gets_nothing(world):
    """Naming the same account is not enough."""
    await post(deliveries.incoming(world, "16505550001", "early"), "the app's secret")
    await keep_secret(world, "a different secret")
    await drain()
    async with unit_of_work(world.workspace_id) as uow:
        assert await claim_deliveries(uow.session, [world.waba_id]) == 1
    await drain()
    assert await texts(world) == []


async def test_a_refused_part_is_proved_by_the_delivery_it_was_split_from(world):
    """After connecting with the right secret, reading it again is enough."""
    other = await make_world()
    mixed = deliveries.incoming(world, "16505550001", "first")
    mixed["entry"] += deliveries.incoming(other, "16505550001", "second")["entry"]
    await post(mixed, "shared", world)
    await drain()
    assert await texts(other) == []
    await keep_secret(other, "shared")
    async with unit_of_work(other.workspace_id) as uow:
        page = await journal.list_deliveries(uow.session, other.owner)
        await journal.replay(uow.session, other.owner, event_id=page.rows[0].id)
    await drain()
    assert await texts(other) == ["second"]


async def test_a_changed_secret_does_not_take_away_what_was_signed_before(world):
    """The connection signed it when it came; that it has another secret now is no matter."""
    await post(deliveries.incoming(world, "16505550001", "before"), "old", world)
    await keep_secret(world, "new")
    await drain()
    assert await texts(world) == ["before"]


async def test_a_repeat_that_is_signed_by_somebody_new_counts(world):
    """Connected between Meta's first try and its next."""
    body = deliveries.incoming(world, "16505550001", "twice")
    await post(body, "shared", replace(world, connection_id=(await make_world()).connection_id))
    await drain()
    assert await texts(world) == []
    await post(body, "shared", world)
    await drain()
    assert await texts(world) == ["twice"]


async def test_what_is_nobody_s_stands_in_the_journal_of_the_app_it_came_through(
    world, monkeypatch
):
    """Unless the app is the installation's own: then it may be anybody's."""
    stranger = {"object": "x", "entry": [{"id": "no-such-account", "changes": []}]}
    await keep_secret(world, "secret", app_id="4711")
    await post(stranger, "secret", world)
    await drain()
    assert [state for state, _ in await journal_of(world)] == ["unclaimed"]
    monkeypatch.setenv("FACEBOOK_APP_ID", "4711")
    get_settings.cache_clear()
    try:
        await post({**stranger, "again": True}, "secret", world)
        await drain()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert len(await journal_of(world)) == 1


async def test_a_replay_never_moves_a_delivery_to_another_workspace(world):
    """The number went elsewhere meanwhile; what came while it was ours stays ours."""
    other = await make_world()
    await deliveries.store(
        deliveries.incoming(world, "16505550001", "ours"),
        world.connection_id,
        other.connection_id,
    )
    await drain()
    async with unit_of_work() as uow:
        event = (
            await uow.session.exec(
                select(InboundEvent).where(InboundEvent.workspace_id == world.workspace_id)
            )
        ).one()
    async with unit_of_work() as uow:
        routes = await uow.session.exec(
            select(Route).where(Route.workspace_id == world.workspace_id)
        )
        for route in routes:
            route.workspace_id, route.connection_id = other.workspace_id, other.connection_id
            uow.session.add(route)
    async with unit_of_work(world.workspace_id) as uow:
        await journal.replay(uow.session, world.owner, event_id=event.id)
    await drain()
    assert await texts(other) == []
    assert await journal_of(other) == []
    assert [state for state, _ in await journal_of(world)] == ["unclaimed"]
