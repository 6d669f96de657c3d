"""Macros: the list, and the one being written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.features.inbox.composing import canned, macros
from xobito_app.features.inbox.composing.macros import Do, MacroAction, MacroView
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded

LIMIT = 200
KINDS = {
    Do.SEND: "Send a canned reply",
    Do.ASSIGN: "Assign",
    Do.STATUS: "Close, open or snooze",
    Do.NOTE: "Write a note",
    Do.GROUP: "Add to a group",
}


@dataclass(frozen=True, slots=True)
class MacroRow:
    """A macro in the list."""

    id: str
    name: str
    steps: str


@dataclass(frozen=True, slots=True)
class ActionSlot:
    """One step of the macro being written; `id` names its fields."""

    id: str
    kind: str
    value: str = ""
    problem: str = ""


class MacroState(AppState):
    """The macros of the workspace."""

    rows: rx.Field[list[MacroRow]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_open: rx.Field[bool] = rx.field(False)
    macro_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    slots: rx.Field[list[ActionSlot]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    replies: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    people: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    groups: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    _made: int = 0

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def load(self):
        """Show all macros."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            found = await macros.find(uow.session, actor, limit=LIMIT)
        self.rows = [MacroRow(str(m.id), m.name, _steps(m)) for m in found]
        self.is_loaded = True

    async def _offer(self) -> None:
        """Read what the steps can name."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            replies = await canned.find(uow.session, actor, typed="", limit=LIMIT)
            members = await team.list_members(uow.session, actor)
            labels = await list_labels(uow.session, actor)
        self.replies = [(str(reply.id), f"/{reply.shortcut}") for reply in replies]
        self.people = [(str(m.user_id), m.name) for m in members if m.is_active]
        self.groups = [(str(label.id), label.name) for label in labels.groups]

    def _slot(self, kind: str, value: str = "") -> ActionSlot:
        self._made += 1
        return ActionSlot(f"a{self._made}", kind, value)

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def write_new(self):
        """Begin a new one."""
        await self._offer()
        self.macro_id = self.name = ""
        self.slots = [self._slot(Do.SEND)]
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def edit(self, macro_id: str):
        """Open one for change."""
        await self._offer()
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            macro = await macros.get(uow.session, actor, macro_id=ids.parse(macro_id))
        self.macro_id, self.name = str(macro.id), macro.name
        self.slots = [self._slot(action.do, action.value) for action in macro.actions]
        self.errors, self.is_open = {}, True

    @rx.event
    @guarded(Permission.CANNED_REPLIES_VIEW)
    async def set_open(self, is_open: bool):
        """Close the form."""
        self.is_open = bool(is_open)

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def add_action(self):
        """Add a step at the end."""
        if len(self.slots) < macros.MOST_ACTIONS:
            self.slots = [*self.slots, self._slot(Do.ASSIGN)]

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def remove_action(self, slot_id: str):
        """Take a step out."""
        self.slots = [slot for slot in self.slots if slot.id != slot_id]

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def set_kind(self, slot_id: str, kind: str):
        """Let a step do something else."""
        if kind in set(Do):
            self.slots = [
                ActionSlot(slot.id, kind) if slot.id == slot_id else slot for slot in self.slots
            ]

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def save(self, form: dict[str, Any]):
        """Keep the macro, or say at the step what is wrong with it."""
        actor = await self._actor()
        slots = [
            replace(slot, value=forms.text(form, f"{slot.id}-value", 5000), problem="")
            for slot in self.slots
        ]
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                await macros.save(
                    uow.session,
                    actor,
                    macro_id=_id(self.macro_id),
                    name=forms.text(form, "name"),
                    actions=[MacroAction(Do(slot.kind), slot.value) for slot in slots],
                )
        except Invalid as error:
            self.errors = field_errors(error)
            self.slots = [
                replace(slot, problem=self.errors.get(f"action.{number}", ""))
                for number, slot in enumerate(slots)
            ]
            return None
        self.is_open = False
        return [toast_success("Saved."), MacroState.load]

    @rx.event
    @guarded(Permission.CANNED_REPLIES_MANAGE)
    async def remove(self, macro_id: str):
        """Delete one."""
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            await macros.remove(uow.session, actor, macro_id=ids.parse(macro_id))
        return [toast_success("Deleted."), MacroState.load]


def _id(text: str) -> UUID | None:
    return ids.parse(text) if text else None


def _steps(macro: MacroView) -> str:
    return ", then ".join(KINDS[action.do].lower() for action in macro.actions).capitalize()
