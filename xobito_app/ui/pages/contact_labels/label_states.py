"""Statuses, sources and groups: three lists of names, each with its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.schemas import GroupView, SourceView, StatusView
from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    Form,
    FormState,
    ListState,
    Page,
    QuestionState,
    Viewer,
    show_errors,
    whole,
)
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import field_errors
from xobito_app.ui.security import AppState, guarded_by, permitted

AnyLabel = StatusView | SourceView | GroupView
MANAGES = (
    Permission.STATUSES_MANAGE,
    Permission.SOURCES_MANAGE,
    Permission.GROUPS_MANAGE,
    Permission.CUSTOM_FIELDS_MANAGE,
)
SEES = (Permission.CONTACTS_VIEW, *MANAGES)
FIRST_COLOR = "#64748b"


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
    def of(cls, kind: str, view: AnyLabel) -> LabelRow:
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


class LabelsState(ListState, mixin=True):
    """A list of labels.

    Attributes:
        kind: "status", "source" or "group".
    """

    kind: ClassVar[str] = ""

    rows: rx.Field[list[LabelRow]] = rx.field(default_factory=list)

    async def _find(self) -> Sequence[AnyLabel]:
        raise NotImplementedError

    async def _page(self, viewer: Viewer, cursor: str) -> Page[LabelRow]:
        found = await self._find()
        return whole(LabelRow.of(self.kind, view) for view in found)


class LabelFormState(FormState, QuestionState, mixin=True):
    """The form of a label, and the question what its contacts get when it is deleted."""

    is_used: rx.Field[bool] = rx.field(False)
    others: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        rows = (await self.get_state(self.listed)).rows
        row = next((one for one in rows if one.id == str(row_id)), None)
        if row is None:
            return {"color": FIRST_COLOR}
        default = "on" if row.is_default else ""
        return {"name": row.name, "color": row.color or FIRST_COLOR, "is_default": default}

    @rx.event
    @guarded_by("delete")
    async def ask_to_delete(self, row_id: str):
        """Ask what the contacts of a label get instead, before it is deleted."""
        rows = (await self.get_state(self.listed)).rows
        row = next((one for one in rows if one.id == row_id), None)
        if row:
            self.asked_id, self.asked_name, self.is_used = row.id, row.name, row.is_used
            self.others = [(one.id, one.name) for one in rows if one.id != row.id]
            self.errors, self.question = {}, "delete"

    @rx.event
    @guarded_by("delete")
    async def remove(self, form: Form):
        """Delete the label; its contacts go to the one chosen in its place."""
        chosen = forms.text(form, "replace_with", 40)
        instead = ids.parse(chosen) if chosen else None
        try:
            await self._replace(ids.parse(self.asked_id), instead)
        except Invalid as error:
            self._show_errors(field_errors(error))
            return show_errors()
        self.question = ""
        return [toast_success("Deleted."), *self._reload()]

    async def _replace(self, row_id: UUID, instead: UUID | None) -> None:
        raise NotImplementedError


@permitted(view=SEES)
class StatusesState(LabelsState, AppState):
    """The statuses."""

    kind: ClassVar = "status"

    async def _find(self) -> Sequence[AnyLabel]:
        return await self._call(statuses.list_statuses)


@permitted(edit=Permission.STATUSES_MANAGE)
class StatusFormState(LabelFormState, AppState):
    """The form of a status."""

    listed: ClassVar = StatusesState

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        given: Any = {"name": forms.text(form, "name"), "color": forms.text(form, "color", 7)}
        is_default = forms.is_on(form, "is_default")
        if row_id is None:
            await self._call(statuses.create_status, **given, is_default=is_default)
        else:
            await self._call(
                statuses.update_status, status_id=row_id, **given, is_default=is_default or None
            )

    async def _replace(self, row_id: UUID, instead: UUID | None) -> None:
        await self._call(statuses.delete_status, status_id=row_id, replace_with=instead)


@permitted(view=SEES)
class SourcesState(LabelsState, AppState):
    """The sources."""

    kind: ClassVar = "source"

    async def _find(self) -> Sequence[AnyLabel]:
        return await self._call(sources.list_sources)


@permitted(edit=Permission.SOURCES_MANAGE)
class SourceFormState(LabelFormState, AppState):
    """The form of a source."""

    listed: ClassVar = SourcesState

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        name = forms.text(form, "name")
        if row_id is None:
            await self._call(sources.create_source, name=name)
        else:
            is_default = forms.is_on(form, "is_default") or None
            await self._call(
                sources.update_source, source_id=row_id, name=name, is_default=is_default
            )

    async def _replace(self, row_id: UUID, instead: UUID | None) -> None:
        await self._call(sources.delete_source, source_id=row_id, replace_with=instead)


@permitted(view=SEES)
class GroupsState(LabelsState, AppState):
    """The groups."""

    kind: ClassVar = "group"

    async def _find(self) -> Sequence[AnyLabel]:
        return await self._call(groups.list_groups)


@permitted(edit=Permission.GROUPS_MANAGE)
class GroupFormState(LabelFormState, AppState):
    """The form of a group."""

    listed: ClassVar = GroupsState

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        name = forms.text(form, "name")
        if row_id is None:
            await self._call(groups.create_group, name=name)
        else:
            await self._call(groups.update_group, group_id=row_id, name=name)

    async def _replace(self, row_id: UUID, instead: UUID | None) -> None:
        await self._call(groups.delete_group, group_id=row_id, replace_with=instead)
