"""Meaning all contacts who fit a filter: the same filters as those of the contact list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from xobito_app.features.campaigns.schemas import Audience
from xobito_app.features.contacts.lists import listing
from xobito_app.ui.blocks import Form, PageState, Viewer
from xobito_app.ui.pages.campaign_wizard.audience_state import AudienceState
from xobito_app.ui.pages.campaign_wizard.draft_state import EDITS, DraftState
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.filtering import FilteringState
from xobito_app.ui.security import AppState, guarded, permitted


@permitted(view=EDITS)
class AudienceFilterState(FilteringState, PageState, AppState):
    """The filter that says who is meant."""

    query: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    count_words: rx.Field[str] = rx.field("")
    is_filtering: rx.Field[bool] = rx.field(False)

    async def _read(self, viewer: Viewer) -> None:
        draft = await self.get_state(DraftState)
        if draft.step != "audience":
            return
        self.is_filtering = False
        await self._read_choices()
        said = draft._view.audience.contact_filter if draft._view else None
        query = address.query_of(said, viewer.time_zone) if said else {}
        await self._show_filter(query, viewer)

    async def _show_filter(self, query: Mapping[str, str], viewer: Viewer) -> None:
        self.query, self.count_words = dict(query), ""
        self._word_filters()
        if query:
            wanted = address.filter_of(query, viewer.time_zone)
            count = await self._call(listing.count_contacts, contact_filter=wanted)
            self.count_words = "1 contact fits." if count == 1 else f"{count:,} contacts fit."

    async def _mean(self, said: Mapping[str, Any]) -> list[Any]:
        query, viewer = address.read_query(said), await self._viewer()
        # Without any filter nobody is meant: everybody is another choice, and said aloud.
        meant = address.filter_of(query, viewer.time_zone) if query else None
        audience = await self.get_state(AudienceState)
        told = await audience._keep(Audience(contact_filter=meant))
        await self._show_filter(query, viewer)
        return told

    @rx.event
    @guarded(*EDITS)
    async def narrow_more(self, form: Form):
        """Set the filters of the form at once."""
        self.is_filtering = False
        return await self._mean({**self.query, **{str(k): str(v or "") for k, v in form.items()}})

    @rx.event
    @guarded(*EDITS)
    async def narrow(self, name: str, value: str):
        """Set one filter; an empty value takes it away."""
        return await self._mean({**self.query, str(name): str(value)})

    @rx.event
    @guarded(*EDITS)
    async def set_filtering(self, is_open: bool):
        """Open or close the box with all filters."""
        self.is_filtering = is_open is True
