"""The dialog that keeps the filters in force under a name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.lists import segments
from xobito_app.ui import browser, forms
from xobito_app.ui.blocks import Form, FormState
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.security import AppState, guarded_by, permitted


@permitted(edit=Permission.CONTACTS_EDIT)
class SegmentState(FormState, AppState):
    """The dialog, and the way back to what a segment was."""

    is_known: rx.Field[bool] = rx.field(False)

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        listed = await self.get_state(ContactsState)
        opened = next((row for row in listed.segments if row.is_open), None)
        self.is_known = opened is not None
        return {"name": opened.name if opened else ""}

    async def _save(self, row_id: UUID | None, form: Form) -> str:
        """Keep the filters that are in force; under a known name they take its place."""
        listed = await self.get_state(ContactsState)
        name = forms.text(form, "name")
        known = next((row.id for row in listed.segments if row.name == name.strip()), "")
        view = await self._call(
            segments.save_segment,
            name=name,
            segment_id=ids.parse(known) if known else None,
            contact_filter=listed._filter((await self._viewer()).time_zone),
        )
        return address.path_of({}, segment=str(view.id), sort=listed.sort)

    def _saved(self, result: str) -> list[Any]:
        return [toast_success("Saved."), browser.go(result)]

    @rx.event
    @guarded_by("delete")
    async def remove(self):
        """Forget the open segment; its contacts stay."""
        listed = await self.get_state(ContactsState)
        await self._call(segments.delete_segment, segment_id=ids.parse(listed.segment_id))
        self.is_open = False
        path = address.path_of({}, sort=listed.sort)
        return [toast_success("Segment deleted. Its contacts stay."), browser.go(path)]
