"""The Event journal: a window of deliveries, one of them open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.ingest import journal
from xobito_app.features.ingest.backlog import read_backlog
from xobito_app.features.ingest.journal import DeliveryLine, DeliveryView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import formats
from xobito_app.ui.components import toast_error, toast_success
from xobito_app.ui.security import AppState, guarded

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
            told=line.error or line.summary or "Kept; nothing to do.",
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


class JournalState(AppState):
    """What the page shows."""

    rows: rx.Field[list[DeliveryRow]] = rx.field(default_factory=list)
    state: rx.Field[str] = rx.field("")
    cursor: rx.Field[str] = rx.field("")
    is_first: rx.Field[bool] = rx.field(True)
    is_loaded: rx.Field[bool] = rx.field(False)
    failure: rx.Field[str] = rx.field("")
    late: rx.Field[str] = rx.field("")
    detail: rx.Field[DeliveryDetail] = rx.field(
        default_factory=lambda: DeliveryDetail(DeliveryRow())
    )
    is_open: rx.Field[bool] = rx.field(False)
    is_replaying: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def load(self):
        """Show the newest deliveries."""
        await self._show("")

    @rx.event
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def show_older(self):
        """Show the window after this one."""
        if self.cursor:
            await self._show(self.cursor)

    @rx.event(supersedes=True)
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def filter_state(self, state: str):
        """Show only deliveries in one state, or all."""
        self.state = str(state) if state in dict(FILTERS) else ""
        await self._show("")

    async def _show(self, cursor: str) -> None:
        viewer = await self._viewer()
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                page = await journal.list_deliveries(
                    uow.session, viewer.actor, state=self.state, cursor=cursor
                )
                backlog = await read_backlog(uow.session)
        except AppError as error:
            self.failure = error.message
            return
        self.rows = [DeliveryRow.of(line, viewer.time_zone) for line in page.rows]
        self.cursor, self.is_first = page.cursor, not cursor
        self.late = backlog.sentence
        self.is_loaded, self.failure = True, ""

    @rx.event(supersedes=True)
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def open_delivery(self, event_id: str):
        """Show one delivery whole."""
        await self._open(event_id)
        self.is_open = True

    async def _is_read(self, event_id: str) -> bool:
        """Wait a moment for the workers, showing how far they are."""
        for _ in range(_LOOKS):
            await self._open(event_id)
            if self.detail.row.state != _STATES["pending"][0]:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    async def _open(self, event_id: str) -> None:
        viewer = await self._viewer()
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            view = await journal.read_delivery(
                uow.session, viewer.actor, event_id=ids.parse(event_id)
            )
        self.detail = DeliveryDetail.of(view, viewer.time_zone)

    @rx.event
    @guarded(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async def set_open(self, is_open: bool):
        """Close the open delivery."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CONNECTION_MANAGE)
    async def replay(self):
        """Do once more what the open delivery says."""
        event_id = self.detail.row.id
        self.is_replaying = True
        yield
        try:
            actor = await self._actor()
            async with unit_of_work(actor.workspace_id) as uow:
                await journal.replay(uow.session, actor, event_id=ids.parse(event_id))
            if await self._is_read(event_id):
                yield toast_success("Read again. What it had done before was not done twice.")
            else:
                yield toast_success("It waits to be read again; the workers have more to do first.")
            await self._show("")
        except AppError as error:
            yield toast_error(error.message)
        finally:
            self.is_replaying = False
