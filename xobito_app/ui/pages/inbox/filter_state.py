"""Narrowing the list by number, group, status and source."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from reflex_base.event import Event

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.connection import accounts
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.pages.inbox.state import NARROWED, SEES_INBOX, InboxListState
from xobito_app.ui.security import AppState, guarded


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A wish that narrows the list now."""

    part: str
    words: str


class FilterState(StagedState, AppState):
    """What can be chosen, and what is."""

    is_open: rx.Field[bool] = rx.field(False)
    # What each part can be narrowed to, as values and words.
    choices: rx.Field[dict[str, list[tuple[str, str]]]] = rx.field(
        default_factory=lambda: {part: [] for part in NARROWED}
    )
    chips: rx.Field[list[FilterChip]] = rx.field(default_factory=list)

    @rx.event
    @guarded(*SEES_INBOX)
    async def set_open(self, is_open: bool):
        """Read what there is to choose from, or close the box."""
        self.is_open = bool(is_open)
        if self.is_open:
            self.stage = "loading"
            yield
            await self._staged(self._read_choices())

    @rx.event
    @guarded(*SEES_INBOX)
    async def load(self):
        """Say what the address narrows the list by."""
        listing = await self.get_state(InboxListState)
        if any(listing.narrowed.values()):
            await self._staged(self._read_choices())
        self._show_chips(listing)

    async def _read_choices(self) -> None:
        async with self._transaction() as session:
            labels = await self._call(list_labels)
            workspace_id = (await self._actor()).workspace_id
            numbers = await accounts.list_numbers(session, workspace_id)
        self.choices = {
            "number": [(str(n.id), n.verified_name or n.display_phone) for n in numbers],
            "group": [(str(label.id), label.name) for label in labels.groups],
            "status": [(str(label.id), label.name) for label in labels.statuses],
            "source": [(str(label.id), label.name) for label in labels.sources],
            "campaign": await self._campaigns(),
        }

    async def _campaigns(self) -> list[tuple[str, str]]:
        """Return the newest campaigns, for those who may see any."""
        if not (await self._actor()).can(Permission.CAMPAIGNS_VIEW):
            return []
        found = await self._call(campaigns.list_campaigns)
        return [(str(line.id), line.name) for line in found.rows if line.started_at]

    @rx.event
    @guarded(*SEES_INBOX)
    async def choose(self, part: str, value: str):
        """Narrow by one value; an empty one lifts that wish."""
        # Parsed here: a value that is no id must not stay in the state.
        wanted = str(ids.parse(value)) if value else ""
        return await self._choose({part: wanted} if part in NARROWED else {})

    @rx.event
    @guarded(*SEES_INBOX)
    async def clear(self):
        """Lift every wish at once."""
        nothing = dict.fromkeys(NARROWED, "")
        return await self._choose(nothing, unread_only=False, closing_soon=False)

    async def _choose(self, changes: dict[str, str], **wishes: bool) -> Event:
        listing = await self.get_state(InboxListState)
        told = await listing._wish(narrowed={**listing.narrowed, **changes}, **wishes)
        self._show_chips(listing)
        return told

    def _show_chips(self, listing: InboxListState) -> None:
        self.chips = [
            FilterChip(part, f"{NARROWED[part]}: {name}")
            for part, choices in self.choices.items()
            for value, name in choices
            if value == listing.narrowed.get(part)
        ]
