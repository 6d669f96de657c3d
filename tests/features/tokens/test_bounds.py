"""A token does what its maker may, at most, and only for as long as they may."""

from dataclasses import replace

import pytest
from sqlmodel import select

from tests.features.tokens.test_tokens import do, enter, make
from tests.fixtures import make_member
from xobito_app import registry
from xobito_app.core.errors import Forbidden
from xobito_app.core.permissions import ALL, Permission, system_actor
from xobito_app.features.tokens import repeats, rules, service
from xobito_app.features.workspaces import team
from xobito_app.models.tokens import ApiToken
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.tokens.state import TokenRow

VIEWING = {Permission.API_TOKENS_MANAGE, Permission.CONTACTS_VIEW, Permission.CONTACTS_EXPORT}


async def maker_with(world, *permissions: str, name: str = "Tokens"):
    """Return a member of a role of their own, and the role's id."""
    role = await do(world, team.save_role, role_id=None, name=name, permissions=permissions)
    member = await make_member(world, "Agent")
    await do(world, team.change_member, user_id=member.user_id, role_id=role.id)
    held = frozenset(Permission(one) for one in permissions)
    return replace(member, permissions=held), role.id


async def change_role(world, role_id, *permissions: str):
    await do(world, team.save_role, role_id=role_id, name="Tokens", permissions=permissions)


async def test_who_may_only_manage_tokens_gives_none_an_ability(world):
    maker, _ = await maker_with(world, "api_tokens.manage")
    for ability in registry.abilities():
        with pytest.raises(Forbidden, match=f"cannot give {ability}"):
            await make(world, by=maker, abilities=[ability])
    assert service.offered(maker) == []


@pytest.mark.parametrize("ability", registry.abilities())
async def test_an_ability_takes_all_of_its_rights(world, ability):
    needed = rules.permissions_of([ability])
    for missing in needed:
        maker = replace(
            await make_member(world, "Agent"),
            permissions=(ALL - {missing}) | {Permission.API_TOKENS_MANAGE},
        )
        assert ability not in service.offered(maker)
        with pytest.raises(Forbidden, match=f"your own role lacks {missing}"):
            await make(world, by=maker, abilities=[ability])
    enough = needed | {Permission.API_TOKENS_MANAGE}
    maker, _ = await maker_with(world, *enough, name=f"For {ability}")
    _, token = await make(world, by=maker, abilities=[ability])
    caller = await enter(world, token)
    assert caller.abilities == {ability}
    assert caller.actor.permissions == needed


async def test_one_ability_too_many_and_no_token_is_made(world):
    maker, _ = await maker_with(world, *VIEWING)
    with pytest.raises(Forbidden):
        await make(world, by=maker, abilities=["contacts.read", "messages.send"])
    assert await do(world, service.list_tokens) == []


async def test_a_narrowed_role_narrows_its_tokens_and_a_widened_one_gives_them_back(world):
    wide = {*VIEWING, Permission.TEMPLATES_VIEW}
    maker, role_id = await maker_with(world, *wide)
    _, token = await make(world, by=maker, abilities=["contacts.read", "templates.read"])
    await change_role(world, role_id, *VIEWING)
    caller = await enter(world, token)
    assert caller.abilities == {"contacts.read"}
    assert not caller.actor.can(Permission.TEMPLATES_VIEW)
    await change_role(world, role_id, *wide, Permission.INBOX_VIEW_ALL)
    caller = await enter(world, token)
    assert caller.abilities == {"contacts.read", "templates.read"}
    assert not caller.actor.can(Permission.INBOX_VIEW_ALL)


async def test_another_role_bounds_them_too(world):
    maker, _ = await maker_with(world, *VIEWING)
    _, token = await make(world, by=maker)
    roles = await do(world, team.list_roles)
    agent = next(role for role in roles if role.name == "Agent")
    await do(world, team.change_member, user_id=maker.user_id, role_id=agent.id)
    assert (await enter(world, token)).abilities == frozenset()


@pytest.mark.parametrize("leaves", ["off", "removed"])
async def test_the_tokens_of_somebody_who_is_not_active_stop(world, leaves):
    maker, _ = await maker_with(world, *VIEWING)
    _, token = await make(world, by=maker)
    if leaves == "off":
        await do(world, team.change_member, user_id=maker.user_id, is_active=False)
    else:
        await do(world, team.remove_member, user_id=maker.user_id)
    with pytest.raises(Forbidden, match="no longer active"):
        await enter(world, token)
    (listed,) = await do(world, service.list_tokens)
    row = TokenRow.of(listed, "UTC")
    assert row.state.startswith("Stopped")
    assert row.is_live, "so that it can be revoked"
    if leaves == "off":
        await do(world, team.change_member, user_id=maker.user_id, is_active=True)
        assert (await enter(world, token)).abilities == {"contacts.read"}
        (listed,) = await do(world, service.list_tokens)
        assert TokenRow.of(listed, "UTC").state == "Active"


async def test_a_token_whose_maker_is_unknown_stops(world):
    view, token = await make(world)
    async with unit_of_work(world.workspace_id) as uow:
        row = (await uow.session.exec(select(ApiToken).where(ApiToken.id == view.id))).one()
        row.created_by = None
        uow.session.add(row)
    with pytest.raises(Forbidden, match="no longer active"):
        await enter(world, token)


async def test_an_owner_gives_everything_until_the_workspace_is_handed_over(world):
    _, token = await make(world, abilities=list(registry.abilities()))
    assert (await enter(world, token)).abilities == set(registry.abilities())
    agent = await make_member(world, "Agent")
    await do(world, team.hand_over, user_id=agent.user_id)
    roles = await do(world, team.list_roles, by=replace(world.owner, is_owner=False))
    viewer = next(role for role in roles if role.name == "Viewer")
    owner = replace(agent, is_owner=True)
    await do(world, team.change_member, by=owner, user_id=world.owner.user_id, role_id=viewer.id)
    assert "messages.send" not in (await enter(world, token)).abilities


async def test_the_operators_tokens_are_bounded_by_nobodys_role(world):
    operator = system_actor(world.workspace_id, "Command line")
    _, token = await make(world, by=operator, abilities=["messages.send"])
    for member in await do(world, team.list_members):
        if not member.is_owner:
            await do(world, team.remove_member, user_id=member.user_id)
    assert (await enter(world, token)).abilities == {"messages.send"}


async def test_a_stopped_token_is_not_noted_as_used(world):
    maker, _ = await maker_with(world, *VIEWING)
    view, token = await make(world, by=maker)
    await do(world, team.change_member, user_id=maker.user_id, is_active=False)
    with pytest.raises(Forbidden):
        await enter(world, token)
    (row,) = [v for v in await do(world, service.list_tokens) if v.id == view.id]
    assert row.last_used_at is None


async def test_the_key_of_one_token_is_unused_by_another(world):
    callers = [await enter(world, (await make(world, name=name))[1]) for name in ("a", "b")]
    async with unit_of_work(world.workspace_id) as uow:
        assert await repeats.claim(uow.session, callers[0], key="k", fingerprint="f") is None
        await repeats.keep(uow.session, callers[0], key="k", status=201, answer=b"first")
    async with unit_of_work(world.workspace_id) as uow:
        assert await repeats.find(uow.session, callers[1], key="k", fingerprint="f") is None
        assert await repeats.claim(uow.session, callers[1], key="k", fingerprint="g") is None
        await repeats.keep(uow.session, callers[1], key="k", status=202, answer=b"second")
    async with unit_of_work(world.workspace_id) as uow:
        kept = [
            await repeats.claim(uow.session, caller, key="k", fingerprint=print_)
            for caller, print_ in zip(callers, "fg", strict=True)
        ]
    assert [(one.status, one.answer) for one in kept] == [(201, b"first"), (202, b"second")]
    keys = {repeats.message_key(caller, "k") for caller in callers}
    assert len(keys) == 2
