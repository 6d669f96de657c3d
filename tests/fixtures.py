"""Workspaces, people and numbers to test with, each test in a workspace of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlmodel import select

from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import SEEDED_ROLES, Actor
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.accounts import User
from xobito_app.models.connection import Connection, Number, Route, RouteKind
from xobito_app.models.workspaces import Membership, Role
from xobito_app.persistence.unit_of_work import unit_of_work

PASSWORD = "a long enough phrase"


@dataclass(frozen=True)
class World:
    """A workspace with an owner and one connected business number."""

    workspace_id: WorkspaceId
    owner: Actor
    email: str
    waba_id: str
    phone_number_id: str
    number_id: UUID
    connection_id: UUID


async def make_world() -> World:
    """Make a fresh workspace; nothing in it depends on what other tests did."""
    bare = await make_empty_world()
    workspace_id, mark = bare.workspace_id, uuid4().hex[:12]
    async with unit_of_work(workspace_id) as uow:
        waba_id, phone_number_id = f"waba{mark}", f"pn{mark}"
        connection = Connection(workspace_id=workspace_id, waba_id=waba_id, is_simulated=True)
        uow.session.add(connection)
        await uow.session.flush()
        number = Number(
            workspace_id=workspace_id,
            connection_id=connection.id,
            phone_number_id=phone_number_id,
            display_phone="+1 555 078 3881",
            is_primary=True,
        )
        uow.session.add(number)
        await uow.session.flush()
        for kind, external_id in ((RouteKind.WABA, waba_id), (RouteKind.NUMBER, phone_number_id)):
            uow.session.add(
                Route(
                    kind=kind,
                    external_id=external_id,
                    workspace_id=workspace_id,
                    connection_id=connection.id,
                    number_id=number.id,
                )
            )
    return World(
        workspace_id,
        bare.owner,
        bare.email,
        waba_id,
        phone_number_id,
        number.id,
        connection.id,
    )


@dataclass(frozen=True)
class EmptyWorld:
    """A workspace with an owner, not connected to WhatsApp."""

    workspace_id: WorkspaceId
    owner: Actor
    email: str


async def make_empty_world() -> EmptyWorld:
    """Make a fresh workspace without a connection."""
    mark = uuid4().hex[:12]
    email = f"owner-{mark}@example.com"
    async with unit_of_work() as uow:
        user_id, workspace_id = await workspaces.create_workspace(
            uow,
            slug=f"e-{mark}",
            name=f"Shop {mark}",
            owner_name="Olga Owner",
            owner_email=email,
            owner_password=PASSWORD,
        )
    owner = replace(_actor(workspace_id, user_id, "Olga Owner", "Admin"), is_owner=True)
    return EmptyWorld(workspace_id, owner, email)


async def make_member(world: World | EmptyWorld, role: str, name: str = "Ana Agent") -> Actor:
    """Add a person with one of the seeded roles."""
    async with unit_of_work(world.workspace_id) as uow:
        user = User(name=name, email=f"{uuid4().hex}@example.com")
        uow.session.add(user)
        await uow.session.flush()
        roles = await uow.session.exec(
            select(Role).where(Role.name == role, Role.workspace_id == world.workspace_id)
        )
        uow.session.add(
            Membership(workspace_id=world.workspace_id, user_id=user.id, role_id=roles.one().id)
        )
    return _actor(world.workspace_id, user.id, name, role)


def _actor(workspace_id: WorkspaceId, user_id: UUID, name: str, role: str) -> Actor:
    return Actor(workspace_id, user_id, name, SEEDED_ROLES[role])  # type: ignore[arg-type]
