"""The form of one contact, new or known, with the workspace's own fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import custom_fields, sources, statuses
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.records.catalogue import ContactField, Shape
from xobito_app.features.contacts.schemas import ContactDraft, ContactView, CustomFieldView
from xobito_app.features.workspaces import team
from xobito_app.ui import browser, forms
from xobito_app.ui.blocks import Form, FormState
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.contacts.asked import ASKED
from xobito_app.ui.pages.contacts.rows import custom_text
from xobito_app.ui.security import AppState, guarded, permitted

_OWN = "own."


@dataclass(frozen=True, slots=True)
class OwnField:
    """One of the workspace's own fields in the form."""

    name: str
    label: str
    kind: str
    help: str
    placeholder: str
    value: str
    options: list[str] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, view: CustomFieldView, value: Any) -> OwnField:
        """Return a field with what the contact has in it, or its default."""
        held = value if value is not None else view.default
        return cls(
            name=_OWN + view.slug,
            label=view.label + (" *" if view.is_required else ""),
            kind=str(view.kind),
            help=view.help,
            placeholder=view.placeholder,
            value=custom_text(held),
            options=list(view.options),
            ticked=[str(item) for item in held] if isinstance(held, list) else [],
        )


def _written(one: ContactField, held: Any) -> str:
    """Return what a field of the form holds at first."""
    match one.shape:
        case Shape.REFERENCE:
            return str(held.id) if held else ""
        case Shape.GROUPS:
            return ", ".join(group.name for group in held)
        case _:
            return str(held)


def _read(one: ContactField, words: str) -> Any:
    """Return what a draft says for what stood in a field of the form."""
    match one.shape:
        case Shape.REFERENCE:
            return ids.parse(words) if words else None
        case Shape.GROUPS:
            return [name.strip() for name in words.split(",") if name.strip()]
        case _:
            return words


@permitted(create=Permission.CONTACTS_CREATE, edit=Permission.CONTACTS_EDIT)
class ContactFormState(FormState, AppState):
    """The open form."""

    own: rx.Field[list[OwnField]] = rx.field(default_factory=list)
    statuses: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    sources: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    @rx.event
    @guarded(Permission.CONTACTS_CREATE)
    async def open_from_address(self):
        """Begin a new contact when the address asks for one, as the palette does."""
        if not self.router.url.query_parameters.get("new"):
            return None
        await self._open(None)
        return browser.go("/contacts", replace=True)

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        view = await self._call(contacts.get_contact_view, contact_id=row_id) if row_id else None
        known = await self._call(statuses.list_statuses)
        self.statuses = [(str(status.id), status.name) for status in known]
        self.sources = [(str(s.id), s.name) for s in await self._call(sources.list_sources)]
        self.people = [(str(m.user_id), m.name) for m in await self._call(team.list_members)]
        own = await self._call(custom_fields.list_fields, active_only=True)
        self.own = [OwnField.of(f, view.custom.get(f.slug) if view else None) for f in own]
        if view is None:
            default = next((str(status.id) for status in known if status.is_default), "")
            return {"type": "lead", "status_id": default}
        return {one.draft_key: _written(one, getattr(view, one.name)) for one in ASKED}

    async def _save(self, row_id: UUID | None, form: Form) -> ContactView:
        draft = self._draft(form)
        if row_id is None:
            return await self._call(contacts.create_contact, draft=draft)
        return await self._call(contacts.update_contact, contact_id=row_id, draft=draft)

    def _saved(self, result: ContactView) -> list[Any]:
        return [toast_success("Saved."), browser.go(f"/contacts/{result.id}")]

    def _show_errors(self, errors: dict[str, str]) -> None:
        # Errors of own fields name them as REST does; the form's names differ.
        self.errors = {name.replace("custom.", _OWN): sentence for name, sentence in errors.items()}

    def _draft(self, form: Form) -> ContactDraft:
        wanted: dict[str, Any] = {
            one.draft_key: _read(one, forms.text(form, one.draft_key, 5000)) for one in ASKED
        }
        # A form without a status leaves the one there is.
        if wanted["status_id"] is None:
            del wanted["status_id"]
        wanted["custom"] = {
            own.name.removeprefix(_OWN): [
                option for option in own.options if forms.is_on(form, f"{own.name}:{option}")
            ]
            if own.kind == "checkboxes"
            else forms.text(form, own.name, 5000)
            for own in self.own
        }
        return ContactDraft(**wanted)
