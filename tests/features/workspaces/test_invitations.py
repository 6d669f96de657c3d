"""Invitations, judged when they are used and not when they were made."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.features.workspaces.links import (
    act,
    email_of,
    give_password,
    join,
    opens_invitation,
    opens_reset,
    role_of,
)
from tests.fixtures import PASSWORD, EmptyWorld, World, make_member, make_world
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts import people, service as accounts
from xobito_app.features.workspaces import invitations, service as workspaces, team
from xobito_app.models.accounts import User
from xobito_app.models.workspaces import Membership
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.mark.parametrize(
    ("days", "seconds", "works"), [(6, 86_399, True), (7, 0, True), (7, 1, False), (30, 0, False)]
)
async def test_an_invitation_lives_for_seven_days(world, days, seconds, works):
    begun = clock.now()
    clock.use(lambda: begun)
    try:
        role = await role_of(world, "Agent")
        email = f"late-{world.email}"
        token = await act(world, invitations.invite, email=email, role_id=role.id)
        clock.use(lambda: begun + timedelta(days=days, seconds=seconds))
        assert await opens_invitation(token) is works
        (line,) = await act(world, invitations.list_invites)
        assert line.is_expired is not works
        assert line.expires_at == begun + timedelta(days=7)
        async with unit_of_work() as uow:
            accept = invitations.accept_invite(uow, token=token, name="Ana", password=PASSWORD)
            if works:
                await accept
            else:
                with pytest.raises(Invalid, match="too old"):
                    await accept
    finally:
        clock.use(None)


@dataclass
class Invited:
    """Two invitations of one address, made by an admin."""

    world: World | EmptyWorld
    admin: Actor
    email: str
    token: str
    second: str


@pytest.fixture
async def invited(world) -> Invited:
    admin = await make_member(world, "Admin", "Ada Admin")
    email, role = f"new-{world.email}", await role_of(world, "Agent")
    tokens = [
        await act(world, invitations.invite, by=admin, email=email, role_id=role.id)
        for _ in range(2)
    ]
    assert await opens_invitation(tokens[0])
    return Invited(world, admin, email, *tokens)


async def accept(invited: Invited):
    async with unit_of_work() as uow:
        return await invitations.accept_invite(
            uow, token=invited.second, name="Ana", password=PASSWORD
        )


async def the_person_joins(invited: Invited):
    await accept(invited)


async def the_person_joins_and_is_deactivated(invited: Invited):
    user_id, _ = await accept(invited)
    await act(invited.world, team.change_member, user_id=user_id, is_active=False)


async def the_person_joins_and_is_removed(invited: Invited):
    user_id, _ = await accept(invited)
    await act(invited.world, team.remove_member, user_id=user_id)


async def the_person_is_created(invited: Invited):
    role = await role_of(invited.world, "Agent")
    await act(
        invited.world,
        team.create_member,
        name="Ana",
        email=invited.email,
        password=PASSWORD,
        role_id=role.id,
    )


async def the_maker_is_deactivated(invited: Invited):
    await act(invited.world, team.change_member, user_id=invited.admin.user_id, is_active=False)


async def the_maker_was_off_for_a_while(invited: Invited):
    await the_maker_is_deactivated(invited)
    await act(invited.world, team.change_member, user_id=invited.admin.user_id, is_active=True)


async def the_maker_is_removed(invited: Invited):
    await act(invited.world, team.remove_member, user_id=invited.admin.user_id)


async def the_maker_loses_the_right(invited: Invited):
    role = await role_of(invited.world, "Viewer")
    await act(invited.world, team.change_member, user_id=invited.admin.user_id, role_id=role.id)


async def the_role_grows_beyond_the_maker(invited: Invited):
    role = await role_of(invited.world, "Agent")
    await act(
        invited.world,
        team.save_role,
        role_id=(await role_of(invited.world, "Admin")).id,
        name="Admin",
        permissions=[*role.permissions, "staff.create"],
    )
    await act(
        invited.world,
        team.save_role,
        role_id=role.id,
        name="Agent",
        permissions=[*role.permissions, "settings.edit"],
    )


async def the_role_is_deleted(invited: Invited):
    role = await role_of(invited.world, "Agent")
    await act(invited.world, team.delete_role, role_id=role.id)


@pytest.mark.parametrize(
    "when",
    [
        the_person_joins,
        the_person_joins_and_is_deactivated,
        the_person_joins_and_is_removed,
        the_person_is_created,
        the_maker_is_deactivated,
        the_maker_was_off_for_a_while,
        the_maker_is_removed,
        the_maker_loses_the_right,
        the_role_grows_beyond_the_maker,
        the_role_is_deleted,
    ],
)
async def test_an_invitation_is_void_when(invited, when):
    await when(invited)
    assert not await opens_invitation(invited.token)
    with pytest.raises(Invalid, match="used before"):
        async with unit_of_work() as uow:
            await invitations.accept_invite(uow, token=invited.token, name="Eve", password=PASSWORD)


async def test_a_removed_person_is_invited_anew(invited):
    user_id, _ = await accept(invited)
    await act(invited.world, team.remove_member, user_id=user_id)
    await join(invited.world, invited.email)
    members = await act(invited.world, team.list_members)
    assert user_id in {member.user_id for member in members if member.is_active}


@pytest.mark.parametrize(("later", "opens"), [(-1, True), (0, True), (1, False), (None, False)])
async def test_whoever_was_taken_out_after_an_invitation_was_made_stays_out(invited, later, opens):
    """Also when the invitation itself was not made void on that occasion; and who is in is in."""
    user_id, workspace_id = await accept(invited)
    token = await act(
        invited.world,
        invitations.invite,
        email=f"other-{invited.email}",
        role_id=(await role_of(invited.world, "Agent")).id,
    )
    async with unit_of_work(workspace_id) as uow:
        link = await people.find_invite(uow.session, token)
        link.email = invited.email
        statement = select(Membership).where(Membership.user_id == user_id)
        member = (await uow.session.exec(statement)).one()
        member.removed_at = (
            None if later is None else link.created_at + timedelta(microseconds=later)
        )
        uow.session.add_all([link, member])
    assert await opens_invitation(token) is opens


async def test_the_maker_needs_no_more_than_the_role(invited):
    role = await role_of(invited.world, "Agent")
    await act(
        invited.world,
        team.save_role,
        role_id=(await role_of(invited.world, "Admin")).id,
        name="Admin",
        permissions=[*role.permissions, Permission.STAFF_CREATE],
    )
    assert await opens_invitation(invited.token)


async def test_joining_ends_every_session_of_before(world):
    async with unit_of_work() as uow:
        before = await accounts.open_session(uow.session, world.owner.user_id, world.workspace_id)
    await join(await make_world(), world.email)
    async with unit_of_work() as uow:
        assert await accounts.identify(uow, before) is None


async def test_owning_another_workspace_ends_them_too(world):
    async with unit_of_work() as uow:
        before = await accounts.open_session(uow.session, world.owner.user_id, world.workspace_id)
        link = await people.make_reset_link(uow.session, world.owner.user_id)
    async with unit_of_work() as uow:
        await workspaces.create_workspace(
            uow,
            slug=f"two-{world.waba_id}",
            name="Two",
            owner_name="",
            owner_email=world.email,
            owner_password="",
        )
    async with unit_of_work() as uow:
        assert await accounts.identify(uow, before) is None
    assert not await opens_reset(link)


async def test_nobody_joins_with_a_password_that_somebody_else_may_know(world):
    agent = await make_member(world, "Agent")
    await give_password(agent, is_own=False)
    other = await make_world()
    with pytest.raises(Invalid, match="choose one of your own"):
        await join(other, await email_of(agent))
    await give_password_again(agent)
    await join(other, await email_of(agent))


async def give_password_again(agent: Actor) -> None:
    async with unit_of_work() as uow:
        user = (await uow.session.exec(select(User).where(User.id == agent.user_id))).one()
        user.password_is_own = True
        uow.session.add(user)
