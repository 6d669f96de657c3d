import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from tests.fixtures import make_member, make_world
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from xobito_app.core.permissions import Permission
from xobito_app.features.activity.service import list_activity
from xobito_app.features.tokens import limiter, repeats, rules, service
from xobito_app.features.tokens.limiter import Allowance
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.models.tokens import ApiRepeat, ApiToken
from xobito_app.persistence.unit_of_work import unit_of_work


async def do(world, work, *, by=None, **given):
    async with unit_of_work(world.workspace_id) as uow:
        return await work(uow.session, by or world.owner, **given)


async def make(world, **given):
    chosen = {"name": "ci", "abilities": ["contacts.read"], **given}
    return await do(world, service.create_token, **chosen)


async def enter(world, token: str, slug: str = ""):
    async with unit_of_work() as uow:
        slug = slug or (await get_workspace(uow.session, world.workspace_id)).slug
    async with unit_of_work() as uow:
        return await service.authenticate(uow, workspace=slug, token=token, address="1.2.3.4")


def test_the_abilities_are_those_of_the_contract():
    crud = [
        f"{things}.{action}"
        for things in ("contacts", "statuses", "sources", "groups")
        for action in ("create", "read", "update", "delete")
    ]
    bots = [
        f"{bots}.{action}"
        for bots in ("messagebots", "templatebots")
        for action in ("create", "read", "delete")
    ]
    rest = """templates.read templates.create templates.delete messages.send messages.read
    campaigns.read campaigns.create campaigns.launch tickets.read tickets.create tickets.reply
    flows.read flows.trigger"""
    assert sorted(registry.abilities()) == sorted([*crud, *bots, *rest.split()])


async def test_only_a_hash_is_kept_and_the_text_has_its_form(world):
    view, token = await make(world)
    assert token.startswith("apitk_")
    assert len(token) == 6 + 64
    async with unit_of_work(world.workspace_id) as uow:
        row = (await uow.session.exec(select(ApiToken).where(ApiToken.id == view.id))).one()
    assert token not in str(row.model_dump())
    assert view.prefix == token[: rules.SHOWN_LENGTH]


async def test_a_token_may_only_what_its_abilities_say(world):
    _, token = await make(world, abilities=["contacts.read", "messages.send"])
    caller = await enter(world, token)
    assert caller.abilities == {"contacts.read", "messages.send"}
    assert caller.actor.can(Permission.INBOX_REPLY)
    assert not caller.actor.can(Permission.CONTACTS_DELETE)
    assert not caller.actor.is_owner
    assert (caller.actor.name, caller.actor.address) == ("API: ci", "1.2.3.4")


async def test_a_token_opens_its_own_workspace_alone(world):
    _, token = await make(world)
    other = await make_world()
    async with unit_of_work() as uow:
        theirs = (await get_workspace(uow.session, other.workspace_id)).slug
    for slug in (theirs, "nowhere"):
        with pytest.raises(Unauthenticated, match="Invalid API token"):
            await enter(world, token, slug)


async def test_its_use_is_noted_at_most_once_a_minute(world):
    view, token = await make(world)

    async def used():
        return next(v for v in await do(world, service.list_tokens) if v.id == view.id).last_used_at

    begun = clock.now()
    try:
        clock.use(lambda: begun)
        await enter(world, token)
        assert await used() == begun
        clock.use(lambda: begun + timedelta(seconds=59))
        await enter(world, token)
        assert await used() == begun
        clock.use(lambda: begun + timedelta(seconds=61))
        await enter(world, token)
        assert await used() == begun + timedelta(seconds=61)
    finally:
        clock.use(None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"abilities": []}, "abilities"),
        ({"abilities": ["contacts.burn"]}, "abilities"),
        ({"rate_limit": -1}, "rate_limit"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires_at"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(world, given, field):
    with pytest.raises(Invalid) as refused:
        await make(world, **given)
    assert list(refused.value.fields) == [field]


async def test_nobody_without_the_permission_and_no_other_workspace(world):
    view, _ = await make(world)
    manager = await make_member(world, "Manager")
    with pytest.raises(Forbidden):
        await make(world, by=manager)
    for work, given in (
        (service.list_tokens, {}),
        (service.revoke_token, {"token_id": view.id}),
        (service.delete_token, {"token_id": view.id}),
    ):
        with pytest.raises(Forbidden):
            await do(world, work, by=manager, **given)
    other = await make_world()
    assert await do(other, service.list_tokens) == []
    with pytest.raises(NotFound):
        await do(other, service.revoke_token, token_id=view.id)


async def test_a_token_that_works_is_not_simply_taken_off_the_list(world):
    view, token = await make(world)
    with pytest.raises(Invalid, match="Revoke it first"):
        await do(world, service.delete_token, token_id=view.id)
    await do(world, service.revoke_token, token_id=view.id)
    with pytest.raises(Unauthenticated):
        await enter(world, token)
    await do(world, service.delete_token, token_id=view.id)
    entries = (await do(world, list_activity)).rows
    actions = [entry.action for entry in entries if entry.action.startswith("api_token.")]
    assert actions == ["api_token.deleted", "api_token.revoked", "api_token.created"]
    assert token not in str(entries)


async def test_in_no_minute_are_there_more_than_the_limit():
    token_id = uuid4()
    allowed = await asyncio.gather(*(limiter.take(token_id, 5) for _ in range(9)))
    assert sum(one.retry_after == 0 for one in allowed) == 5
    assert {one.retry_after for one in allowed} <= {0, 59, 60}
    assert await limiter.take(uuid4(), 5) == Allowance(4)


async def test_places_are_free_again_after_their_minute(monkeypatch):
    monkeypatch.setattr(limiter, "WINDOW_SECONDS", 0.3)
    token_id = uuid4()
    assert [(await limiter.take(token_id, 1)).retry_after for _ in range(2)] == [0, 1]
    await asyncio.sleep(0.35)
    assert (await limiter.take(token_id, 1)).retry_after == 0


async def test_without_redis_requests_go_on(monkeypatch):
    def away():
        raise ConnectionError

    monkeypatch.setattr(limiter, "redis_client", away)
    assert (await limiter.take(uuid4(), 60)).retry_after == 0


async def test_remembered_answers_are_dropped_after_a_day(world):
    _, token = await make(world)
    caller = await enter(world, token)
    async with unit_of_work(world.workspace_id) as uow:
        assert await repeats.claim(uow.session, caller, key="k", fingerprint="f") is None
        await repeats.keep(uow.session, caller, key="k", status=201, answer=b"{}")
    assert await repeats.drop_old(world.workspace_id) == 0
    clock.use(lambda: clock.system_now() + timedelta(hours=25))
    try:
        assert await repeats.drop_old(world.workspace_id) == 1
    finally:
        clock.use(None)
    async with unit_of_work(world.workspace_id) as uow:
        assert (await uow.session.exec(select(ApiRepeat))).all() == []
