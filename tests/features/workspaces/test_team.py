from contextlib import suppress
from dataclasses import replace

import pytest

from tests.fixtures import PASSWORD, make_member, make_world
from xobito_app.core import ids
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.permissions import SEEDED_ROLES, Permission
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.workspaces import invitations, team
from xobito_app.persistence.unit_of_work import unit_of_work


async def role_named(world, name: str):
    async with unit_of_work(world.workspace_id) as uow:
        roles = await team.list_roles(uow.session, world.owner)
    return next(role for role in roles if role.name == name)


async def act(world, service, *arguments, by=None, **named):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, by or world.owner, *arguments, **named)


async def session_of(world, actor) -> str:
    async with unit_of_work() as uow:
        return await accounts.open_session(uow.session, actor.user_id, world.workspace_id)


async def identify(token: str):
    async with unit_of_work() as uow:
        return await accounts.identify(uow, token)


async def test_nobody_hands_out_a_right_they_do_not_hold(world):
    helper = replace(
        await make_member(world, "Viewer"),
        permissions=frozenset({Permission.ROLES_CREATE, Permission.STAFF_CREATE}),
    )
    with pytest.raises(Forbidden, match="cannot grant"):
        await act(
            world,
            team.save_role,
            by=helper,
            role_id=None,
            name="Sneaky",
            permissions=["settings.edit"],
        )
    admin = await role_named(world, "Admin")
    with pytest.raises(Forbidden, match="cannot grant"):
        await act(world, invitations.invite, by=helper, email="x@example.com", role_id=admin.id)


async def test_a_changed_role_counts_for_open_sessions(world):
    agent = await make_member(world, "Agent")
    token = await session_of(world, agent)
    role = await role_named(world, "Agent")
    wanted = {*role.permissions, "settings.view"}
    await act(world, team.save_role, role_id=role.id, name="Agent", permissions=wanted)
    assert (await identify(token)).actor.can(Permission.SETTINGS_VIEW)


async def test_role_names_are_unique_whatever_their_case(world):
    with pytest.raises(Invalid) as caught:
        await act(world, team.save_role, role_id=None, name=" agent ", permissions=[])
    assert "name" in caught.value.fields


async def test_a_role_in_use_stays(world):
    await make_member(world, "Agent")
    role = await role_named(world, "Agent")
    with pytest.raises(Conflict):
        await act(world, team.delete_role, role_id=role.id)


async def test_an_inactive_member_is_signed_out_and_cannot_sign_in(world):
    agent = await make_member(world, "Agent")
    token = await session_of(world, agent)
    await act(world, team.change_member, user_id=agent.user_id, is_active=False)
    assert await identify(token) is None
    await act(world, team.change_member, user_id=agent.user_id, is_active=True)
    assert await identify(token) is None


async def test_a_removed_member_leaves_the_list_and_the_workspace(world):
    agent = await make_member(world, "Agent")
    token = await session_of(world, agent)
    await act(world, team.remove_member, user_id=agent.user_id)
    members = await act(world, team.list_members)
    assert agent.user_id not in {member.user_id for member in members}
    assert await identify(token) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"role_id": "viewer"}])
async def test_the_owner_is_not_changed_by_others(world, change):
    admin = await make_member(world, "Admin")
    if "role_id" in change:
        change = {"role_id": (await role_named(world, "Viewer")).id}
    with pytest.raises(Forbidden):
        await act(world, team.change_member, by=admin, user_id=world.owner.user_id, **change)
    with pytest.raises(Forbidden):
        await act(world, team.remove_member, by=admin, user_id=world.owner.user_id)
    with pytest.raises(Forbidden):
        await act(world, team.make_member_reset_link, by=admin, user_id=world.owner.user_id)


async def test_handing_over_leaves_one_owner_and_an_admin(world):
    agent = await make_member(world, "Agent")
    with pytest.raises(Forbidden):
        await act(world, team.hand_over, by=agent, user_id=agent.user_id)
    await act(world, team.hand_over, user_id=agent.user_id)
    members = {m.user_id: m for m in await act(world, team.list_members)}
    assert members[agent.user_id].is_owner
    assert members[world.owner.user_id].role == "Admin"


async def test_an_invitation_of_another_workspace_cannot_be_withdrawn(world):
    other = await make_world()
    role = await role_named(other, "Agent")
    await act(other, invitations.invite, email="ana@example.com", role_id=role.id)
    (invite,) = await act(other, invitations.list_invites)
    with pytest.raises(NotFound):
        await act(world, invitations.withdraw_invite, invite_id=invite.id)
    assert len(await act(other, invitations.list_invites)) == 1


@pytest.mark.parametrize(
    ("held", "may"),
    [
        (Permission.STAFF_VIEW, {"list"}),
        (Permission.STAFF_CREATE, {"invite", "withdraw"}),
        (Permission.STAFF_EDIT, set()),
    ],
)
async def test_who_may_invite_list_and_withdraw(world, held, may):
    role = await act(world, team.save_role, role_id=None, name="Nothing", permissions=[])
    await act(world, invitations.invite, email="ana@example.com", role_id=role.id)
    (invite,) = await act(world, invitations.list_invites)
    helper = replace(await make_member(world, "Viewer"), permissions=frozenset({held}))
    passed = set()
    for name, work, given in (
        ("list", invitations.list_invites, {}),
        ("invite", invitations.invite, {"email": "bo@example.com", "role_id": role.id}),
        ("withdraw", invitations.withdraw_invite, {"invite_id": invite.id}),
    ):
        with suppress(Forbidden):
            await act(world, work, by=helper, **given)
            passed.add(name)
    assert passed == may


async def test_who_is_in_the_workspace_is_not_invited_into_it(world):
    role = await role_named(world, "Agent")
    with pytest.raises(Invalid, match="already in the workspace"):
        await act(world, invitations.invite, email=world.email, role_id=role.id)
    assert await act(world, invitations.list_invites) == []


async def test_a_role_of_another_workspace_is_not_given(world):
    foreign = await role_named(await make_world(), "Admin")
    agent = await make_member(world, "Agent")
    with pytest.raises(NotFound):
        await act(world, team.change_member, user_id=agent.user_id, role_id=foreign.id)
    with pytest.raises(NotFound):
        await act(world, team.change_member, user_id=ids.new(), is_active=False)


async def test_a_withdrawn_invitation_is_dead(world):
    role = await role_named(world, "Agent")
    token = await act(world, invitations.invite, email="ana.w@example.com", role_id=role.id)
    async with unit_of_work() as uow:
        offered = await invitations.read_invitation(uow, token=token)
    assert (offered.role, offered.has_account) == ("Agent", False)
    (invite,) = await act(world, invitations.list_invites)
    await act(world, invitations.withdraw_invite, invite_id=invite.id)
    async with unit_of_work() as uow:
        assert await invitations.read_invitation(uow, token=token) is None
    with pytest.raises(Invalid, match="used before"):
        async with unit_of_work() as uow:
            await invitations.accept_invite(uow, token=token, name="Ana", password="a good phrase")


async def test_a_known_person_joins_with_their_own_password(world):
    other = await make_world()
    role = await role_named(other, "Agent")
    token = await act(other, invitations.invite, email=world.email, role_id=role.id)
    with pytest.raises(Invalid) as caught:
        async with unit_of_work() as uow:
            await invitations.accept_invite(uow, token=token, name="Evil", password="a new phrase")
    assert "password" in caught.value.fields
    async with unit_of_work() as uow:
        joined = await invitations.accept_invite(uow, token=token, name="Evil", password=PASSWORD)
    assert joined == (world.owner.user_id, other.workspace_id)
    members = {m.user_id: m for m in await act(other, team.list_members)}
    assert members[world.owner.user_id].name == "Olga Owner"


async def test_addresses_are_for_those_who_may_see_staff(world):
    agent = await make_member(world, "Agent")
    members = await act(world, team.list_members, by=agent)
    assert {member.email for member in members} == {""}
    assert Permission.STAFF_VIEW not in SEEDED_ROLES["Agent"]


async def test_what_happens_to_staff_is_written_down_by_name(world):
    agent = await make_member(world, "Agent", "Ana Agent")
    await act(world, team.remove_member, user_id=agent.user_id)
    async with unit_of_work(world.workspace_id) as uow:
        page = await activity.list_activity(uow.session, world.owner)
    assert (page.rows[0].action, page.rows[0].object_name) == ("staff.removed", "Ana Agent")
