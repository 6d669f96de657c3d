"""A campaign in the making, worded for the wizard."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from xobito_app.features.campaigns.schemas import (
    Audience,
    CampaignView,
    Preview,
    Value,
)
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.features.templates.schemas import TemplateView
from xobito_app.ui import formats
from xobito_app.whatsapp.templates import Variable, VariableKind

STEPS = (
    ("template", "Template"),
    ("audience", "Audience"),
    ("variables", "Variables"),
    ("check", "Check"),
    ("launch", "Launch"),
)
STEP_NAMES = tuple(name for name, _ in STEPS)
_STEP_OF = {
    "name": "template",
    "number_id": "template",
    "template_id": "template",
    "template_b_id": "template",
    "audience": "audience",
    "variables": "variables",
    "header_media_id": "variables",
    "scheduled_at": "launch",
    "canary": "launch",
    "spend_cap": "launch",
}
WAYS = (
    ("groups", "Groups"),
    ("segment", "A segment"),
    ("filter", "Contacts who fit"),
    ("everyone", "All contacts"),
    ("picked", "Picked by hand"),
    ("file", "A file"),
)
SKIPS = (("0", "No"), ("86400", "In 24 hours"), ("604800", "In 7 days"), ("2592000", "In 30 days"))
_GREETING = re.compile(r"^\W*[^\s{]+\W*\{\{1\}\}")
"""A text that begins like “Hello {{1}}”: the first variable is a name there."""
_FIRST_NAME = "contact.first_name"
_NAMES = frozenset({"name", "firstname", "customername", "nombre", "nome", "vorname"})


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step at the left: whether it is here, and what is missing in it."""

    id: str
    words: str
    number: str
    is_here: bool
    problem: str


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template that can be chosen."""

    id: str
    name: str
    language: str
    category: str
    preview: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group, and whether it is in or out of the audience."""

    id: str
    name: str
    is_in: bool
    is_out: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A contact that was picked or can be."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class VariableRow:
    """What fills one blank: `kind` is `value`, `field` or `column`."""

    key: str
    label: str
    example: str
    kind: str = "value"
    text: str = ""
    field: str = ""
    column: str = ""
    fallback: str = ""
    problem: str = ""

    @property
    def value(self) -> Value | None:
        """The value as it is kept; None while it says nothing yet."""
        if self.kind == "field" and self.field:
            return Value(field=self.field, fallback=self.fallback)
        if self.kind == "column" and self.column:
            return Value(column=self.column, fallback=self.fallback)
        if self.kind == "value" and self.text.strip():
            return Value(value=self.text)
        return None


def variable_rows(
    variables: Sequence[Variable], values: Mapping[str, Value], problems: Mapping[str, str]
) -> list[VariableRow]:
    """Return the blanks of a template with what fills them."""
    rows: list[VariableRow] = []
    for variable in variables:
        if variable.kind is VariableKind.MEDIA or variable.optional:
            continue
        value = values.get(variable.key, Value(value=""))
        kind = "field" if value.field else "column" if value.column else "value"
        rows.append(
            VariableRow(
                key=variable.key,
                label=variable.label,
                example=variable.example or "",
                kind=kind,
                text=value.value or "",
                field=value.field or "",
                column=value.column or "",
                fallback=value.fallback,
                problem=problems.get(f"variables.{variable.key}", ""),
            )
        )
    return rows


def suggest(
    variables: Sequence[Variable], body: str, fields: Collection[str], columns: Collection[str]
) -> dict[str, Value]:
    """Return what fills blanks whose names say so: a column of that name, else a contact field."""
    by_column = {_plain(column): column for column in columns}
    by_field = {_plain(name.rpartition(".")[2]): name for name in fields}
    found: dict[str, Value] = {}
    for variable in variables:
        if variable.kind is not VariableKind.TEXT:
            continue
        name = _plain(variable.name)
        greets = variable.key == "body.1" and _GREETING.match(body) is not None
        if name in by_column:
            found[variable.key] = Value(column=by_column[name])
        elif name in by_field:
            found[variable.key] = Value(field=by_field[name])
        elif (name in _NAMES or greets) and _FIRST_NAME in fields:
            found[variable.key] = Value(field=_FIRST_NAME)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


@dataclass(frozen=True, slots=True)
class DraftCard:
    """The draft as far as it goes."""

    id: str = ""
    name: str = ""
    status: str = ""
    number_id: str = ""
    template_id: str = ""
    second_id: str = ""
    template_words: str = ""
    way: str = ""
    segment_id: str = ""
    filename: str = ""
    file_line: str = ""
    columns: list[str] = field(default_factory=list)
    upload_link: str = ""
    media_link: str = ""
    needs_media: str = ""
    has_media: bool = False
    skip: str = "0"
    canary: str = ""
    cap: str = ""
    splits_days: bool = False
    scheduled: str = ""
    is_scheduled: bool = False
    scheduled_words: str = ""
    reason: str = ""
    excluded_link: str = ""

    @classmethod
    def of(cls, view: CampaignView, template: TemplateView | None, zone: str) -> DraftCard:
        """Word a draft."""
        file = view.audience.file
        media = template.header_format if template else ""
        return cls(
            id=str(view.id),
            name=view.name,
            status=str(view.status),
            number_id=str(view.number_id or ""),
            template_id=str(view.template_id or ""),
            second_id=str(view.template_b_id or ""),
            template_words=" · ".join(filter(None, (view.template_name, view.template_language))),
            way=way_of(view.audience),
            segment_id=str(view.audience.segment_id or ""),
            filename=file.name if file else "",
            file_line=f"{file.rows:,} rows; the number is in “{file.phone_column}”" if file else "",
            columns=list(file.columns) if file else [],
            upload_link=f"/imports/campaigns/{view.id}/recipients",
            media_link=f"/imports/campaigns/{view.id}/header",
            needs_media=media.lower() if media in {"IMAGE", "VIDEO", "DOCUMENT", "GIF"} else "",
            has_media=view.header_media_id is not None,
            skip=str(view.skip_seconds),
            canary=str(view.canary or ""),
            cap=f"{view.spend_cap:f}" if view.spend_cap is not None else "",
            splits_days=view.splits_days,
            scheduled=formats.field_time(view.scheduled_at, zone) if view.scheduled_at else "",
            is_scheduled=view.status == "scheduled",
            scheduled_words=_scheduled_words(view, zone),
            reason=view.reason,
            excluded_link=f"/exports/campaigns/{view.id}/excluded.csv",
        )


def _scheduled_words(view: CampaignView, zone: str) -> str:
    if view.status != "scheduled" or view.scheduled_at is None:
        return ""
    when = formats.full(view.scheduled_at, zone)
    return f"Scheduled for {when}. Every change is kept, and it goes out then as it stands."


def way_of(audience: Audience) -> str:
    """Return in which way people are meant; empty while nobody is."""
    if audience.group_ids:
        return "groups"
    if audience.segment_id:
        return "segment"
    if audience.contact_filter is not None:
        return "everyone" if audience.contact_filter == ContactFilter() else "filter"
    if audience.contact_ids:
        return "picked"
    return "file" if audience.file else ""


def step_rows(here: str, problems: Mapping[str, str]) -> list[StepRow]:
    """Return the steps, each with the first thing that is missing in it."""
    missing: dict[str, str] = {}
    for name, sentence in problems.items():
        missing.setdefault(_STEP_OF.get(name.partition(".")[0], "check"), sentence)
    return [
        StepRow(name, said, str(place), name == here, missing.get(name, ""))
        for place, (name, said) in enumerate(STEPS, 1)
    ]


@dataclass(frozen=True, slots=True)
class PhoneView:
    """The message as one recipient would see it."""

    who: str = ""
    problem: str = ""

    @classmethod
    def of(cls, preview: Preview, total: int) -> PhoneView:
        """Say to whom the message goes, or why it does not."""
        place = f"{preview.position:,} of {total:,}" if total else f"{preview.position:,}"
        return cls(
            who=f"For {preview.name or preview.phone} ({place})",
            problem=preview.sentence if preview.exclusion else "",
        )
