"""Progress of imports, shown to the tabs that watch them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from xobito_app.core.errors import NotFound
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.contacts.imports import importing
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.contact_import.state import KEY, ImportCard, ImportState


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show an import that went on."""
    changed = {notice.subject_id for notice in notices}
    watching = [
        look
        for look in looks
        if look.shown in changed and look.viewer.actor.can(Permission.CONTACTS_IMPORT)
    ]
    cards: dict[str, ImportCard] = {}
    actor = system_actor(WorkspaceId(workspace_id))
    for import_id in {look.shown for look in watching}:
        try:
            async with unit_of_work(workspace_id) as uow:
                view = await importing.get_import(uow.session, actor, import_id=UUID(import_id))
        except NotFound:
            continue
        cards[import_id] = ImportCard.of(view)
    for look in watching:
        if card := cards.get(look.shown):
            look.change(ImportState, _showing(card))


def _showing(card: ImportCard) -> Callable[[ImportState], None]:
    return lambda state: state._show_card(card) if state.card.id == card.id else None


def register() -> None:
    """Have the wizard hear of progress."""
    relay.handle((Topic.CONTACT_IMPORT,), KEY, hear)
