"""Facts of the contact beside the open thread."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox import timeline
from xobito_app.features.inbox.schemas import PanelView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats
from xobito_app.ui.security import AppState


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """What the panel shows, formatted; empty facts are not drawn."""

    type: str = ""
    phone: str = ""
    username: str = ""
    email: str = ""
    company: str = ""
    status: str = ""
    source: str = ""
    groups: str = ""
    since: str = ""
    opted_out: str = ""
    description: str = ""

    @classmethod
    def of(cls, panel: PanelView, status: str, zone: str) -> PanelFacts:
        """Format the facts."""
        return cls(
            type=panel.type.capitalize(),
            phone=panel.phone,
            username=f"@{panel.username}" if panel.username else "",
            email=panel.email,
            company=panel.company,
            status=status,
            source=panel.source,
            groups=", ".join(panel.groups),
            since=formats.full(panel.created_at, zone),
            opted_out="No marketing: " + panel.opt_out_reason if panel.opted_out_at else "",
            description=panel.description,
        )


class PanelState(AppState):
    """The contact of the open thread."""

    facts: rx.Field[PanelFacts] = rx.field(default_factory=PanelFacts)

    async def _load(self, viewer: Viewer, conversation_id: UUID) -> None:
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            panel = await timeline.read_panel(
                uow.session, viewer.actor, conversation_id=conversation_id
            )
            names = await contacts.status_names(uow.session, viewer.actor)
        status = names.get(panel.status_id, "") if panel.status_id else ""
        self.facts = PanelFacts.of(panel, status, viewer.time_zone)
