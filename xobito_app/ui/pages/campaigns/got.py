"""What somebody got from campaigns, for their page and for the panel beside a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.reading.schemas import GotLine
from xobito_app.ui import formats, styles
from xobito_app.ui.components import badge, empty_line
from xobito_app.ui.pages.campaigns import words
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.security import AppState


@dataclass(frozen=True, slots=True)
class GotRow:
    """One campaign somebody was sent."""

    id: str
    link: str
    name: str
    line: str
    state_words: str
    tone: str
    when: str

    @classmethod
    def of(cls, line: GotLine, zone: str, now: datetime) -> GotRow:
        """Word what somebody got."""
        state = str(line.state)
        answered = f"Replied {formats.full(line.replied_at, zone)}" if line.replied_at else ""
        return cls(
            id=str(line.id),
            link=f"/campaigns/{line.campaign_id}",
            name=line.name or words.UNNAMED,
            line=answered or line.reason or line.template_name,
            state_words=words.STATE_WORDS.get(state, state),
            tone=words.STATE_TONES.get(state, "neutral"),
            when=formats.ago(line.at, zone, now),
        )


async def read_got(
    state: AppState, viewer: Viewer, contact_id: UUID, now: datetime
) -> list[GotRow]:
    """Return what a contact got; nothing to those who may not see campaigns."""
    if not viewer.actor.can(Permission.CAMPAIGNS_VIEW):
        return []
    found = await state._call(reading.list_of_contact, contact_id=contact_id)
    return [GotRow.of(line, viewer.time_zone, now) for line in found]


def got_list(rows: ArrayVar[Sequence[GotRow]]) -> rx.Component:
    """Return the campaigns somebody was sent, the newest first."""
    return rx.cond(
        rows,
        rx.el.div(rx.foreach(rows, _line)),
        empty_line("No campaign has gone to this contact."),
    )


def _line(row: ObjectVar[GotRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            ReactRouterLink.create(row.name, to=row.link, class_name=styles.CELL_MAIN),
            rx.el.div(row.line, class_name=styles.ROW_LINE),
            class_name=styles.GROW,
        ),
        badge(row.state_words, row.tone),
        rx.el.span(row.when, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        class_name=styles.LIST_ROW,
        key=row.id,
    )
