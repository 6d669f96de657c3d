"""Custom fields: which there are, their order, the form of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core import ids
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import custom_fields
from xobito_app.features.contacts.schemas import CustomFieldDraft, CustomFieldView
from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    Fields,
    Form,
    ListState,
    Page,
    RowFormState,
    Viewer,
    actions_cell,
    cell,
    confirm_delete,
    edit_items,
    form_dialog,
    line_of,
    list_view,
    main_cell,
    new_button,
    whole,
)
from xobito_app.ui.components import badge, empty_state, menu_item, select_field
from xobito_app.ui.pages.contact_labels.label_states import SEES
from xobito_app.ui.security import AppState, guarded_by, permitted

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
_MANAGE = Permission.CUSTOM_FIELDS_MANAGE


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One custom field."""

    id: str
    label: str
    slug: str
    kind: str
    is_required: bool
    is_active: bool
    is_first: bool
    is_last: bool

    @classmethod
    def of(cls, view: CustomFieldView, place: int, count: int) -> FieldRow:
        """Word a custom field."""
        return cls(
            id=str(view.id),
            label=view.label,
            slug=view.slug,
            kind=FIELD_KINDS[str(view.kind)].split(",")[0],
            is_required=view.is_required,
            is_active=view.is_active,
            is_first=place == 0,
            is_last=place == count - 1,
        )


@permitted(view=SEES, edit=_MANAGE)
class FieldsState(ListState, AppState):
    """The custom fields, in their order."""

    rows: rx.Field[list[FieldRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[FieldRow]:
        found = await self._call(custom_fields.list_fields)
        return whole(FieldRow.of(view, place, len(found)) for place, view in enumerate(found))

    @rx.event
    @guarded_by("edit")
    async def move(self, row_id: str, step: int):
        """Move a field up or down."""
        order = [row.id for row in self.rows]
        if row_id not in order or step not in {-1, 1}:
            return None
        place = order.index(row_id)
        other = max(0, min(len(order) - 1, place + step))
        order[place], order[other] = order[other], order[place]
        await self._call(custom_fields.order_fields, field_ids=[ids.parse(row) for row in order])
        return FieldsState.load


@permitted(edit=_MANAGE)
class FieldFormState(RowFormState, AppState):
    """The form of a custom field."""

    listed: ClassVar = FieldsState
    kind: rx.Field[str] = rx.field("text")

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        if row_id is None:
            self.kind = "text"
            return {"is_active": "on"}
        view = await self._call(custom_fields.get_field, field_id=row_id)
        self.kind = str(view.kind)
        values = {name: str(getattr(view, name)) for name in _TEXTS}
        values |= {name: "on" if getattr(view, name) else "" for name in _SWITCHES}
        return values | {"options": "\n".join(view.options)}

    @rx.event
    @guarded_by("edit")
    async def choose_kind(self, kind: str):
        """Choose what a new field holds."""
        self.kind = kind if kind in FIELD_KINDS else "text"

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        wanted: dict[str, Any] = {name: forms.text(form, name) for name in _TEXTS}
        wanted |= {name: forms.is_on(form, name) for name in _SWITCHES}
        if self.kind in _CHOOSES:
            lines = forms.text(form, "options", 20_000).splitlines()
            wanted["options"] = [line.strip() for line in lines if line.strip()]
        if row_id is not None:
            draft = CustomFieldDraft(**wanted)
            await self._call(custom_fields.update_field, field_id=row_id, draft=draft)
            return
        if slug := forms.text(form, "slug", 60):
            wanted["slug"] = slug
        draft = CustomFieldDraft(**wanted, kind=self.kind)
        await self._call(custom_fields.create_field, draft)

    async def _delete(self, row_id: UUID) -> None:
        await self._call(custom_fields.delete_field, field_id=row_id)


def new_field() -> rx.Component:
    """Return the button that begins a field."""
    return new_button("New field", FieldFormState, _MANAGE)


def field_list() -> rx.Component:
    """Return the list with its form and its question."""
    return rx.fragment(
        list_view(
            FieldsState,
            columns=("Field", "Type", "Name for import and API", ""),
            row=_row,
            extra=("Name for import and API",),
            empty=empty_state(
                "text-cursor-input",
                "No custom fields yet",
                "Birthday, customer number, shoe size: what you want to know of every contact.",
                new_field(),
            ),
        ),
        _form(),
        confirm_delete(
            FieldFormState,
            "field",
            "Its values are deleted from every contact. To keep them, untick “In use”.",
        ),
    )


def _row(row: ObjectVar[FieldRow]) -> rx.Component:
    move = FieldsState.move
    up = menu_item(
        "Move up", icon_name="arrow-up", disabled=row.is_first, on_select=move(row.id, -1)
    )
    down = menu_item(
        "Move down", icon_name="arrow-down", disabled=row.is_last, on_select=move(row.id, 1)
    )
    edit, delete = edit_items(FieldFormState, row, row.label)
    return line_of(
        row,
        main_cell(
            row.label,
            rx.cond(row.is_required, badge("Required", "accent")),
            rx.cond(row.is_active, rx.fragment(), badge("Hidden", "neutral")),
            on_open=FieldFormState.edit(row.id),
            needs=_MANAGE,
        ),
        cell(row.kind),
        cell(rx.el.code(row.slug), muted=True, extra=True, title=row.slug),
        actions_cell(edit, up, down, delete, needs=_MANAGE),
    )


def _form() -> rx.Component:
    state, fields = FieldFormState, Fields(FieldFormState)
    fixed = rx.fragment(
        select_field(
            "Type",
            tuple(FIELD_KINDS.items()),
            name="kind",
            value=state.kind,
            on_change=state.choose_kind,
            errors=state.errors,
        ),
        fields.text(
            "Name for import and API",
            "slug",
            help="Left empty, it is made from the label. It never changes.",
        ),
    )
    chooses = (state.kind == "dropdown") | (state.kind == "checkboxes")
    return form_dialog(
        state,
        fields.text("Label", "label", auto_focus=True),
        rx.cond(state.row_id != "", rx.fragment(), fixed),
        rx.cond(chooses, fields.area("Choices", "options", rows=4, help="One on each line.")),
        fields.text("Help below the field", "help"),
        fields.text("Example in the empty field", "placeholder"),
        fields.text("Filled in for new contacts", "default"),
        fields.check("Required", "is_required"),
        fields.check("Shown in the list of contacts", "shows_in_table"),
        fields.check("In use", "is_active"),
        new="New field",
        edit="Edit field",
    )
