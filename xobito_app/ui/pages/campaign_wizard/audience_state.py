"""The second step: who is meant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.features.campaigns.schemas import Audience
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import SEARCH_LIMIT, ContactFilter
from xobito_app.ui.blocks import PageState, Viewer
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.pages.campaign_wizard.rows import WAYS, GroupRow, PersonRow
from xobito_app.ui.security import AppState, guarded, permitted

PEOPLE_SHOWN = 8
MOST_LISTED = 50
_WAYS = frozenset(way for way, _ in WAYS)


@permitted(view=EDITS)
class AudienceState(PageState, AppState):
    """The ways to mean people, and what is chosen in each."""

    way: rx.Field[str] = rx.field("groups")
    groups: rx.Field[list[GroupRow]] = rx.field(default_factory=list)
    segments: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    found: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    picked: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    picked_words: rx.Field[str] = rx.field("")
    has_segments: rx.Field[bool] = rx.field(False)
    _audience: Audience = Audience()

    async def _read(self, viewer: Viewer) -> None:
        draft = await self.get_state(DraftState)
        if draft.step != "audience":
            return
        self._audience = draft._view.audience if draft._view else Audience()
        self.way = draft.card.way or "groups"
        labels = await self._call(list_labels)
        named = [(label.id, label.name) for label in labels.groups]
        self._show_groups(named)
        self.segments = [
            (str(s.id), f"{s.name} ({s.contacts:,})")
            for s in await self._call(segments.list_segments)
        ]
        self.has_segments = bool(self.segments)
        await self._show_picked()

    def _show_groups(self, named: list[tuple[UUID, str]]) -> None:
        chosen, left_out = self._audience.group_ids, self._audience.except_group_ids
        self.groups = [
            GroupRow(str(row_id), name, row_id in chosen, row_id in left_out)
            for row_id, name in named
        ]

    async def _show_picked(self) -> None:
        wanted = list(self._audience.contact_ids)
        self.picked_words = f"{len(wanted):,} picked" if wanted else ""
        shown = wanted[-MOST_LISTED:]
        async with self._transaction() as session:
            views = await load_views(session, (await self._actor()).workspace_id, shown)
        self.picked = [PersonRow(str(v.id), v.name, v.phone) for v in views.values()]

    async def _keep(self, audience: Audience) -> list[Any]:
        draft = await self.get_state(DraftState)
        # Whoever is left out stays so, whichever way the others are meant.
        kept = audience.model_copy(update={"except_group_ids": self._audience.except_group_ids})
        return await self._store(draft, kept)

    async def _store(self, draft: DraftState, audience: Audience) -> list[Any]:
        told = await draft._save({"audience": audience})
        if draft._view:
            self._audience = draft._view.audience
        self._show_groups([(ids.parse(row.id), row.name) for row in self.groups])
        return told

    @rx.event
    @guarded(*EDITS)
    async def choose_way(self, way: str):
        """Mean people in another way; all contacts are meant at once, the others are chosen."""
        if way not in _WAYS:
            return None
        self.way = way
        if way == "everyone":
            return await self._keep(Audience(contact_filter=ContactFilter()))
        return None

    @rx.event
    @guarded(*EDITS)
    async def toggle_group(self, group_id: str):
        """Mean the members of a group, or no longer."""
        return await self._keep(
            Audience(group_ids=_toggled(self._audience.group_ids, ids.parse(group_id)))
        )

    @rx.event
    @guarded(*EDITS)
    async def toggle_except(self, group_id: str):
        """Leave the members of a group out, or no longer."""
        left_out = _toggled(self._audience.except_group_ids, ids.parse(group_id))
        draft = await self.get_state(DraftState)
        changed = self._audience.model_copy(update={"except_group_ids": left_out})
        return await self._store(draft, changed)

    @rx.event
    @guarded(*EDITS)
    async def choose_segment(self, segment_id: str):
        """Mean whoever is in a segment when it is launched."""
        wanted = ids.parse(segment_id) if segment_id else None
        return await self._keep(Audience(segment_id=wanted))

    @rx.event(supersedes=True)
    @guarded(*EDITS)
    async def find(self, typed: str):
        """Look for contacts by name or number."""
        wanted = ContactFilter(search=str(typed)[:SEARCH_LIMIT])
        page = await self._call(listing.list_contacts, contact_filter=wanted, limit=PEOPLE_SHOWN)
        self.found = [PersonRow(str(c.id), c.name, c.phone) for c in page.rows] if typed else []

    @rx.event
    @guarded(*EDITS)
    async def pick(self, contact_id: str):
        """Mean one contact more, or no longer."""
        chosen = _toggled(self._audience.contact_ids, ids.parse(contact_id))
        told = await self._keep(Audience(contact_ids=chosen))
        await self._show_picked()
        return told


def _toggled(chosen: tuple[UUID, ...], one: UUID) -> tuple[UUID, ...]:
    return tuple(i for i in chosen if i != one) if one in chosen else (*chosen, one)
