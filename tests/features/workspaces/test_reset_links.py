"""Reset links, judged when they are used and not when they were made."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.features.workspaces.links import (
    NEW,
    act,
    email_of,
    give_password,
    join,
    opens_reset,
    role_of,
)
from tests.fixtures import PASSWORD, EmptyWorld, World, make_member, make_world
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid
from xobito_app.core.permissions import Actor
from xobito_app.features.accounts import people, rules, security, service as accounts
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work


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
        reset.token = await people.make_reset_link(
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
        mailed = await people.make_reset_link(uow.session, reset.agent.user_id)
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
        token = await people.make_reset_link(uow.session, world.owner.user_id)
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
