"""One action on everything that is selected: asked for, watched, stopped."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.bulk import bulk
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.contacts.rows import JobRow, is_recent
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.security import AppState, guarded

_CHANGES = (Permission.CONTACTS_EDIT, Permission.CONTACTS_DELETE)
TITLES = {
    "add_group": "Add to a group",
    "remove_group": "Remove from a group",
    "set_status": "Set the status",
    "set_source": "Set the source",
    "assign": "Assign",
    "opt_out": "Opt out",
    "opt_in": "Opt in again",
    "delete": "Delete",
}
_CHOICES = {
    "add_group": "groups",
    "remove_group": "groups",
    "set_status": "statuses",
    "set_source": "sources",
    "assign": "people",
}
_LINES = {
    "opt_out": "They get no more campaigns. Answers to what they write still go out.",
    "opt_in": "They may get campaigns again. Make sure that they want to.",
    "delete": "Contacts and their conversations are deleted. This cannot be undone.",
}


class BulkState(AppState):
    """The dialog of an action on the selected contacts."""

    kind: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    line: rx.Field[str] = rx.field("")
    choices: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    is_open: rx.Field[bool] = rx.field(False)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(*_CHANGES)
    async def ask(self, kind: str):
        """Open the dialog of one action."""
        if kind not in TITLES:
            return
        listed = await self.get_state(ContactsState)
        listed_name = _CHOICES.get(kind, "")
        choices: list[tuple[str, str]] = list(getattr(listed, listed_name)) if listed_name else []
        if kind == "assign":
            choices = [("", "Nobody"), *choices]
        self.kind, self.title, self.choices = kind, TITLES[kind], choices
        self.line = f"{listed.selection_words}. {_LINES.get(kind, '')}".strip()
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(*_CHANGES)
    async def start(self, form: dict[str, Any]):
        """Begin the action; it goes on in the background."""
        viewer = await self._viewer()
        listed = await self.get_state(ContactsState)
        target = forms.text(form, "target_id", 40)
        try:
            async with unit_of_work(viewer.actor.workspace_id) as uow:
                job = await bulk.start_job(
                    uow.session,
                    viewer.actor,
                    kind=self.kind,
                    contact_filter=listed._meant(viewer.time_zone),
                    target_id=ids.parse(target) if target else None,
                    reason=forms.text(form, "reason", 255),
                )
        except Invalid as error:
            self.errors = field_errors(error)
            return
        self.is_open = False
        listed._select([], everything=False)
        listed._show_jobs([JobRow.of(job), *listed.jobs][:5])

    @rx.event
    @guarded(*_CHANGES)
    async def stop(self, job_id: str):
        """Stop an action; what it did so far stays."""
        actor = await self._actor()
        listed = await self.get_state(ContactsState)
        now = clock.now()
        async with unit_of_work(actor.workspace_id) as uow:
            await bulk.stop_job(uow.session, actor, job_id=ids.parse(job_id))
            jobs = await bulk.list_jobs(uow.session, actor, limit=5)
        listed._show_jobs([JobRow.of(view) for view in jobs if is_recent(view, now)])
        return toast_success("Stopped. What was done stays.")
