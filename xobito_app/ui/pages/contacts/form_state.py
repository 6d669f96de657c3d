"""The form of one contact, new or known, with the workspace's own fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import custom_fields, sources, statuses
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.schemas import ContactDraft, CustomFieldView
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import browser, forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.contacts.rows import custom_text
from xobito_app.ui.security import AppState, guarded

TEXTS = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "company",
    "website",
    "description",
    "country",
    "city",
    "state",
    "zip",
    "address",
    "language",
    "type",
)
_POINTERS = ("status_id", "source_id", "assignee_id")
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


class ContactFormState(AppState):
    """The open form."""

    is_open: rx.Field[bool] = rx.field(False)
    editing: rx.Field[str] = rx.field("")
    values: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    own: rx.Field[list[OwnField]] = rx.field(default_factory=list)
    statuses: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    sources: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_saving: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded(Permission.CONTACTS_CREATE)
    async def write_new(self):
        """Begin a new contact."""
        await self._begin("")

    @rx.event
    @guarded(Permission.CONTACTS_EDIT)
    async def edit(self, row_id: str):
        """Open a contact for change."""
        await self._begin(str(ids.parse(row_id)))

    async def _begin(self, row_id: str) -> None:
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            session = uow.session
            view = (
                await contacts.get_contact_view(session, actor, contact_id=ids.parse(row_id))
                if row_id
                else None
            )
            known_statuses = await statuses.list_statuses(session, actor)
            known_sources = await sources.list_sources(session, actor)
            members = await team.list_members(session, actor)
            own = await custom_fields.list_fields(session, actor, active_only=True)
        self.statuses = [(str(status.id), status.name) for status in known_statuses]
        self.sources = [(str(source.id), source.name) for source in known_sources]
        self.people = [(str(member.user_id), member.name) for member in members]
        default = next((str(status.id) for status in known_statuses if status.is_default), "")
        self.own = [OwnField.of(f, view.custom.get(f.slug) if view else None) for f in own]
        self.values = {"type": "lead", "status_id": default, "source_id": "", "assignee_id": ""}
        if view:
            self.values = {name: str(getattr(view, name)) for name in TEXTS} | {
                "status_id": str(view.status.id) if view.status else "",
                "source_id": str(view.source.id) if view.source else "",
                "assignee_id": str(view.assignee.id) if view.assignee else "",
                "groups": ", ".join(group.name for group in view.groups),
            }
        self.editing, self.errors, self.is_saving, self.is_open = row_id, {}, False, True

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def set_open(self, is_open: bool):
        """Close the form."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CONTACTS_CREATE, Permission.CONTACTS_EDIT)
    async def save(self, form: dict[str, Any]):
        """Keep the contact, or say at each field what is wrong with it."""
        actor = await self._actor()
        draft = self._draft(form)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                if self.editing:
                    view = await contacts.update_contact(
                        uow.session, actor, contact_id=ids.parse(self.editing), draft=draft
                    )
                else:
                    view = await contacts.create_contact(uow.session, actor, draft=draft)
        except Invalid as error:
            # Errors of own fields name them as REST does; the form's names differ.
            self.errors = {
                name.replace("custom.", _OWN): sentence
                for name, sentence in field_errors(error).items()
            }
            return None
        self.is_open = False
        return [toast_success("Saved."), browser.go(f"/contacts/{view.id}")]

    def _draft(self, form: dict[str, Any]) -> ContactDraft:
        wanted: dict[str, Any] = {name: forms.text(form, name, 5000) for name in TEXTS}
        for name in _POINTERS:
            chosen = forms.text(form, name, 40)
            wanted[name] = ids.parse(chosen) if chosen else None
        # No source or status in the form means that the workspace's default stands.
        for name in ("status_id", "source_id"):
            if wanted[name] is None:
                del wanted[name]
        names = forms.text(form, "groups", 5000).split(",")
        wanted["groups"] = [name.strip() for name in names if name.strip()]
        wanted["custom"] = {
            own.name.removeprefix(_OWN): [
                option for option in own.options if forms.is_on(form, f"{own.name}:{option}")
            ]
            if own.kind == "checkboxes"
            else forms.text(form, own.name, 5000)
            for own in self.own
        }
        return ContactDraft(**wanted)
