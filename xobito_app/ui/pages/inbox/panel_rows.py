"""What the panel beside a thread shows of a contact, worded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xobito_app.features.contacts.records.catalogue import FIELDS
from xobito_app.features.contacts.schemas import (
    ContactFacts,
    ContactView,
    CustomFieldView,
    FieldKind,
)
from xobito_app.ui import formats
from xobito_app.ui.pages.contacts.asked import WRITTEN
from xobito_app.ui.pages.contacts.rows import custom_text

OWN = "own."
"""Begins the names of the workspace's own fields."""
NOTES_SHOWN = 5
_TOLD = ("phone", "email", "company", "groups", "description")
"""What everybody sees who sees the thread."""
_LABELS = {field.name: field.label for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Choice:
    """A status, source, group or person to choose."""

    id: str
    name: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class PanelField:
    """A field that is edited in place.

    Attributes:
        kind: `text`, `area`, `choice` (one of `options`) or `fixed`, which only the contact's own
            page changes.
    """

    name: str
    label: str
    value: str
    kind: str = "text"
    options: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PanelCard:
    """Who the contact is.

    Attributes:
        is_whole: The person may see contacts; otherwise only the facts are shown.
    """

    id: str = ""
    type: str = ""
    link: str = ""
    status: Choice = field(default_factory=lambda: Choice("", ""))
    source: Choice = field(default_factory=lambda: Choice("", ""))
    owner: Choice = field(default_factory=lambda: Choice("", ""))
    groups: list[Choice] = field(default_factory=list)
    fields: list[PanelField] = field(default_factory=list)
    username: str = ""
    since: str = ""
    opted_out: str = ""
    is_whole: bool = False

    @classmethod
    def of(cls, view: ContactView, own: Sequence[CustomFieldView], zone: str) -> PanelCard:
        """Word a contact whole."""
        status, source, owner = view.status, view.source, view.assignee
        return cls(
            id=str(view.id),
            type=view.type.capitalize(),
            link=f"/contacts/{view.id}",
            status=Choice(str(status.id), status.name, status.color) if status else Choice("", ""),
            source=Choice(str(source.id), source.name) if source else Choice("", ""),
            owner=Choice(str(owner.id), owner.name) if owner else Choice("", ""),
            groups=[Choice(str(group.id), group.name) for group in view.groups],
            fields=[
                PanelField(
                    one.name, one.label, getattr(view, one.name), "area" if one.is_long else "text"
                )
                for one in WRITTEN
            ]
            + [_own(item, view) for item in own],
            username=f"@{view.username}" if view.username else "",
            since=formats.full(view.created_at, zone),
            opted_out=_opted_out(view),
            is_whole=True,
        )

    @classmethod
    def of_facts(cls, facts: ContactFacts, zone: str) -> PanelCard:
        """Word what everybody sees who sees the thread."""
        said = {name: getattr(facts, name) for name in _TOLD}
        said["groups"] = ", ".join(facts.groups)
        return cls(
            id=str(facts.id),
            type=facts.type.capitalize(),
            status=Choice("", facts.status),
            source=Choice("", facts.source),
            fields=[
                PanelField(name, _LABELS[name], value, "fixed")
                for name, value in said.items()
                if value
            ],
            username=f"@{facts.username}" if facts.username else "",
            since=formats.full(facts.created_at, zone),
            opted_out=_opted_out(facts),
        )


def _opted_out(contact: ContactView | ContactFacts) -> str:
    if contact.opted_out_at is None:
        return ""
    return f"Opted out of marketing. {contact.opt_out_reason}".strip()


_KINDS = {
    FieldKind.TEXT_AREA: "area",
    FieldKind.DROPDOWN: "choice",
    FieldKind.CHECKBOXES: "fixed",
}


def _own(item: CustomFieldView, view: ContactView) -> PanelField:
    kind = _KINDS.get(item.kind, "text")
    value = custom_text(view.custom.get(item.slug))
    return PanelField(OWN + item.slug, item.label, value, kind, list(item.options))
