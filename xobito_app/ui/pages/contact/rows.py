"""One contact, worded for the screen: facts, what happened, conversations, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel import Locale

from xobito_app.core.text import initials, shorten
from xobito_app.features.contacts.merging.merging import MergeView
from xobito_app.features.contacts.records.catalogue import FIELDS, arranged
from xobito_app.features.contacts.records.notes import NoteView
from xobito_app.features.contacts.records.timeline import TimelineEntry
from xobito_app.features.contacts.schemas import ContactView, CustomFieldView
from xobito_app.features.inbox.schemas import ThreadLine
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of
from xobito_app.ui.pages.contacts.address import TYPES
from xobito_app.ui.pages.contacts.rows import custom_text, field_text

_LABELS = {field.column or field.name: field.label for field in FIELDS}
_ORDER = (
    "phone",
    "email",
    "profile_name",
    "username",
    "company",
    "website",
    "address",
    "language",
    "source",
    "assignee",
    "last_msg_time",
    "created_at",
)
_LINKS = {"phone": "tel:", "email": "mailto:", "website": ""}
"""What stands before a fact where it leads."""
_FACTS = arranged(_ORDER, (one for one in FIELDS if one.name in _ORDER or one.is_line))
"""The facts as they stand, plain ones without a place among them last."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the facts; a link when there is somewhere to go."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ContactCard:
    """The head of the page and its facts."""

    id: str = ""
    name: str = ""
    initials: str = ""
    tone: int = 0
    line: str = ""
    status: str = ""
    color: str = ""
    type: str = ""
    is_opted_out: bool = False
    opt_out_line: str = ""
    is_enabled: bool = True
    groups: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    own: list[Fact] = field(default_factory=list)
    description: str = ""

    @classmethod
    def of(cls, view: ContactView, fields: list[CustomFieldView], zone: str) -> ContactCard:
        """Word a contact; facts nobody knows are left out."""
        when = formats.full(view.opted_out_at, zone) if view.opted_out_at else ""
        return cls(
            id=str(view.id),
            name=view.name,
            initials=initials(view.name),
            tone=tone_of(view.id),
            line=" · ".join(
                part for part in (view.phone_display, view.email, view.company) if part
            ),
            status=view.status.name if view.status else "",
            color=view.status.color if view.status else "",
            type=TYPES.get(view.type, view.type),
            is_opted_out=view.opted_out_at is not None,
            opt_out_line=f"Opted out on {when}. {view.opt_out_reason}".strip() if when else "",
            is_enabled=view.is_enabled,
            groups=[group.name for group in view.groups],
            facts=[fact for fact in _facts(view, zone) if fact.value],
            own=[
                fact
                for fact in (Fact(f.label, custom_text(view.custom.get(f.slug))) for f in fields)
                if fact.value
            ],
            description=view.description,
        )


def _facts(view: ContactView, zone: str) -> list[Fact]:
    return [
        Fact(
            one.label,
            _place(view) if one.name == "address" else field_text(view, one.name, zone),
            # Of websites the service took only http and https addresses.
            _LINKS[one.name] + getattr(view, one.name) if one.name in _LINKS else "",
        )
        for one in _FACTS
    ]


def _place(view: ContactView) -> str:
    country = Locale("en").territories.get(view.country, view.country)
    parts = (view.address, f"{view.zip} {view.city}".strip(), view.state, country)
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened."""

    id: str
    icon: str
    title: str
    text: str
    when: str
    link: str = ""

    @classmethod
    def of(cls, number: int, entry: TimelineEntry, zone: str) -> EventRow:
        """Word an entry of the timeline."""
        icon, title = _HAPPENED.get(entry.kind, ("circle", entry.kind))
        by = f" by {entry.who}" if entry.who and entry.kind not in {"note", "message_out"} else ""
        text = entry.text or _changes(entry.changes)
        return cls(
            id=str(number),
            icon=icon,
            title=f"{title}{by}" if entry.kind != "note" else f"Note by {entry.who or 'somebody'}",
            text=shorten(text, 400),
            when=formats.full(entry.at, zone),
            link=f"/inbox?c={entry.conversation_id}" if entry.conversation_id else "",
        )


_HAPPENED = {
    "created": ("sparkles", "Came into the address book"),
    "changed": ("pencil", "Changed"),
    "opted_out": ("bell-off", "Opted out"),
    "opted_in": ("bell", "Opted in again"),
    "campaign_got": ("megaphone", "Got a campaign"),
    "campaign_answered": ("reply", "Answered a campaign"),
    "merged": ("copy", "Merged with another contact"),
    "merge_undone": ("undo-2", "Merge undone"),
    "set_apart": ("unlink", "Is no duplicate of"),
    "set_apart_undone": ("undo-2", "May be a duplicate again of"),
    "imported": ("upload", "Changed by an import"),
    "note": ("sticky-note", "Note"),
    "message_in": ("message-square", "Wrote"),
    "message_out": ("reply", "Was written to"),
}
EVENT_ICONS = tuple(icon for icon, _ in _HAPPENED.values())


def _changes(changes: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for name, change in changes.items():
        old, new = change if isinstance(change, list) and len(change) == 2 else ("", "")
        if isinstance(old, dict) or isinstance(new, dict):
            # Own fields come together; each is a change of its own.
            before, after = old or {}, new or {}
            parts += [_change(slug, before.get(slug), after[slug]) for slug in after]
            parts += [_change(slug, before[slug], "") for slug in before if slug not in after]
        else:
            parts.append(_change(_LABELS.get(name, name), old, new))
    return ", ".join(parts)


def _change(label: str, old: Any, new: Any) -> str:
    return (
        f"{label.replace('_', ' ')}: {custom_text(old) or 'nothing'}"
        f" → {custom_text(new) or 'nothing'}"
    )


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One of the contact's conversations."""

    id: str
    link: str
    preview: str
    line: str
    when: str

    @classmethod
    def of(cls, line: ThreadLine, zone: str, now: datetime) -> ThreadRow:
        """Word a conversation."""
        who = f"with {line.assignee_name}" if line.assignee_name else "unassigned"
        return cls(
            id=str(line.id),
            link=f"/inbox?c={line.id}",
            preview=shorten(line.preview, 100) or "No text",
            line=f"{line.status.capitalize()}, {who}",
            when=formats.ago(line.last_at, zone, now),
        )


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A private note."""

    id: str
    author: str
    body: str
    when: str
    is_own: bool

    @classmethod
    def of(cls, view: NoteView, zone: str) -> NoteRow:
        """Word a note."""
        return cls(
            id=str(view.id),
            author=view.author_name or "Somebody",
            body=view.body,
            when=formats.full(view.created_at, zone),
            is_own=view.is_own,
        )


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge that can still be taken back."""

    id: str
    line: str

    @classmethod
    def of(cls, view: MergeView, zone: str) -> MergeRow:
        """Word a merge."""
        until = formats.full(view.undo_until, zone) if view.undo_until else ""
        return cls(
            id=str(view.id),
            line=f"{view.dropped_name} was merged into this contact by {view.actor_name}."
            f" It can be undone until {until}.",
        )
