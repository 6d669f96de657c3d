"""The workspace's own fields: which there are, their order, the form of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.schemas import CustomFieldDraft, CustomFieldView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.contact_labels.state import MANAGES
from xobito_app.ui.security import AppState, guarded

FIELD_KINDS = {
    "text": "Text, up to 255 characters",
    "text_area": "Long text, up to 2,000 characters",
    "number": "Number",
    "date": "Date",
    "dropdown": "One of several choices",
    "checkboxes": "Several of several choices",
}
_CHOOSES = frozenset({"dropdown", "checkboxes"})
_SWITCHES = ("is_required", "is_active", "shows_in_table")
_TEXTS = ("label", "placeholder", "help", "default")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One own field."""

    id: str
    label: str
    slug: str
    kind: str
    kind_words: str
    options: str
    placeholder: str
    help: str
    default: str
    is_required: bool
    is_active: bool
    shows_in_table: bool
    is_first: bool
    is_last: bool

    @classmethod
    def of(cls, view: CustomFieldView, place: int, count: int) -> FieldRow:
        """Word an own field."""
        return cls(
            id=str(view.id),
            label=view.label,
            slug=view.slug,
            kind=str(view.kind),
            kind_words=FIELD_KINDS[str(view.kind)].split(",")[0],
            options="\n".join(view.options),
            placeholder=view.placeholder,
            help=view.help,
            default=view.default,
            is_required=view.is_required,
            is_active=view.is_active,
            shows_in_table=view.shows_in_table,
            is_first=place == 0,
            is_last=place == count - 1,
        )


_NEW = FieldRow(
    id="",
    label="",
    slug="",
    kind="text",
    kind_words="",
    options="",
    placeholder="",
    help="",
    default="",
    is_required=False,
    is_active=True,
    shows_in_table=False,
    is_first=True,
    is_last=True,
)


class FieldsState(AppState):
    """The own fields and the open form."""

    rows: rx.Field[list[FieldRow]] = rx.field(default_factory=list)
    open_row: rx.Field[FieldRow] = rx.field(default_factory=lambda: _NEW)
    kind: rx.Field[str] = rx.field("text")
    question: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Permission.CONTACTS_VIEW, *MANAGES)
    async def load(self):
        """Read all own fields, in their order."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            found = await custom_fields.list_fields(uow.session, actor)
        self.rows = [FieldRow.of(view, place, len(found)) for place, view in enumerate(found)]

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def ask(self, question: str, row_id: str):
        """Open the form, of a new field when no row is given, or the question before deleting."""
        found = next((row for row in self.rows if row.id == row_id), _NEW)
        self.open_row, self.kind, self.errors = found, found.kind, {}
        self.question = question if question in {"edit", "delete"} else ""

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def choose_kind(self, kind: str):
        """Choose what a new field holds."""
        self.kind = kind if kind in FIELD_KINDS else "text"

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def dismiss(self, _is_open: bool):
        """Close the dialog."""
        self.question = ""

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def save(self, form: dict[str, Any]):
        """Keep the field, or say what is wrong with it."""
        actor = await self._actor()
        wanted: dict[str, Any] = {name: forms.text(form, name) for name in _TEXTS}
        wanted |= {name: forms.is_on(form, name) for name in _SWITCHES}
        if self.kind in _CHOOSES:
            lines = forms.text(form, "options", 20_000).splitlines()
            wanted["options"] = [line.strip() for line in lines if line.strip()]
        if not self.open_row.id:
            wanted["kind"] = self.kind
            if slug := forms.text(form, "slug", 60):
                wanted["slug"] = slug
        draft = CustomFieldDraft(**wanted)
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                if self.open_row.id:
                    await custom_fields.update_field(
                        uow.session, actor, field_id=ids.parse(self.open_row.id), draft=draft
                    )
                else:
                    await custom_fields.create_field(uow.session, actor, draft)
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.question = ""
        return [toast_success("Saved."), FieldsState.load]

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def remove(self):
        """Delete the field and what contacts have in it."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await custom_fields.delete_field(
                uow.session, actor, field_id=ids.parse(self.open_row.id)
            )
        self.question = ""
        return [toast_success("Deleted."), FieldsState.load]

    @rx.event
    @guarded(Permission.CUSTOM_FIELDS_MANAGE)
    async def move(self, row_id: str, step: int):
        """Move a field up or down."""
        order = [row.id for row in self.rows]
        if row_id not in order or step not in {-1, 1}:
            return None
        place = order.index(row_id)
        other = max(0, min(len(order) - 1, place + step))
        order[place], order[other] = order[other], order[place]
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await custom_fields.order_fields(
                uow.session, actor, field_ids=[ids.parse(row) for row in order]
            )
        return FieldsState.load
