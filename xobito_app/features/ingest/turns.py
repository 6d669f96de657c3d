"""The deliveries one drainer has in hand: small pieces in turn, and a bad one taken apart.

Each piece is a transaction of its own, of one workspace, and small. Messages go before the rest
of a large delivery and before ticks and history, and so does what stops others from being sent;
the workspaces take turns. A piece that does not work is halved until its culprit is alone, so it
costs nobody else anything.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.ingest import urgency
from xobito_app.features.ingest.apply import apply_parts
from xobito_app.features.ingest.received import count_received
from xobito_app.features.ingest.repository import DeliveryRepository, Waiting
from xobito_app.features.ingest.sorting import Sorted, note_unsorted, sort
from xobito_app.models.connection import EventState
from xobito_app.persistence.trouble import Fault, fault_of
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound import Part, UnknownChange
from xobito_app.whatsapp.inbound_events import Handover, HistoryProgress

log = logging.getLogger(__name__)

TRIES = 3
"""How often a delivery may fail for a reason nobody foresaw."""
COLLISIONS = 3
"""How often a piece is tried at once when somebody else was in its way."""
PIECE = 200
"""Parts in one transaction: a few hundred milliseconds on a slow machine."""
SMALL = 64 * 1024
"""Bytes up to which a delivery is taken up however much of larger ones is in hand."""
MOST_SMALL = 200
MOST_LARGE = 4
MOST_IN_HAND = 2000
ROOM = 8 * 1024 * 1024
"""Bytes in hand at the same time, of small deliveries and of larger ones each."""
UNSPEAKABLE = "What became of it could not be written down; the log has it."
NEVER_FINISHED = f"Reading it was begun {TRIES} times and never came to an end."


@dataclass(slots=True, eq=False)
class _Work:
    """A delivery in hand, and how far it is."""

    found: Sorted
    left: int
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    is_unforeseen: bool = False

    def settle(self, part: Part, failure: str, *, is_unforeseen: bool) -> None:
        """Note what became of one part."""
        self.left -= 1
        self.is_unforeseen |= is_unforeseen
        if failure:
            self.failures.append(failure)
        elif not isinstance(part, UnknownChange | Handover | HistoryProgress):
            self.done[_name_of(part)] += 1

    def row(self) -> dict[str, Any]:
        """Return what is written down about it."""
        reasons = "\n".join(dict.fromkeys(self.failures))[:4000]
        summary = ", ".join(f"{count} × {name}" for name, count in self.done.items())
        state = EventState.DONE
        if self.is_unforeseen and self.found.attempts < TRIES:
            state = EventState.PENDING
            reasons = f"Try {self.found.attempts} of {TRIES} did not work.\n{reasons}"
        elif self.failures:
            is_whole = len(self.failures) >= len(self.found.parts)
            state = EventState.FAILED if is_whole else EventState.PARTIAL
        return {
            "id": self.found.event_id,
            "state": state.value,
            "summary": summary,
            "error": reasons,
        }


_Item = tuple[_Work, Part]


@dataclass(slots=True)
class _Lanes:
    """What is to be done in one workspace."""

    messages: deque[_Item] = field(default_factory=deque)
    stops: deque[_Item] = field(default_factory=deque)
    rest: deque[_Item] = field(default_factory=deque)
    apart: deque[list[_Item]] = field(default_factory=deque)

    def of(self, part: Part) -> deque[_Item]:
        """Return where a part waits."""
        if urgency.is_waited_for(part):
            return self.messages
        return self.stops if urgency.stops_sending(part) else self.rest


class Desk:
    """Everything one pass has in hand."""

    def __init__(self, began: datetime) -> None:
        """Begin a pass.

        Args:
            began: Nothing that was begun since is taken up: each delivery once in a pass.
        """
        self.count = 0
        self._began = began
        self._lanes: dict[UUID, _Lanes] = {}
        self._open: dict[UUID, _Work] = {}
        self._finished: list[_Work] = []
        self._unsorted: set[UUID] = set()
        self._current: set[UUID] = set()

    @property
    def has_work(self) -> bool:
        """Tell whether anything is left to do."""
        return bool(self._lanes or self._finished)

    @property
    def blameless(self) -> list[UUID]:
        """Return what is in hand but was not being worked on when the database went away.

        Of the others one may be what it went away from: they keep the attempt, and go alone the
        next time.
        """
        finished = {work.found.event_id for work in self._finished}
        return list(({*self._open} | self._unsorted | finished) - self._current)

    # --- taking up -----------------------------------------------------------------------------

    async def take_up(self) -> bool:
        """Begin what waits and has room; tell whether there was any.

        Finding out whose it is takes a fraction of doing it, so whoever stands behind somebody
        else's flood has their turn all the same.
        """
        has_taken = False
        while await self._take_some():
            has_taken = True
        return has_taken

    async def _take_some(self) -> bool:
        async with unit_of_work() as uow:
            deliveries = DeliveryRepository(uow.session)
            chosen = await deliveries.list_waiting(
                begun_before=self._began, split_at=SMALL, is_large=False, limit=self._room()
            )
            large = await deliveries.list_waiting(
                begun_before=self._began, split_at=SMALL, is_large=True, limit=MOST_LARGE
            )
        chosen += self._fitting(large)
        if not chosen:
            return False
        self.count += len(chosen)
        self._unsorted = {waiting.id for waiting in chosen}
        async with unit_of_work() as uow:
            # Committed before anything is tried: whatever becomes of us, it has been counted.
            await DeliveryRepository(uow.session).begin(
                [waiting.id for waiting in chosen], max(clock.now(), self._began)
            )
        for waiting in chosen:
            if waiting.attempts >= TRIES:
                await self._give_up(waiting.id, NEVER_FINISHED)
        fresh = [waiting.id for waiting in chosen if not waiting.attempts]
        again = [waiting.id for waiting in chosen if 0 < waiting.attempts < TRIES]
        if fresh:
            await self._sort(fresh, is_suspect=False)
        # Begun before and not ended: whatever it was that did it goes by itself this time.
        for event_id in again:
            await self._sort([event_id], is_suspect=True)
        return True

    def _room(self) -> int:
        """Return how many small deliveries may be taken up."""
        size = sum(w.found.size for w in self._open.values() if w.found.size <= SMALL)
        return max(0, min(MOST_SMALL, MOST_IN_HAND - len(self._open))) if size < ROOM else 0

    def _fitting(self, large: Sequence[Waiting]) -> list[Waiting]:
        sizes = [w.found.size for w in self._open.values() if w.found.size > SMALL]
        room = ROOM - sum(sizes)
        fitting: list[Waiting] = []
        for waiting in large:
            if waiting.size > room and (sizes or fitting):
                break
            room -= waiting.size
            fitting.append(waiting)
        return fitting

    async def _sort(self, event_ids: Sequence[UUID], *, is_suspect: bool) -> None:
        self._current = set(event_ids)
        try:
            async with unit_of_work() as uow:
                found = await sort(uow.session, event_ids)
        except Exception as error:
            if fault_of(error) is Fault.DATABASE:
                raise
            if len(event_ids) == 1:
                log.error("inbound.unsorted", exc_info=error)
                self._current = set()
                await self._give_up(event_ids[0], _reason(error))
                return
            for event_id in event_ids:
                await self._sort([event_id], is_suspect=is_suspect)
            return
        self._unsorted -= self._current
        self._current = set()
        for one in found:
            self._lay_down(one, is_suspect=is_suspect)

    def _lay_down(self, found: Sorted, *, is_suspect: bool) -> None:
        work = _Work(found, len(found.parts))
        self._open[found.event_id] = work
        if not found.parts:
            self._finish(work)
            return
        lanes = self._lanes.setdefault(found.workspace_id, _Lanes())
        items: list[_Item] = [(work, part) for part in found.parts]
        if is_suspect:
            lanes.apart.extend(items[at : at + PIECE] for at in range(0, len(items), PIECE))
            return
        for item in items:
            lanes.of(item[1]).append(item)

    async def _give_up(self, event_id: UUID, reason: str) -> None:
        """Keep why a delivery could not even be sorted; after the last try it has failed."""
        self._unsorted.discard(event_id)
        async with unit_of_work() as uow:
            await note_unsorted(uow.session, event_id, reason, tries=TRIES)

    # --- turns ---------------------------------------------------------------------------------

    async def turn(self) -> None:
        """Do a piece of what is urgent and of what was taken apart, and of somebody's rest."""
        for workspace_id, lanes in list(self._lanes.items()):
            for urgent in (lanes.messages, lanes.stops):
                if urgent:
                    await self._do(workspace_id, _piece(urgent))
            if lanes.apart:
                await self._do(workspace_id, lanes.apart.popleft())
        for workspace_id, lanes in list(self._lanes.items()):
            if lanes.rest:
                await self._do(workspace_id, _piece(lanes.rest))
                # The next one to have its rest done is somebody else.
                self._lanes[workspace_id] = self._lanes.pop(workspace_id)
                break
        for workspace_id, lanes in list(self._lanes.items()):
            if not (lanes.messages or lanes.stops or lanes.rest or lanes.apart):
                del self._lanes[workspace_id]
        await self._conclude()

    async def _do(self, workspace_id: UUID, items: list[_Item]) -> None:
        self._current = {work.found.event_id for work, _ in items}
        try:
            unfit = await _apply(workspace_id, [part for _, part in items])
        except Exception as error:
            if fault_of(error) is Fault.DATABASE:
                raise
            self._current = set()
            self._take_apart(workspace_id, items, error)
            return
        self._current = set()
        for place, (work, part) in enumerate(items):
            self._settle(work, part, unfit.get(place, ""))

    def _take_apart(self, workspace_id: UUID, items: list[_Item], error: Exception) -> None:
        if len(items) > 1:
            middle = len(items) // 2
            self._lanes[workspace_id].apart.extend((items[:middle], items[middle:]))
            return
        ((work, part),) = items
        log.error(
            "inbound.part_failed", exc_info=error, extra={"event_id": str(work.found.event_id)}
        )
        self._settle(work, part, f"{_name_of(part)}: {_reason(error)}", is_unforeseen=True)

    def _settle(
        self, work: _Work, part: Part, failure: str, *, is_unforeseen: bool = False
    ) -> None:
        work.settle(part, failure, is_unforeseen=is_unforeseen)
        if not work.left:
            self._finish(work)

    def _finish(self, work: _Work) -> None:
        del self._open[work.found.event_id]
        self._finished.append(work)

    async def _conclude(self) -> None:
        """Write down what became of the deliveries that are finished."""
        finished = self._finished
        try:
            await _write_down(finished)
        except Exception as error:
            if fault_of(error) is Fault.DATABASE:
                raise
            log.exception("inbound.not_concluded")
            # Whatever cannot be written down must not have everything be done once more.
            for work in finished:
                await _write_down([work], is_plain=True)
        self._finished = []


async def _apply(workspace_id: UUID, parts: Sequence[Part]) -> dict[int, str]:
    """Do a piece; when somebody else was in the way, at once again."""
    attempt = 1
    while True:
        try:
            async with unit_of_work(workspace_id) as uow:
                unfit = await apply_parts(uow.session, workspace_id, parts)
            await count_received(parts)
            return unfit
        except Exception as error:
            if attempt == COLLISIONS or fault_of(error) is not Fault.COLLISION:
                raise
            attempt += 1


async def _write_down(finished: Sequence[_Work], *, is_plain: bool = False) -> None:
    rows = [work.row() for work in finished]
    if is_plain:
        rows = [{**row, "summary": "", "error": UNSPEAKABLE} for row in rows]
    async with unit_of_work() as uow:
        await DeliveryRepository(uow.session).conclude(rows)
        for workspace_id in {work.found.workspace_id for work in finished}:
            announce(uow.session, workspace_id, Topic.JOURNAL, workspace_id)


def _piece(lane: deque[_Item]) -> list[_Item]:
    return [lane.popleft() for _ in range(min(PIECE, len(lane)))]


def _name_of(part: Part) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(part).__name__).lower()


def _reason(error: Exception) -> str:
    """Return what went wrong without what it went wrong with: statements carry people's words."""
    cause = getattr(error, "orig", None) or error
    said = f"{type(cause).__name__}: {cause}".partition("\n")[0]
    # It may quote what could not be stored.
    return coerce.storable(said[:500])
