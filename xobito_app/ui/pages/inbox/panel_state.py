"""Facts of the contact beside the open thread."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.contacts.schemas import ContactFacts
from xobito_app.features.inbox.threads import timeline
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
    def of(cls, facts: ContactFacts, zone: str) -> PanelFacts:
        """Format the facts."""
        return cls(
            type=facts.type.capitalize(),
            phone=facts.phone,
            username=f"@{facts.username}" if facts.username else "",
            email=facts.email,
            company=facts.company,
            status=facts.status,
            source=facts.source,
            groups=", ".join(facts.groups),
            since=formats.full(facts.created_at, zone),
            opted_out="No marketing: " + facts.opt_out_reason if facts.opted_out_at else "",
            description=facts.description,
        )


class PanelState(AppState):
    """The contact of the open thread."""

    facts: rx.Field[PanelFacts] = rx.field(default_factory=PanelFacts)

    async def _load(self, viewer: Viewer, conversation_id: UUID) -> None:
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            facts = await timeline.read_panel(
                uow.session, viewer.actor, conversation_id=conversation_id
            )
        self.facts = PanelFacts.of(facts, viewer.time_zone)
