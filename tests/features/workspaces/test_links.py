"""Invitations and reset links, judged when they are used and not when they were made."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.fixtures import PASSWORD, EmptyWorld, World, make_member, make_world
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts import people, rules, security
from xobito_app.features.accounts import service as accounts
from xobito_app.features.workspaces import invitations, team
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.accounts import User
from xobito_app.models.workspaces import Membership
from xobito_app.persistence.unit_of_work import unit_of_work

NEW = "a phrase of my own"


async def act(world, service, *, by=None, **given):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, by or world.owner, **given)


async def role_of(world, name: str):
    roles = await act(world, team.list_roles)
    return next(role for role in roles if role.name == name)


async def email_of(actor: Actor) -> str:
    async with unit_of_work() as uow:
        return (await uow.session.exec(select(User.email).where(User.id == actor.user_id))).one()


async def give_password(actor: Actor, *, is_own: bool = True) -> None:
    async with unit_of_work() as uow:
        user = (await uow.session.exec(select(User).where(User.id == actor.user_id))).one()
        made = await people.create_person(
            uow.session, name="x", email=f"x-{user.email}", password=PASSWORD
        )
        user.password_hash, user.password_is_own = made.password_hash, is_own
        uow.session.add(user)


async def opens_reset(token: str) -> bool:
    async with unit_of_work() as uow:
        return bool(await security.find_reset_email(uow, token=token))


async def opens_invitation(token: str) -> bool:
    async with unit_of_work() as uow:
        return await invitations.read_invitation(uow, token=token) is not None


async def join(world, email: str, *, by=None, role: str = "Agent", password: str = PASSWORD):
    token = await act(
        world, invitations.invite, by=by, email=email, role_id=(await role_of(world, role)).id
    )
    async with unit_of_work() as uow:
        return await invitations.accept_invite(uow, token=token, name="Ana", password=password)


@dataclass
class Reset:
    """A link that an admin made for an agent of the same workspace."""

    world: World | EmptyWorld
    admin: Actor
    agent: Actor
    token: str


@pytest.fixture
async def reset(world) -> Reset:
    admin = await make_member(world, "Admin", "Ada Admin")
    agent = await make_member(world, "Agent")
    await give_password(agent)
    token = await act(world, team.make_member_reset_link, by=admin, user_id=agent.user_id)
    assert await opens_reset(token)
    return Reset(world, admin, agent, token)


async def joins_elsewhere(reset: Reset):
    await join(await make_world(), await email_of(reset.agent))


async def belongs_elsewhere_inactive(reset: Reset):
    other = await make_world()
    user_id, _ = await join(other, await email_of(reset.agent))
    async with unit_of_work() as uow:
        # Made again: joining alone would have ended the first one.
        reset.token = await security.make_reset_link(
            uow.session,
            reset.agent.user_id,
            workspace_id=reset.world.workspace_id,
            made_by=reset.admin.user_id,
        )
    async with unit_of_work(other.workspace_id) as uow:
        membership = await team.MemberRepository(uow.session, other.workspace_id).find_by_user(
            user_id
        )
        membership.is_active = False
        uow.session.add(membership)


async def changes_own_password(reset: Reset):
    async with unit_of_work() as uow:
        token = await accounts.open_session(
            uow.session, reset.agent.user_id, reset.world.workspace_id
        )
        viewer = await accounts.identify(uow, token)
    await security.change_password(viewer, current=PASSWORD, wanted=NEW)


async def uses_another_link(reset: Reset):
    async with unit_of_work() as uow:
        mailed = await security.make_reset_link(uow.session, reset.agent.user_id)
    async with unit_of_work() as uow:
        await security.reset_password(uow, token=mailed, wanted=NEW)


async def is_deactivated(reset: Reset):
    await act(reset.world, team.change_member, user_id=reset.agent.user_id, is_active=False)


async def is_off_and_on_again(reset: Reset):
    await is_deactivated(reset)
    await act(reset.world, team.change_member, user_id=reset.agent.user_id, is_active=True)


async def is_removed(reset: Reset):
    await act(reset.world, team.remove_member, user_id=reset.agent.user_id)


async def becomes_owner(reset: Reset):
    await act(reset.world, team.hand_over, user_id=reset.agent.user_id)


async def rises_above_its_maker(reset: Reset):
    manager = await role_of(reset.world, "Manager")
    await act(reset.world, team.change_member, user_id=reset.agent.user_id, role_id=manager.id)
    await act(
        reset.world,
        team.save_role,
        role_id=(await role_of(reset.world, "Admin")).id,
        name="Admin",
        permissions=["staff.edit", "inbox.reply"],
    )


async def maker_loses_the_right(reset: Reset):
    agent = await role_of(reset.world, "Agent")
    await act(reset.world, team.change_member, user_id=reset.admin.user_id, role_id=agent.id)


async def maker_is_deactivated(reset: Reset):
    await act(reset.world, team.change_member, user_id=reset.admin.user_id, is_active=False)


async def maker_is_off_and_on_again(reset: Reset):
    await maker_is_deactivated(reset)
    await act(reset.world, team.change_member, user_id=reset.admin.user_id, is_active=True)


async def maker_is_removed(reset: Reset):
    await act(reset.world, team.remove_member, user_id=reset.admin.user_id)


@pytest.mark.parametrize(
    "happens",
    [
        joins_elsewhere,
        belongs_elsewhere_inactive,
        changes_own_password,
        uses_another_link,
        is_deactivated,
        is_off_and_on_again,
        is_removed,
        becomes_owner,
        rises_above_its_maker,
        maker_loses_the_right,
        maker_is_deactivated,
        maker_is_off_and_on_again,
        maker_is_removed,
    ],
)
async def test_an_admins_reset_link_is_void_as_soon_as(reset, happens):
    await happens(reset)
    assert not await opens_reset(reset.token)
    with pytest.raises(Invalid, match="used before"):
        async with unit_of_work() as uow:
            await security.reset_password(uow, token=reset.token, wanted=NEW)


async def test_a_reset_link_can_be_made_by_those_above_for_people_of_this_workspace_alone(reset):
    await joins_elsewhere(reset)
    with pytest.raises(Forbidden, match="other workspaces"):
        await act(reset.world, team.make_member_reset_link, user_id=reset.agent.user_id)


async def test_a_link_somebody_asked_for_works_wherever_they_belong(world):
    other = await make_world()
    await join(other, world.email)
    async with unit_of_work() as uow:
        token = await security.make_reset_link(uow.session, world.owner.user_id)
    assert await opens_reset(token)


@pytest.mark.parametrize(
    ("age", "is_fresh"),
    [
        (rules.RESET_LIFETIME - timedelta(microseconds=1), True),
        (rules.RESET_LIFETIME, True),
        (rules.RESET_LIFETIME + timedelta(microseconds=1), False),
    ],
)
def test_how_long_a_reset_link_lives(age, is_fresh):
    now = clock.now()
    assert rules.is_reset_fresh(now - age, now) is is_fresh


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
        link = await security.make_reset_link(uow.session, world.owner.user_id)
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
