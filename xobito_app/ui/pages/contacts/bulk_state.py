"""One action on everything that is selected: asked for, watched, stopped."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.bulk import bulk
from xobito_app.ui import forms
from xobito_app.ui.blocks import Form, FormState
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.contacts.rows import JobRow
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.security import AppState, guarded_by, permitted

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
_VERBS = {
    "add_group": "Add {}",
    "remove_group": "Remove {}",
    "set_status": "Change {}",
    "set_source": "Change {}",
    "assign": "Assign {}",
    "opt_out": "Opt out {}",
    "opt_in": "Opt in {}",
    "delete": "Delete {}",
}
_LINES = {
    "opt_out": "They get no more campaigns. You can still answer what they write.",
    "opt_in": "They may get campaigns again. Make sure they agreed to it.",
    "delete": "The contacts and their conversations are deleted. This cannot be undone.",
}


@permitted(edit=_CHANGES)
class BulkState(FormState, AppState):
    """The dialog of an action on the selected contacts."""

    kind: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    line: rx.Field[str] = rx.field("")
    verb: rx.Field[str] = rx.field("")
    choices: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    @rx.event
    @guarded_by("edit")
    async def begin(self, kind: str):
        """Open the dialog of one action."""
        if kind not in TITLES:
            return
        listed = await self.get_state(ContactsState)
        listed_name = _CHOICES.get(kind, "")
        choices: list[tuple[str, str]] = list(getattr(listed, listed_name)) if listed_name else []
        if kind == "assign":
            choices = [("", "Nobody"), *choices]
        self.kind, self.title, self.choices = kind, TITLES[kind], choices
        self.line, self.verb = _LINES.get(kind, ""), _VERBS[kind].format(listed.selected_things)
        await self._open(None)

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        """Begin the action; it goes on in the background."""
        listed = await self.get_state(ContactsState)
        target, zone = forms.text(form, "target_id", 40), (await self._viewer()).time_zone
        job = await self._call(
            bulk.start_job,
            kind=self.kind,
            contact_filter=listed._meant(zone),
            target_id=ids.parse(target) if target else None,
            reason=forms.text(form, "reason", 255),
        )
        listed._select([], everything=False)
        listed._show_jobs([JobRow.of(job), *listed.jobs][:5])

    def _saved(self, _result: Any) -> list[Any]:
        # The line above the list says how far it is.
        return []

    @rx.event
    @guarded_by("edit")
    async def stop(self, job_id: str):
        """Stop an action; what it did so far stays."""
        listed = await self.get_state(ContactsState)
        await self._call(bulk.stop_job, job_id=ids.parse(job_id))
        listed._show_jobs(await listed._recent_jobs())
        return toast_success("Stopped. What was done so far stays.")
