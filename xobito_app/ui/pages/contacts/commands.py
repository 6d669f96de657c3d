"""What contacts add to the command palette: people by name, number or company."""

from __future__ import annotations

from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import SEARCH_LIMIT, ContactFilter
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.shell.providers import Command, command_providers, ids_in, recall_providers

MOST = 5


async def find_contacts(viewer: Viewer, typed: str) -> list[Command]:
    """Return the contacts that fit."""
    if not viewer.actor.can(Permission.CONTACTS_VIEW):
        return []
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        wanted = ContactFilter(search=typed[:SEARCH_LIMIT])
        found = await listing.list_contacts(
            uow.session, viewer.actor, contact_filter=wanted, limit=MOST
        )
    return [
        Command(contact.name, f"/contacts/{contact.id}", "contact", "Contact")
        for contact in found.rows
    ]


async def recall_contacts(viewer: Viewer, paths: list[str]) -> list[Command]:
    """Return the contacts whose pages are among the addresses."""
    wanted = ids_in(paths, "/contacts/")
    if not wanted or not viewer.actor.can(Permission.CONTACTS_VIEW):
        return []
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        views = await load_views(uow.session, viewer.actor.workspace_id, wanted)
    return [
        Command(view.name, f"/contacts/{row_id}", "contact", "Recent")
        for row_id, view in views.items()
    ]


def register() -> None:
    """Have the palette ask for contacts too."""
    if find_contacts not in command_providers:
        command_providers.append(find_contacts)
        recall_providers.append(recall_contacts)
