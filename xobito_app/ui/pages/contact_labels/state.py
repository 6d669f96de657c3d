"""Statuses, sources and groups: three lists of names with the same dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.schemas import GroupView, SourceView, StatusView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import forms
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded

KINDS = {
    "status": (Permission.STATUSES_MANAGE, "status"),
    "source": (Permission.SOURCES_MANAGE, "source"),
    "group": (Permission.GROUPS_MANAGE, "group"),
}
MANAGES = (*(permission for permission, _ in KINDS.values()), Permission.CUSTOM_FIELDS_MANAGE)
COLORS = ("#64748b", "#3b82f6", "#22c55e", "#f59e0b", "#ef4444", "#8b5cf6", "#ec4899", "#14b8a6")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One status, source or group."""

    id: str
    name: str
    color: str
    is_default: bool
    contacts: str
    link: str
    is_used: bool

    @classmethod
    def of(cls, kind: str, view: StatusView | SourceView | GroupView) -> LabelRow:
        """Word a label."""
        return cls(
            id=str(view.id),
            name=view.name,
            color=view.color if isinstance(view, StatusView) else "",
            is_default=not isinstance(view, GroupView) and view.is_default,
            contacts=f"{view.contacts:,}",
            link=f"/contacts?{kind}={view.id}",
            is_used=view.contacts > 0,
        )


class LabelsState(AppState):
    """The lists, and which tab is open."""

    tab: rx.Field[str] = rx.field("status")
    statuses: rx.Field[list[LabelRow]] = rx.field(default_factory=list)
    sources: rx.Field[list[LabelRow]] = rx.field(default_factory=list)
    groups: rx.Field[list[LabelRow]] = rx.field(default_factory=list)
    stage: rx.Field[str] = rx.field("")
    problem: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.CONTACTS_VIEW, *MANAGES)
    async def load(self):
        """Read all three lists."""
        try:
            await self._read(await self._actor())
        except AppError as error:
            self.stage, self.problem = "failed", error.message

    async def _read(self, actor: Actor) -> None:
        async with unit_of_work(actor.workspace_id) as uow:
            found_statuses = await statuses.list_statuses(uow.session, actor)
            found_sources = await sources.list_sources(uow.session, actor)
            found_groups = await groups.list_groups(uow.session, actor)
        self.statuses = [LabelRow.of("status", view) for view in found_statuses]
        self.sources = [LabelRow.of("source", view) for view in found_sources]
        self.groups = [LabelRow.of("group", view) for view in found_groups]
        self.stage, self.problem = "ready", ""

    @rx.event
    @guarded(Permission.CONTACTS_VIEW, *MANAGES)
    async def show_tab(self, tab: str):
        """Show another list."""
        if tab in {*KINDS, "field"}:
            self.tab = tab

    def _rows(self, kind: str) -> list[LabelRow]:
        return {"status": self.statuses, "source": self.sources}.get(kind, self.groups)


class LabelFormState(AppState):
    """The dialogs that make, change and delete a label."""

    kind: rx.Field[str] = rx.field("status")
    row_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    color: rx.Field[str] = rx.field(COLORS[0])
    is_default: rx.Field[bool] = rx.field(False)
    is_used: rx.Field[bool] = rx.field(False)
    others: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    question: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    @guarded(*MANAGES)
    async def write_new(self):
        """Begin a new label of the open tab."""
        listed = await self.get_state(LabelsState)
        self._open("edit", listed.tab if listed.tab in KINDS else "status", None, listed)

    @rx.event
    @guarded(*MANAGES)
    async def ask(self, question: str, kind: str, row_id: str):
        """Open the form of a label, or the question before it is deleted."""
        listed = await self.get_state(LabelsState)
        if kind not in KINDS or question not in {"edit", "delete"}:
            return
        found = next((row for row in listed._rows(kind) if row.id == row_id), None)
        if found:
            self._open(question, kind, found, listed)

    def _open(self, question: str, kind: str, row: LabelRow | None, listed: LabelsState) -> None:
        self.kind, self.row_id, self.name = kind, row.id if row else "", row.name if row else ""
        self.color = row.color if row and row.color else COLORS[0]
        self.is_default, self.is_used = bool(row and row.is_default), bool(row and row.is_used)
        self.others = [(r.id, r.name) for r in listed._rows(kind) if not row or r.id != row.id]
        self.errors, self.question = {}, question

    @rx.event
    @guarded(*MANAGES)
    async def dismiss(self, _is_open: bool):
        """Close the dialog."""
        self.question = ""

    @rx.event
    @guarded(*MANAGES)
    async def save(self, form: dict[str, Any]):
        """Keep the label, or say at the field what is wrong."""
        actor = await self._actor(KINDS[self.kind][0])
        name, is_default = forms.text(form, "name"), forms.is_on(form, "is_default")
        row_id = ids.parse(self.row_id) if self.row_id else None
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                session = uow.session
                match (self.kind, row_id):
                    case ("status", None):
                        await statuses.create_status(
                            session,
                            actor,
                            name=name,
                            color=forms.text(form, "color", 7),
                            is_default=is_default,
                        )
                    case ("status", UUID()):
                        await statuses.update_status(
                            session,
                            actor,
                            status_id=row_id,
                            name=name,
                            color=forms.text(form, "color", 7),
                            is_default=is_default or None,
                        )
                    case ("source", None):
                        await sources.create_source(session, actor, name=name)
                    case ("source", UUID()):
                        await sources.update_source(
                            session,
                            actor,
                            source_id=row_id,
                            name=name,
                            is_default=is_default or None,
                        )
                    case (_, None):
                        await groups.create_group(session, actor, name=name)
                    case (_, UUID()):
                        await groups.update_group(session, actor, group_id=row_id, name=name)
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.question = ""
        return [toast_success("Saved."), LabelsState.load]

    @rx.event
    @guarded(*MANAGES)
    async def remove(self, form: dict[str, Any]):
        """Delete the label; its contacts go to the one chosen in its place."""
        actor = await self._actor(KINDS[self.kind][0])
        chosen = forms.text(form, "replace_with", 40)
        row_id, instead = ids.parse(self.row_id), ids.parse(chosen) if chosen else None
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                session = uow.session
                match self.kind:
                    case "status":
                        await statuses.delete_status(
                            session, actor, status_id=row_id, replace_with=instead
                        )
                    case "source":
                        await sources.delete_source(
                            session, actor, source_id=row_id, replace_with=instead
                        )
                    case _:
                        await groups.delete_group(
                            session, actor, group_id=row_id, replace_with=instead
                        )
        except Invalid as error:
            self.errors = field_errors(error)
            return None
        self.question = ""
        return [toast_success("Deleted."), LabelsState.load]
