"""The dialog that keeps the filters in force under a name."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.lists import segments
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser, forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.security import AppState, guarded


class SegmentState(AppState):
    """The dialog, and the way back to what a segment was."""

    is_open: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    is_known: rx.Field[bool] = rx.field(False)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def begin(self):
        """Ask for the name."""
        listed = await self.get_state(ContactsState)
        opened = next((row for row in listed.segments if row.is_open), None)
        self.name, self.is_known = opened.name if opened else "", opened is not None
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def save(self, form: dict[str, Any]):
        """Keep the filters that are in force; under a known name they take its place."""
        viewer = await self._viewer()
        listed = await self.get_state(ContactsState)
        name = forms.text(form, "name")
        known = next((row.id for row in listed.segments if row.name == name.strip()), "")
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                view = await segments.save_segment(
                    uow.session,
                    viewer.actor,
                    name=name,
                    segment_id=ids.parse(known) if known else None,
                    contact_filter=address.filter_of(listed.query, viewer.time_zone),
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.is_open = False
        path = address.path_of({}, segment=str(view.id), sort=listed.sort)
        return [toast_success("Saved."), browser.go(path)]

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def remove(self):
        """Forget the open segment; its contacts stay."""
        viewer = await self._viewer()
        listed = await self.get_state(ContactsState)
        async with unit_of_work(viewer.actor.workspace_id) as uow:
            await segments.delete_segment(
                uow.session, viewer.actor, segment_id=ids.parse(listed.segment_id)
            )
        self.is_open = False
        path = address.path_of({}, sort=listed.sort)
        return [toast_success("Segment deleted. Its contacts stay."), browser.go(path)]
