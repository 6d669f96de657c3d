"""Contacts, chips and bulk actions, worded for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xobito_app.core.text import initials, shorten
from xobito_app.features.contacts.bulk.bulk import JobView
from xobito_app.features.contacts.lists.segments import SegmentView
from xobito_app.features.contacts.records.catalogue import FIELDS, Merge
from xobito_app.features.contacts.records.columns import words_of
from xobito_app.features.contacts.schemas import ContactView, CustomFieldView, SortBy
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of
from xobito_app.ui.pages.contacts.address import TYPES

_WIDE = frozenset({Merge.NAME, Merge.ADDRESS})
COLUMNS = {
    field.name: field.label
    for field in FIELDS
    if field.name in {"country", "created_at"}
    or (field.is_asked and not field.is_long and field.merge not in _WIDE)
}
"""The columns people choose from, beside the name and custom fields."""
USUAL = ("phone", "status", "source", "groups", "created_at")


def custom_text(value: Any) -> str:
    """Return the value of a custom field as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell beside the name: words, or a mark in a color."""

    id: str
    text: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of the list."""

    id: str
    link: str
    name: str
    line: str
    initials: str
    tone: int
    is_selected: bool
    is_opted_out: bool
    is_disabled: bool
    cells: list[Cell] = field(default_factory=list)

    @classmethod
    def of(
        cls, view: ContactView, columns: Sequence[str], selected: frozenset[str], zone: str
    ) -> ContactRow:
        """Word a contact for the chosen columns."""
        return cls(
            id=str(view.id),
            link=f"/contacts/{view.id}",
            name=view.name,
            line=view.phone_display or (f"@{view.username}" if view.username else view.email),
            initials=initials(view.name),
            tone=tone_of(view.id),
            is_selected=str(view.id) in selected,
            is_opted_out=view.opted_out_at is not None,
            is_disabled=not view.is_enabled,
            cells=[_cell(view, column, zone) for column in columns],
        )


def _cell(view: ContactView, column: str, zone: str) -> Cell:
    if column == "status" and view.status:
        return Cell(column, view.status.name, view.status.color)
    if column.startswith("field."):
        return Cell(column, shorten(custom_text(view.custom.get(column[6:])), 60))
    return Cell(column, shorten(field_text(view, column, zone), 60))


def field_text(view: ContactView, name: str, zone: str) -> str:
    """Return a field of a contact as people read it; empty when nothing is known."""
    value = getattr(view, name)
    match name:
        case "phone":
            return view.phone_display
        case "username":
            return f"@{value}" if value else ""
        case "type":
            return TYPES.get(view.type, view.type)
        case "groups":
            return ", ".join(group.name for group in view.groups)
        case _ if isinstance(value, datetime):
            return formats.full(value, zone)
        case _:
            return words_of(view, name)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that may be shown."""

    id: str
    title: str
    is_shown: bool
    sort: str = ""

    @classmethod
    def all_of(cls, fields: Sequence[CustomFieldView], chosen: Sequence[str]) -> list[Column]:
        """Return every column there is, the workspace's own fields last."""
        titles = COLUMNS | {f"field.{f.slug}": f.label for f in fields if f.is_active}
        return [
            cls(name, title, name in chosen, name if name in set(SortBy) else "")
            for name, title in titles.items()
        ]


def usual_columns(fields: Sequence[CustomFieldView]) -> list[str]:
    """Return what is shown until somebody chooses."""
    own = [f"field.{f.slug}" for f in fields if f.is_active and f.shows_in_table]
    return [*USUAL, *own]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, as a part of a sentence."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A saved filter above the list."""

    id: str
    name: str
    count: str
    link: str
    is_open: bool

    @classmethod
    def of(cls, view: SegmentView, opened: str) -> SegmentRow:
        """Word a segment."""
        return cls(
            id=str(view.id),
            name=view.name,
            count=f"{view.contacts:,}",
            link=f"/contacts?segment={view.id}",
            is_open=str(view.id) == opened,
        )


_DOING = {
    "add_group": "Adding to a group",
    "remove_group": "Removing from a group",
    "set_status": "Setting the status",
    "set_source": "Setting the source",
    "assign": "Assigning",
    "opt_out": "Opting out",
    "opt_in": "Opting in",
    "delete": "Deleting",
}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A bulk action on its way."""

    id: str
    title: str
    line: str
    percent: int
    is_open: bool
    is_failed: bool

    @classmethod
    def of(cls, view: JobView) -> JobRow:
        """Word how far an action is."""
        line = f"{view.done:,} of {view.total:,}"
        if not view.is_open:
            line = f"{view.state.capitalize()}: {view.changed:,} changed"
        if view.failed:
            line += f", {view.failed:,} not possible"
        if view.error:
            line += f". {view.error}"
        return cls(
            id=str(view.id),
            title=_DOING.get(view.kind, view.kind),
            line=line,
            percent=view.percent,
            is_open=view.is_open,
            is_failed=view.state == "failed",
        )


def is_recent(view: JobView, now: datetime) -> bool:
    """Tell whether an action still stands above the list: open, or ended a moment ago."""
    return view.finished_at is None or (now - view.finished_at).total_seconds() < 30
