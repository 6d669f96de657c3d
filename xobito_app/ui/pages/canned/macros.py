"""Macros: their list, and the form with one line per step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.features.inbox.composing import canned, macros
from xobito_app.features.inbox.composing.macros import Do, MacroAction, MacroView
from xobito_app.features.workspaces import team
from xobito_app.ui import forms, styles
from xobito_app.ui.blocks import (
    Fields,
    Form,
    ListState,
    Page,
    RowFormState,
    Viewer,
    actions_cell,
    cell,
    choice_options,
    confirm_delete,
    edit_items,
    form_dialog,
    line_of,
    list_view,
    main_cell,
    new_button,
    whole,
)
from xobito_app.ui.components import button, empty_state, icon_button
from xobito_app.ui.pages.canned.replies import LIMIT
from xobito_app.ui.security import AppState, guarded_by, permitted

KINDS = {
    Do.SEND: "Send a canned reply",
    Do.ASSIGN: "Assign",
    Do.STATUS: "Close, open or snooze",
    Do.NOTE: "Write a note",
    Do.GROUP: "Add to a group",
}
_STATUSES = (
    ("close", "Close it"),
    ("open", "Open it again"),
    ("snooze_1h", "Snooze for an hour"),
    ("snooze_4h", "Snooze for 4 hours"),
    ("snooze_1d", "Snooze until tomorrow"),
    ("snooze_1w", "Snooze for a week"),
)
_VIEW, _MANAGE = Permission.CANNED_REPLIES_VIEW, Permission.CANNED_REPLIES_MANAGE
_COMPACT = styles.INPUT_COMPACT


@dataclass(frozen=True, slots=True)
class MacroRow:
    """A macro in the list."""

    id: str
    name: str
    steps: str

    @classmethod
    def of(cls, macro: MacroView) -> MacroRow:
        """Word a macro."""
        steps = ", then ".join(KINDS[action.do].lower() for action in macro.actions)
        return cls(str(macro.id), macro.name, steps.capitalize())


@dataclass(frozen=True, slots=True)
class ActionSlot:
    """One step of the macro being written; `id` names its fields."""

    id: str
    kind: str
    value: str = ""
    problem: str = ""


@permitted(view=_VIEW)
class MacrosState(ListState, AppState):
    """The macros of the workspace."""

    rows: rx.Field[list[MacroRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[MacroRow]:
        found = await self._call(macros.find, limit=LIMIT)
        return whole(MacroRow.of(macro) for macro in found)


@permitted(edit=_MANAGE)
class MacroFormState(RowFormState, AppState):
    """The macro being written."""

    listed: ClassVar = MacrosState
    slots: rx.Field[list[ActionSlot]] = rx.field(default_factory=list)
    replies: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    groups: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    _made: int = 0

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        replies = await self._call(canned.find, typed="", limit=LIMIT)
        members = await self._call(team.list_members)
        labels = await self._call(list_labels)
        self.replies = [(str(reply.id), f"/{reply.shortcut}") for reply in replies]
        self.people = [(str(m.user_id), m.name) for m in members if m.is_active]
        self.groups = [(str(label.id), label.name) for label in labels.groups]
        macro = await self._call(macros.get, macro_id=row_id) if row_id else None
        actions = macro.actions if macro else (MacroAction(Do.SEND, ""),)
        self.slots = [self._slot(action.do, action.value) for action in actions]
        return {"name": macro.name if macro else ""}

    def _slot(self, kind: str, value: str = "") -> ActionSlot:
        self._made += 1
        return ActionSlot(f"a{self._made}", kind, value)

    @rx.event
    @guarded_by("edit")
    async def add_action(self):
        """Add a step at the end."""
        if len(self.slots) < macros.MOST_ACTIONS:
            self.slots = [*self.slots, self._slot(Do.ASSIGN)]

    @rx.event
    @guarded_by("edit")
    async def remove_action(self, slot_id: str):
        """Take a step out."""
        self.slots = [slot for slot in self.slots if slot.id != slot_id]

    @rx.event
    @guarded_by("edit")
    async def set_kind(self, slot_id: str, kind: str):
        """Let a step do something else."""
        if kind in set(Do):
            self.slots = [ActionSlot(s.id, kind) if s.id == slot_id else s for s in self.slots]

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        self.slots = [
            replace(slot, value=forms.text(form, f"{slot.id}-value", 5000), problem="")
            for slot in self.slots
        ]
        await self._call(
            macros.save,
            macro_id=row_id,
            name=forms.text(form, "name"),
            actions=[MacroAction(Do(slot.kind), slot.value) for slot in self.slots],
        )

    async def _delete(self, row_id: UUID) -> None:
        await self._call(macros.remove, macro_id=row_id)

    def _show_errors(self, errors: dict[str, str]) -> None:
        self.errors = errors
        self.slots = [
            replace(slot, problem=errors.get(f"action.{number}", ""))
            for number, slot in enumerate(self.slots)
        ]


def macro_list() -> rx.Component:
    """Return the list, its form, and what stands there before the first one."""
    return rx.fragment(
        list_view(
            MacrosState,
            columns=("Name", "What it does", ""),
            row=_row,
            empty=empty_state(
                "wand-sparkles",
                "No macros yet",
                "Answer, assign and close in one press: name the steps once, run them from any "
                "chat with a slash.",
                new_macro(),
            ),
        ),
        _form(),
        confirm_delete(MacroFormState, "macro", "What it did in conversations stays."),
    )


def new_macro() -> rx.Component:
    """Return the button that begins a macro."""
    return new_button("New macro", MacroFormState, _MANAGE)


def _row(row: ObjectVar[MacroRow]) -> rx.Component:
    state = MacroFormState
    return line_of(
        row,
        main_cell(row.name, on_open=state.edit(row.id), needs=_MANAGE),
        cell(row.steps),
        actions_cell(*edit_items(state, row, row.name), needs=_MANAGE),
    )


def _form() -> rx.Component:
    state, fields = MacroFormState, Fields(MacroFormState)
    return form_dialog(
        state,
        fields.text("Name", "name", max_length=macros.NAME_LIMIT, auto_focus=True),
        rx.foreach(state.slots, _slot),
        button(
            "Add an action",
            icon_name="plus",
            weight="ghost",
            compact=True,
            disabled=state.slots.length() >= macros.MOST_ACTIONS,
            on_click=state.add_action,
        ),
        fields.error("actions"),
        new="New macro",
        edit="Edit macro",
        line="All actions happen together, or none does.",
    )


def _slot(slot: ObjectVar[ActionSlot]) -> rx.Component:
    state = MacroFormState
    people = rx.fragment(
        choice_options(((macros.ME, "Whoever runs it"), (macros.NOBODY, "Nobody"))),
        choice_options(state.people),
    )
    note = rx.el.textarea(
        name=slot.id.to(str) + "-value",
        default_value=slot.value,
        rows="2",
        max_length=4096,
        aria_label="Note",
        placeholder="Note",
        class_name=_COMPACT,
    )
    return rx.el.div(
        rx.el.select(
            choice_options([(str(kind), words) for kind, words in KINDS.items()]),
            value=slot.kind,
            on_change=lambda kind: state.set_kind(slot.id, kind),
            aria_label="Action",
            class_name=_COMPACT,
        ),
        rx.match(
            slot.kind,
            ("send", _choice(slot, "Choose a reply", choice_options(state.replies))),
            ("assign", _choice(slot, "Choose a person", people)),
            ("status", _choice(slot, "Choose", choice_options(_STATUSES))),
            ("group", _choice(slot, "Choose a group", choice_options(state.groups))),
            note,
        ),
        icon_button(
            "x",
            "Remove this action",
            compact=True,
            disabled=state.slots.length() == 1,
            on_click=state.remove_action(slot.id),
        ),
        rx.cond(
            slot.problem != "",
            rx.el.p(slot.problem, class_name="field-error macro-problem", role="alert"),
        ),
        key=slot.id,
        class_name="field macro-line",
    )


def _choice(slot: ObjectVar[ActionSlot], hint: str, choices: rx.Component) -> rx.Component:
    return rx.el.select(
        rx.el.option(hint, value=""),
        choices,
        name=slot.id.to(str) + "-value",
        default_value=slot.value,
        key=slot.id.to(str) + slot.kind.to(str),
        aria_label=hint,
        class_name=_COMPACT,
    )
