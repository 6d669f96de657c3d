"""Fills an installation with people and the simulated number; prints their session cookies."""

from __future__ import annotations

import asyncio
import json

from sqlmodel import col, select

from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import ALL, Actor
from xobito_app.features.accounts import service
from xobito_app.features.connection import connecting
from xobito_app.features.workspaces import service as workspaces, team
from xobito_app.models.accounts import User
from xobito_app.models.workspaces import Membership
from xobito_app.persistence.engine import dispose
from xobito_app.persistence.unit_of_work import unit_of_work

PASSWORD = "correct horse battery"


async def _owner() -> Actor:
    """Return the owner of the first workspace, made when there is none yet."""
    async with unit_of_work() as uow:
        if not await workspaces.is_set_up(uow.session):
            await workspaces.set_up(
                uow,
                workspace_name="Bloom & Co",
                owner_name="Olga Owner",
                email="olga@example.com",
                password=PASSWORD,
            )
        owner = (await uow.session.exec(select(User).order_by(col(User.created_at)))).first()
        member = (await uow.session.exec(select(Membership))).first()
        assert owner is not None
        assert member is not None
        return Actor(
            WorkspaceId(member.workspace_id), UserId(owner.id), owner.name, ALL, is_owner=True
        )


async def _fill() -> dict[str, str]:
    owner = await _owner()
    workspace_id = owner.workspace_id
    async with unit_of_work(workspace_id) as uow:
        roles = {role.name: role.id for role in await team.list_roles(uow.session, owner)}
        blind = await team.save_role(
            uow.session,
            owner,
            role_id=None,
            name="Own chats only",
            permissions=["inbox.view_assigned", "inbox.reply"],
        )
        for name, role_id in (
            ("ana", roles["Agent"]),
            ("bruno", roles["Agent"]),
            ("carla", blind.id),
        ):
            await team.create_member(
                uow.session,
                owner,
                name=name.capitalize(),
                email=f"{name}@example.com",
                password=PASSWORD,
                role_id=role_id,
                must_change=False,
            )
    await connecting.start_simulator(owner)
    tokens: dict[str, str] = {}
    async with unit_of_work() as uow:
        for user in await uow.session.exec(select(User)):
            name = user.email.split("@")[0]
            tokens[name] = await service.open_session(uow.session, user.id, workspace_id)
            tokens[f"{name}_id"] = str(user.id)
    await dispose()
    return tokens


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_fill())))
