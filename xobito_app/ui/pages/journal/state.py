"""The Event journal: a window of deliveries, one of them open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.ingest import journal
from xobito_app.features.ingest.backlog import Backlog, read_backlog
from xobito_app.features.ingest.journal import DeliveryLine, DeliveryView
from xobito_app.ui import formats
from xobito_app.ui.blocks import DetailState, ListState, Page, Viewer
from xobito_app.ui.security import AppState, guarded, permitted

_STATES = {
    "done": ("Done", "success"),
    "partial": ("Partly done", "warning"),
    "failed": ("Failed", "danger"),
    "pending": ("Waiting", "info"),
    "unclaimed": ("Unclaimed", "neutral"),
    "refused": ("Refused", "warning"),
    "split": ("Split", "neutral"),
}
FILTERS = (
    ("", "All"),
    ("failed", "Failed"),
    ("partial", "Partly done"),
    ("refused", "Refused"),
    ("unclaimed", "Unclaimed"),
    ("pending", "Waiting"),
)
_SHOWN_BODY = 200_000
"""Characters of a body a screen shows; a payload may have three million."""
_LOOKS = 10
_LOOK_SECONDS = 0.3
"""How often, and after what pause, is looked whether a delivery has been read again."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of the list."""

    id: str = ""
    when: str = ""
    full_time: str = ""
    state: str = ""
    tone: str = "neutral"
    kinds: str = ""
    told: str = ""
    repeats: str = ""

    @classmethod
    def of(cls, line: DeliveryLine, zone: str) -> DeliveryRow:
        """Word a delivery."""
        word, tone = _STATES.get(line.state, (line.state, "neutral"))
        return cls(
            id=str(line.id),
            when=formats.ago(line.received_at, zone, clock.now()),
            full_time=formats.full(line.received_at, zone),
            state=word,
            tone=tone,
            kinds=", ".join(line.fields) or "unreadable",
            told=line.error or line.summary or "Stored; nothing to do.",
            repeats=f"sent {line.repeats + 1} times" if line.repeats else "",
        )


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """The open delivery."""

    row: DeliveryRow
    facts: str = ""
    body: str = ""
    is_cut: bool = False
    is_covered: bool = False

    @classmethod
    def of(cls, view: DeliveryView, zone: str) -> DeliveryDetail:
        """Word a delivery whole."""
        tries = "once" if view.attempts == 1 else f"{view.attempts} times"
        return cls(
            row=DeliveryRow.of(view.line, zone),
            facts=f"{formats.size(view.size)}, read {tries}",
            body=view.body[:_SHOWN_BODY],
            is_cut=not view.is_covered and view.size > len(view.body[:_SHOWN_BODY].encode()),
            is_covered=view.is_covered,
        )


@permitted(view=(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE))
class JournalState(ListState, DetailState, AppState):
    """What the page shows."""

    filters: ClassVar = ("state",)
    rows: rx.Field[list[DeliveryRow]] = rx.field(default_factory=list)
    late: rx.Field[str] = rx.field("")
    detail: rx.Field[DeliveryDetail] = rx.field(
        default_factory=lambda: DeliveryDetail(DeliveryRow())
    )

    async def _page(self, viewer: Viewer, cursor: str) -> Page[DeliveryRow]:
        state = self.query.get("state", "")
        page = await self._call(journal.list_deliveries, state=state, cursor=cursor)
        self.late = (await self._call(_read_backlog)).sentence
        return page.map(lambda line: DeliveryRow.of(line, viewer.time_zone))

    async def _detail(self, viewer: Viewer, row_id: UUID) -> None:
        view = await self._call(journal.read_delivery, event_id=row_id)
        self.detail = DeliveryDetail.of(view, viewer.time_zone)

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def replay(self):
        """Do once more what the open delivery says."""
        async for event in self._busily(self._replay):
            yield event

    async def _replay(self) -> str:
        event_id = self.detail.row.id
        await self._call(journal.replay, event_id=ids.parse(event_id))
        is_read = await self._is_read(event_id)
        await self._turn(self._cursors)
        if is_read:
            return "Read again. What it had done before was not done twice."
        return "Queued to be read again; the workers are busy."

    async def _is_read(self, event_id: str) -> bool:
        """Wait a moment for the workers, showing how far they are."""
        for _ in range(_LOOKS):
            await self._open(event_id)
            if self.detail.row.state != _STATES["pending"][0]:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False


async def _read_backlog(session: AsyncSession, _actor: Actor) -> Backlog:
    return await read_backlog(session)
