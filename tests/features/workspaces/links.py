"""People, invitations and reset links of the tests."""

from sqlmodel import select

from tests.fixtures import PASSWORD
from xobito_app.core.permissions import Actor
from xobito_app.features.accounts import people, security
from xobito_app.features.workspaces import invitations, team
from xobito_app.models.accounts import User
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
