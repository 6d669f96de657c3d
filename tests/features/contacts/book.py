"""Short ways to say things about contacts in tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from tests.fixtures import EmptyWorld, World
from xobito_app.core.events import RecordsChanged, listen
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.schemas import ContactDraft, ContactFilter, ContactView
from xobito_app.persistence.unit_of_work import unit_of_work

AnyWorld = World | EmptyWorld
told: list[RecordsChanged] = []


async def _hear(_: object, event: RecordsChanged) -> None:
    told.append(event)


def listen_in(world: AnyWorld) -> list[RecordsChanged]:
    """Register (once) and forget what other tests told."""
    listen(RecordsChanged, _hear)
    told[:] = [event for event in told if event.workspace_id == world.workspace_id]
    return told


def fresh_phone() -> str:
    """Return a number no test has used."""
    return f"+1650{uuid4().int % 10_000_000:07d}"


async def add(world: AnyWorld, actor: Actor | None = None, **draft: Any) -> ContactView:
    """Add a contact; its number is any unless given."""
    draft.setdefault("phone", fresh_phone())
    async with unit_of_work(world.workspace_id) as uow:
        return await contacts.create_contact(
            uow.session, actor or world.owner, draft=ContactDraft(**draft)
        )


async def change(world: AnyWorld, contact_id: UUID, **draft: Any) -> ContactView:
    """Change a contact as the owner."""
    async with unit_of_work(world.workspace_id) as uow:
        return await contacts.update_contact(
            uow.session, world.owner, contact_id=contact_id, draft=ContactDraft(**draft)
        )


async def do(world: AnyWorld, service: Any, *, actor: Actor | None = None, **arguments: Any) -> Any:
    """Call a service in a unit of work of its own."""
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, actor or world.owner, **arguments)


def where(**contact_filter: Any) -> ContactFilter:
    """Return a filter."""
    return ContactFilter(**contact_filter)
