"""Contacts, chips and bulk actions, worded for the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xobito_app.core.text import initials, shorten
from xobito_app.features.contacts.bulk.bulk import JobView
from xobito_app.features.contacts.lists.segments import SegmentView
from xobito_app.features.contacts.schemas import ContactView, CustomFieldView
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of
from xobito_app.ui.pages.contacts.address import TYPES

COLUMNS = {
    "phone": "Phone",
    "email": "Email",
    "company": "Company",
    "status": "Status",
    "source": "Source",
    "groups": "Groups",
    "assignee": "Assigned to",
    "type": "Type",
    "country": "Country",
    "created": "Created",
}
"""The columns people choose from, beside the name and custom fields."""
USUAL = ("phone", "status", "source", "groups", "created")
SORTS = {"email": "email", "company": "company", "created": "created_at"}
"""Which columns the list can be ordered by, and the name of that order."""


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
    words: Mapping[str, str] = {
        "phone": view.phone_display,
        "email": view.email,
        "company": view.company,
        "source": view.source.name if view.source else "",
        "groups": ", ".join(group.name for group in view.groups),
        "assignee": view.assignee.name if view.assignee else "",
        "type": TYPES.get(view.type, view.type),
        "country": view.country,
        "created": formats.full(view.created_at, zone),
    }
    return Cell(column, shorten(words.get(column, ""), 60))


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
            cls(name, title, name in chosen, SORTS.get(name, "")) for name, title in titles.items()
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
